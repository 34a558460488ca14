use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory::change::Change;
use crate::memory::topic::Profile;
use crate::memory::topics::own_part;
use crate::service::answer::Answer;
use crate::service::body::{self, given};
use crate::service::code;
use crate::service::field;
use crate::service::limits;
use crate::service::operation::{Decision, Situation};
use crate::service::refusal::Refusal;

/// The longest answer that the service gives, in bytes \[E 10018\].
const ANSWER_MAX: usize = 1024 * 1024;

/// A lower bound for the length of an existing topic's item, in bytes: its field names alone are longer.
const ITEM_MIN: usize = 200;

/// `get_topic` \[T\].
pub(crate) fn decide(body: &[u8], situation: Situation<'_>) -> Result<Decision, Refusal> {
    let Situation {
        topics,
        differences,
        ..
    } = situation;
    let body: Body = body::parse(body)?;
    field::user_id(limits::FROM_ACCOUNT, body.from_account, differences)?;
    let group_id = field::group_id(body.group_id, differences)?;
    let topic_ids = field::texts("TopicIdList", body.topic_ids)?;
    differences.check_ids(topic_ids.as_ref().map_or(0, Vec::len))?;
    let filter = field::texts("ResponseFilter", body.filter)?;
    situation
        .communities
        .capacity(&group_id, situation.groups)?;

    let there = |id: &str, profile| there(&group_id, id, profile, filter.as_deref());
    let items: Vec<Value> = match &topic_ids {
        Some(ids) => ids
            .iter()
            .map(|id| match topics.profile(&group_id, id) {
                Some(profile) => there(id, profile),
                None if topics.is_used_up(id) && own_part(&group_id, id).is_some() => {
                    missing(id, code::TOPIC_DELETED)
                }
                None => missing(id, code::NO_SUCH_GROUP),
            })
            .collect(),
        // If there are so many topics that even the shortest items are too long, none is serialised.
        None if topics.len_of(&group_id) > ANSWER_MAX / ITEM_MIN => return Err(too_long()),
        None => topics
            .of_group(&group_id)
            .map(|(id, profile)| there(id, profile))
            .collect(),
    };
    let answer = Answer::success("ok", json!({"TopicAndSelfInfo": items}));
    if answer.to_json().len() > ANSWER_MAX {
        return Err(too_long());
    }
    Ok(Decision {
        change: Change::default(),
        answer,
    })
}

/// The item of an existing topic, with the fields that `filter` names, or all without a filter. Texts that were not
/// imported are empty.
fn there(group_id: &str, topic_id: &str, profile: &Profile, filter: Option<&[String]>) -> Value {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut topic = json!({
        "TopicId": topic_id,
        "GroupID": group_id,
        "TopicName": profile.topic_name,
        "FaceUrl": text(&profile.face_url),
        "Notification": text(&profile.notification),
        "Introduction": text(&profile.introduction),
        "CustomString": text(&profile.custom_string),
        "CreateTime": profile.create_time,
        "LastMsgTime": 0,
        "NextMsgSeq": 1,
        "MuteAllMember": "Off",
    });
    if let (Some(wanted), Value::Object(topic)) = (filter, &mut topic) {
        topic.retain(|field, _| field == "TopicId" || field == "GroupID" || wanted.contains(field));
    }
    json!({
        "ErrorCode": code::OK,
        "ErrorInfo": "ok",
        "TopicInfo": topic,
        "SelfInfo": {"ShutUpTime": 0, "MsgSeq": 0, "MsgFlag": "AcceptAndNotify"},
    })
}

fn missing(topic_id: &str, code: u32) -> Value {
    let info = code::info(code).unwrap_or_default();
    json!({"ErrorCode": code, "ErrorInfo": info, "TopicInfo": {"TopicId": topic_id}})
}

fn too_long() -> Refusal {
    Refusal::new(
        code::ANSWER_TOO_LONG,
        "the answer would be longer than 1 MiB: ask for fewer topics",
    )
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "GroupId", deserialize_with = "given")]
    group_id: Option<Value>,
    #[serde(rename = "From_Account", deserialize_with = "given")]
    from_account: Option<Value>,
    #[serde(rename = "TopicIdList", deserialize_with = "given")]
    topic_ids: Option<Value>,
    #[serde(rename = "ResponseFilter", deserialize_with = "given")]
    filter: Option<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::memory::groups::Groups;
    use crate::memory::topics::Topics;
    use crate::service::communities::Communities;
    use crate::service::community::Community;
    use crate::service::differences::Differences;

    fn topics(names: &[&str]) -> Topics {
        let mut topics = Topics::default();
        for name in names {
            topics.insert(
                "@TGS#_g",
                &format!("@TGS#_g@TOPIC#_{name}"),
                Profile {
                    topic_name: (*name).into(),
                    from_account: None,
                    custom_string: Some("c".into()),
                    face_url: None,
                    notification: Some("n\n".into()),
                    introduction: None,
                    create_time: 7,
                },
            );
        }
        topics
    }

    fn get(body: &Value, topics: &Topics) -> Result<Value, u32> {
        get_from(&Communities::default(), body, topics)
    }

    fn get_from(communities: &Communities, body: &Value, topics: &Topics) -> Result<Value, u32> {
        let situation = Situation {
            communities,
            topics,
            groups: &Groups::default(),
            differences: &Differences::default(),
            now: Moment::default(),
            spared: 0,
        };
        decide(body.to_string().as_bytes(), situation)
            .map(|decision| serde_json::from_slice(&decision.answer.to_json()).unwrap())
            .map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_listed_topic_reads_back_whole() {
        let body = json!({"GroupId": "@TGS#_g", "From_Account": "admin", "TopicIdList": ["@TGS#_g@TOPIC#_a"]});
        assert_eq!(
            get(&body, &topics(&["a", "b"])).unwrap(),
            json!({"ActionStatus": "OK", "ErrorInfo": "ok", "ErrorCode": 0, "TopicAndSelfInfo": [{
                "ErrorCode": 0, "ErrorInfo": "ok",
                "TopicInfo": {"TopicId": "@TGS#_g@TOPIC#_a", "GroupID": "@TGS#_g", "TopicName": "a", "FaceUrl": "",
                    "Notification": "n\n", "Introduction": "", "CustomString": "c", "CreateTime": 7,
                    "LastMsgTime": 0, "NextMsgSeq": 1, "MuteAllMember": "Off"},
                "SelfInfo": {"ShutUpTime": 0, "MsgSeq": 0, "MsgFlag": "AcceptAndNotify"}}]})
        );
    }

    #[test]
    fn each_id_has_its_item_in_the_order_asked() {
        let body = json!({"GroupId": "@TGS#_g", "From_Account": "admin",
            "TopicIdList": ["@TGS#_g@TOPIC#_none", "@TGS#_g@TOPIC#_b", "@TGS#_h@TOPIC#_b", ""]});
        let answer = get(&body, &topics(&["a", "b"])).unwrap();
        let codes: Vec<_> = answer["TopicAndSelfInfo"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["ErrorCode"].as_u64().unwrap())
            .collect();
        assert_eq!(codes, [10010, 0, 10010, 10010]);
        assert_eq!(
            answer["TopicAndSelfInfo"][0]["TopicInfo"],
            json!({"TopicId": "@TGS#_g@TOPIC#_none"})
        );
    }

    #[test]
    fn a_destroyed_topic_is_told_from_one_that_never_was_unless_its_id_is_free() {
        let body = json!({"GroupId": "@TGS#_g", "From_Account": "admin", "TopicIdList": ["@TGS#_g@TOPIC#_a"]});
        let of_other = json!({"GroupId": "@TGS#_h", "From_Account": "admin", "TopicIdList": ["@TGS#_g@TOPIC#_a"]});
        let mut topics = topics(&["a"]);
        topics.remove("@TGS#_g@TOPIC#_a");
        let code = |body, topics: &Topics| {
            get(body, topics).unwrap()["TopicAndSelfInfo"][0]["ErrorCode"].clone()
        };
        assert_eq!(code(&body, &topics), 110_003);
        assert_eq!(code(&of_other, &topics), 10010);
        topics.reuse_destroyed_ids();
        assert_eq!(code(&body, &topics), 10010);
    }

    #[test]
    fn a_filter_hides_what_it_does_not_name_but_for_ids_and_the_reader() {
        let topic = |filter: &[&str]| {
            let body =
                json!({"GroupId": "@TGS#_g", "From_Account": "admin", "ResponseFilter": filter});
            get(&body, &topics(&["a"])).unwrap()["TopicAndSelfInfo"][0].clone()
        };
        let ids = json!({"TopicId": "@TGS#_g@TOPIC#_a", "GroupID": "@TGS#_g"});
        assert_eq!(topic(&[])["TopicInfo"], ids);
        assert!(topic(&[])["SelfInfo"].is_object());
        let mut some = ids.clone();
        some["TopicName"] = "a".into();
        some["CreateTime"] = 7.into();
        let filter = ["CreateTime", "TopicName", "TopicId", "Else"];
        assert_eq!(topic(&filter)["TopicInfo"], some);
    }

    #[test]
    fn without_a_list_all_topics_of_the_group_are_given() {
        let body = json!({"GroupId": "@TGS#_g", "From_Account": "admin"});
        let answer = get(&body, &topics(&["b", "a"])).unwrap();
        let names: Vec<_> = answer["TopicAndSelfInfo"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["TopicInfo"]["TopicName"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn an_empty_list_gives_nothing() {
        let body = json!({"GroupId": "@TGS#_g", "From_Account": "admin", "TopicIdList": []});
        let answer = get(&body, &topics(&["a"])).unwrap();
        assert_eq!(answer["TopicAndSelfInfo"], json!([]));
    }

    #[test]
    fn a_wrong_body_is_refused() {
        for (body, code) in [
            (json!({"GroupId": "@TGS#_g"}), 10004),
            (json!({"From_Account": "admin"}), 10004),
            (json!({"GroupId": "g", "From_Account": "admin"}), 10015),
            (json!({"GroupId": "@TGS#_g", "From_Account": 7}), 60015),
            (
                json!({"GroupId": "@TGS#_g", "From_Account": "a", "TopicIdList": "x"}),
                10004,
            ),
            (
                json!({"GroupId": "@TGS#_g", "From_Account": "a", "TopicIdList": [7]}),
                10004,
            ),
            (
                json!({"GroupId": "@TGS#_g", "From_Account": "a", "TopicIdList": null}),
                10004,
            ),
            (
                json!({"GroupId": "@TGS#_g", "From_Account": "a", "ResponseFilter": "TopicName"}),
                10004,
            ),
            (
                json!({"GroupId": "@TGS#_g", "From_Account": "a", "ResponseFilter": [7]}),
                10004,
            ),
        ] {
            assert_eq!(get(&body, &topics(&[])), Err(code), "{body}");
        }
    }

    #[test]
    fn an_answer_over_a_mebibyte_is_refused() {
        let names: Vec<_> = (0..5000).map(|n| n.to_string()).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        let body = json!({"GroupId": "@TGS#_g", "From_Account": "admin"});
        assert_eq!(get(&body, &topics(&names)), Err(10018));
        assert!(get(&body, &topics(&names[..3000])).is_ok());
    }

    #[test]
    fn the_communitys_condition_comes_first() {
        let mut communities = Communities::default();
        communities.set("@TGS#_g", Community::WithoutTopics);
        let body = json!({"GroupId": "@TGS#_g", "From_Account": "admin"});
        let refused = get_from(&communities, &body, &topics(&["a"]));
        assert_eq!(refused, Err(11000));
    }
}
