use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory::change::Change;
use crate::service::answer::Answer;
use crate::service::body::{self, given};
use crate::service::code;
use crate::service::field;
use crate::service::operation::{Decision, Situation};
use crate::service::refusal::Refusal;

/// `destroy_topic` \[T\].
pub(crate) fn decide(body: &[u8], situation: Situation<'_>) -> Result<Decision, Refusal> {
    let body: Body = body::parse(body)?;
    let group_id = field::group_id(body.group_id, situation.differences)?;
    let topic_ids = field::texts("TopicIdList", body.topic_ids)?
        .ok_or_else(|| field::missing("TopicIdList"))?;
    situation.differences.check_ids(topic_ids.len())?;
    situation
        .communities
        .capacity(&group_id, situation.groups)?;

    let (mut items, mut destroyed, mut named) = (Vec::new(), Vec::new(), HashSet::new());
    for (at, id) in topic_ids.iter().enumerate() {
        let is_destroyed = at >= situation.spared
            && situation.topics.profile(&group_id, id).is_some()
            && named.insert(id);
        let (code, info) = if is_destroyed {
            destroyed.push(id.clone());
            (code::OK, "ok")
        } else {
            let info = "the topic does not exist or has been deleted";
            (code::TOPIC_DELETED, info)
        };
        items.push(json!({"ErrorCode": code, "ErrorInfo": info, "TopicId": id}));
    }
    Ok(Decision {
        change: Change {
            destroyed,
            ..Change::default()
        },
        answer: Answer::success("ok", json!({"DestroyResultItem": items})),
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "GroupId", deserialize_with = "given")]
    group_id: Option<Value>,
    #[serde(rename = "TopicIdList", deserialize_with = "given")]
    topic_ids: Option<Value>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Moment;
    use crate::memory::groups::Groups;
    use crate::memory::topic::Profile;
    use crate::memory::topics::Topics;
    use crate::service::communities::Communities;
    use crate::service::community::Community;
    use crate::service::differences::Differences;

    fn topics() -> Topics {
        let mut topics = Topics::default();
        for own in ["a", "b"] {
            topics.insert(
                "@TGS#_g",
                &format!("@TGS#_g@TOPIC#_{own}"),
                Profile {
                    topic_name: own.into(),
                    from_account: None,
                    custom_string: None,
                    face_url: None,
                    notification: None,
                    introduction: None,
                    create_time: 7,
                },
            );
        }
        topics
    }

    /// The result of a call in which the first `spared` topics of the list are not destroyed.
    fn decided(
        body: &Value,
        communities: &Communities,
        topics: &Topics,
        spared: usize,
    ) -> Result<Decision, u32> {
        let situation = Situation {
            communities,
            topics,
            groups: &Groups::default(),
            differences: &Differences::default(),
            now: Moment::default(),
            spared,
        };
        decide(body.to_string().as_bytes(), situation).map_err(|refusal| refusal.code)
    }

    fn destroy(body: &Value, communities: &Communities, topics: &mut Topics) -> Result<Value, u32> {
        let Decision { change, answer } = decided(body, communities, topics, 0)?;
        change.make(topics, &mut Groups::default()).unwrap();
        Ok(serde_json::from_slice(&answer.to_json()).unwrap())
    }

    #[test]
    fn each_id_has_its_result_and_is_destroyed_once() {
        let mut topics = topics();
        let (a, c) = ("@TGS#_g@TOPIC#_a", "@TGS#_g@TOPIC#_c");
        let body = json!({"GroupId": "@TGS#_g", "TopicIdList": [a, c, a]});
        let gone = "the topic does not exist or has been deleted";
        assert_eq!(
            destroy(&body, &Communities::default(), &mut topics).unwrap(),
            json!({"ActionStatus": "OK", "ErrorInfo": "ok", "ErrorCode": 0, "DestroyResultItem": [
                {"ErrorCode": 0, "ErrorInfo": "ok", "TopicId": a},
                {"ErrorCode": 110_003, "ErrorInfo": gone, "TopicId": c},
                {"ErrorCode": 110_003, "ErrorInfo": gone, "TopicId": a},
            ]})
        );
        assert_eq!(topics.len(), 1);
    }

    #[test]
    fn a_wrong_body_destroys_nothing() {
        let mut topics = topics();
        let mut communities = Communities::default();
        communities.set("@TGS#_gone", Community::Deleted);
        for (body, code) in [
            (json!({"GroupId": "@TGS#_g"}), 10004),
            (json!({"GroupId": "@TGS#_g", "TopicIdList": {}}), 10004),
            (
                json!({"GroupId": "@TGS#_g", "TopicIdList": ["@TGS#_g@TOPIC#_a", null]}),
                10004,
            ),
            (json!({"TopicIdList": ["@TGS#_g@TOPIC#_a"]}), 10004),
            (json!({"GroupId": "g", "TopicIdList": []}), 10015),
            (json!({"GroupId": "@TGS#_gone", "TopicIdList": []}), 10010),
        ] {
            assert_eq!(
                destroy(&body, &communities, &mut topics),
                Err(code),
                "{body}"
            );
        }
        assert_eq!(topics.len(), 2);
    }

    #[test]
    fn what_it_will_destroy_is_known_before() {
        let (a, c) = ("@TGS#_g@TOPIC#_a", "@TGS#_g@TOPIC#_c");
        let body = json!({"GroupId": "@TGS#_g", "TopicIdList": [a, c, a]});
        let decision = decided(&body, &Communities::default(), &topics(), 0).unwrap();
        assert_eq!(decision.change.destroyed, [a]);
    }

    #[test]
    fn what_is_spared_stays() {
        let (a, b) = ("@TGS#_g@TOPIC#_a", "@TGS#_g@TOPIC#_b");
        let body = json!({"GroupId": "@TGS#_g", "TopicIdList": [a, b]});
        for (spared, destroyed) in [(1, &[b][..]), (usize::MAX, &[])] {
            let mut topics = topics();
            let decision = decided(&body, &Communities::default(), &topics, spared).unwrap();
            assert_eq!(decision.change.destroyed, destroyed);
            decision
                .change
                .make(&mut topics, &mut Groups::default())
                .unwrap();
            assert_eq!(topics.len(), 2 - destroyed.len());
        }
    }

    #[test]
    fn topics_of_another_group_are_out_of_reach() {
        let mut topics = topics();
        let body = json!({"GroupId": "@TGS#_", "TopicIdList": ["@TGS#_g@TOPIC#_a"]});
        let answer = destroy(&body, &Communities::default(), &mut topics).unwrap();
        assert_eq!(answer["DestroyResultItem"][0]["ErrorCode"], 110_003);
        assert_eq!(topics.len(), 2);
    }
}
