use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory::change::{Change, Imported};
use crate::memory::topic::Profile;
use crate::service::answer::Answer;
use crate::service::body::{self, given};
use crate::service::code;
use crate::service::field;
use crate::service::limits;
use crate::service::operation::{Decision, Situation};
use crate::service::refusal::Refusal;

/// `import_topic` \[S\].
pub(crate) fn decide(body: &[u8], situation: Situation<'_>) -> Result<Decision, Refusal> {
    let Situation {
        topics,
        differences,
        ..
    } = situation;
    differences.check_fields(body, &FIELDS)?;
    let body: Body = body::parse(body)?;
    let text = |documented| differences.text(documented);
    field::check_type(body.kind)?;
    let group_id = field::group_id(body.group_id, differences)?;
    let topic_id = field::topic_id(body.topic_id, &group_id, differences)?;
    let profile = Profile {
        topic_name: text(limits::TOPIC_NAME).required(body.topic_name)?,
        from_account: field::account(body.from_account, differences)?,
        custom_string: text(limits::CUSTOM_STRING).optional(body.custom_string)?,
        face_url: text(limits::FACE_URL).optional(body.face_url)?,
        notification: text(limits::NOTIFICATION).optional(body.notification)?,
        introduction: text(limits::INTRODUCTION).optional(body.introduction)?,
        create_time: field::create_time(body.create_time)?
            .unwrap_or_else(|| situation.now.unix_seconds()),
    };
    let capacity = situation
        .communities
        .capacity(&group_id, situation.groups)?;
    // A taken ID is reported before a full community, so that a client that lost an answer can find its topic.
    if topic_id.as_ref().is_some_and(|id| topics.is_taken(id)) {
        return Err(Refusal::new(
            code::ID_IN_USE,
            "the TopicId is already in use",
        ));
    }
    if topics.len_of(&group_id) >= capacity {
        return Err(Refusal::new(
            code::TOO_MANY_TOPICS,
            format!("the group already has as many topics as it accepts, {capacity}"),
        ));
    }
    let topic_id = topic_id.unwrap_or_else(|| topics.next_id(&group_id));
    Ok(Decision {
        answer: Answer::success("", json!({"TopicId": topic_id})),
        change: Change {
            imported: Some(Imported {
                group_id,
                topic_id,
                profile,
            }),
            ..Change::default()
        },
    })
}

/// The `TopicId` for which a body asks; `None` if it has none or cannot be read.
pub(crate) fn tried_topic_id(body: &[u8]) -> Option<String> {
    match body::parse(body).ok()? {
        OnlyTopicId {
            topic_id: Some(Value::String(id)),
        } => Some(id),
        OnlyTopicId { .. } => None,
    }
}

/// The fields that the documents name.
const FIELDS: [&str; 10] = [
    "Type",
    "GroupId",
    "TopicId",
    "TopicName",
    "From_Account",
    "CustomString",
    "FaceUrl",
    "Notification",
    "Introduction",
    "CreateTime",
];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "Type", deserialize_with = "given")]
    kind: Option<Value>,
    #[serde(rename = "GroupId", deserialize_with = "given")]
    group_id: Option<Value>,
    #[serde(rename = "TopicId", deserialize_with = "given")]
    topic_id: Option<Value>,
    #[serde(rename = "TopicName", deserialize_with = "given")]
    topic_name: Option<Value>,
    #[serde(rename = "From_Account", deserialize_with = "given")]
    from_account: Option<Value>,
    #[serde(rename = "CustomString", deserialize_with = "given")]
    custom_string: Option<Value>,
    #[serde(rename = "FaceUrl", deserialize_with = "given")]
    face_url: Option<Value>,
    #[serde(rename = "Notification", deserialize_with = "given")]
    notification: Option<Value>,
    #[serde(rename = "Introduction", deserialize_with = "given")]
    introduction: Option<Value>,
    #[serde(rename = "CreateTime", deserialize_with = "given")]
    create_time: Option<Value>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct OnlyTopicId {
    #[serde(rename = "TopicId", deserialize_with = "given")]
    topic_id: Option<Value>,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::clock::Moment;
    use crate::memory::groups::Groups;
    use crate::memory::topic::Account;
    use crate::memory::topics::Topics;
    use crate::service::communities::Communities;
    use crate::service::community::Community;
    use crate::service::differences::Differences;

    const NOW: Moment = Moment {
        since_start: Duration::ZERO,
        unix: Duration::from_secs(1_700_000_000),
    };

    fn import(
        body: &str,
        communities: &Communities,
        topics: &mut Topics,
    ) -> Result<Value, Refusal> {
        let situation = Situation {
            communities,
            topics,
            groups: &Groups::default(),
            differences: &Differences::default(),
            now: NOW,
            spared: 0,
        };
        let Decision { mut change, answer } = decide(body.as_bytes(), situation)?;
        change.tried = tried_topic_id(body.as_bytes());
        change.make(topics, &mut Groups::default()).unwrap();
        Ok(serde_json::from_slice(&answer.to_json()).unwrap())
    }

    #[test]
    fn the_specifications_samples_are_taken() {
        let (communities, mut topics) = (Communities::default(), Topics::default());
        let basic = r#"{"GroupId": "@TGS#_@TGS#cBZXAIIM62CV", "TopicName": "test_topic3", "CreateTime": 1448357837}"#;
        let answer = import(basic, &communities, &mut topics).unwrap();
        assert_eq!(answer["ActionStatus"], "OK");
        assert_eq!(answer["ErrorCode"], 0);
        assert_eq!(answer["ErrorInfo"], "");
        let id = answer["TopicId"].as_str().unwrap();
        assert!(id.starts_with("@TGS#_@TGS#cBZXAIIM62CV@TOPIC#_@TOPIC#c"));
        assert_eq!(topics.topic(id).unwrap().profile.create_time, 1_448_357_837);

        let full = r#"{"Type": "Community", "GroupId": "@TGS#_@TGS#cBZXAIIM62CV", "TopicName": "test_topic3",
            "Introduction": "This is topic Introduction", "Notification": "This is topic Notification",
            "FaceUrl": "http://this.is.face.url", "CreateTime": 1448357837}"#;
        import(full, &communities, &mut topics).unwrap();
        assert_eq!(topics.len(), 2);
    }

    #[test]
    fn every_field_is_kept_as_sent() {
        let mut topics = Topics::default();
        import(
            r#"{"GroupId": "@TGS#_g", "TopicId": "@TGS#_g@TOPIC#_a\"\\", "TopicName": "字\u0000\ud83d\ude00",
                "From_Account": 144115233775727695, "CustomString": "", "Introduction": "i", "Unknown": [null]}"#,
            &Communities::default(),
            &mut topics,
        )
        .unwrap();
        let topic = topics.topic(r#"@TGS#_g@TOPIC#_a"\"#).unwrap();
        assert_eq!(
            topic.profile,
            Profile {
                topic_name: "字\0😀".into(),
                from_account: Some(Account::Number(144_115_233_775_727_695)),
                custom_string: Some(String::new()),
                face_url: None,
                notification: None,
                introduction: Some("i".into()),
                create_time: 1_700_000_000,
            }
        );
    }

    #[test]
    fn the_answer_names_the_topic_id_sent() {
        let answer = import(
            r#"{"GroupId": "@TGS#_g", "TopicId": "@TGS#_g@TOPIC#_\"", "TopicName": "a"}"#,
            &Communities::default(),
            &mut Topics::default(),
        );
        assert_eq!(answer.unwrap()["TopicId"], r#"@TGS#_g@TOPIC#_""#);
    }

    #[test]
    fn a_refused_import_leaves_nothing_behind() {
        let mut topics = Topics::default();
        for body in [
            r#"{"GroupId": "@TGS#_g"}"#,
            r#"{"GroupId": "@TGS#_g", "TopicName": null}"#,
            r#"{"GroupId": "@TGS#_g", "TopicName": "a", "CreateTime": 1.0}"#,
            r#"{"GroupId": "@TGS#_g", "TopicName": "a", "TopicId": "@TGS#_h@TOPIC#_a"}"#,
        ] {
            let refusal = import(body, &Communities::default(), &mut topics).unwrap_err();
            assert_eq!(refusal.code, code::INVALID_PARAMETER, "{body}");
        }
        assert_eq!(topics.len(), 0);
    }

    #[test]
    fn a_taken_id_is_refused_even_by_a_full_community() {
        let (mut communities, mut topics) = (Communities::default(), Topics::default());
        communities.set("@TGS#_g", Community::FullAt(1));
        let first = r#"{"GroupId": "@TGS#_g", "TopicId": "@TGS#_g@TOPIC#_a", "TopicName": "a"}"#;
        assert!(import(first, &communities, &mut topics).is_ok());
        let again = import(first, &communities, &mut topics).unwrap_err();
        assert_eq!(again.code, code::ID_IN_USE);
        let second = import(&first.replace("_a\"", "_b\""), &communities, &mut topics).unwrap_err();
        assert_eq!(second.code, code::TOO_MANY_TOPICS);
        assert_eq!(topics.len(), 1);
    }

    #[test]
    fn the_tried_id_is_read_from_whatever_can_be_read() {
        assert_eq!(
            tried_topic_id(br#"{"TopicName": 7, "TopicId": "x"}"#).as_deref(),
            Some("x")
        );
        for none in ["", "[]", r#"{"TopicId": 7}"#, r#"{"TopicId": "x""#, "{}"] {
            assert_eq!(tried_topic_id(none.as_bytes()), None, "{none}");
        }
    }
}
