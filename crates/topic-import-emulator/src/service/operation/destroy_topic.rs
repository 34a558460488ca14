use std::collections::HashSet;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::memory::topics::Topics;
use crate::service::answer::Answer;
use crate::service::body::{self, given};
use crate::service::code;
use crate::service::communities::Communities;
use crate::service::differences::Differences;
use crate::service::field;
use crate::service::refusal::Refusal;

/// `destroy_topic` \[T\].
#[derive(Debug)]
pub(crate) struct DestroyTopic {
    group_id: String,
    topic_ids: Vec<String>,
    /// So many of the first topics stay.
    spared: usize,
}

impl DestroyTopic {
    pub(crate) fn decode(body: &[u8], differences: &Differences) -> Result<Self, Refusal> {
        let body: Body = body::parse(body)?;
        let group_id = field::group_id(body.group_id, differences)?;
        let topic_ids = field::texts("TopicIdList", body.topic_ids)?
            .ok_or_else(|| field::missing("TopicIdList"))?;
        differences.check_ids(topic_ids.len())?;
        Ok(Self {
            group_id,
            topic_ids,
            spared: 0,
        })
    }

    pub(crate) fn decide(self, communities: &Communities) -> Result<Self, Refusal> {
        communities.capacity(&self.group_id)?;
        Ok(self)
    }

    /// Lets the first topic stay, or all of them: they are to be answered as failed.
    pub(crate) fn spare(&mut self, all: bool) {
        self.spared = if all { self.topic_ids.len() } else { 1 };
    }

    /// Which topics it will destroy, each once.
    pub(crate) fn destroyed(&self, topics: &Topics) -> Vec<&str> {
        let mut named = HashSet::new();
        self.topic_ids
            .iter()
            .skip(self.spared)
            .map(AsRef::as_ref)
            .filter(|id| topics.profile(&self.group_id, id).is_some() && named.insert(*id))
            .collect()
    }

    pub(crate) fn carry_out(self, topics: &mut Topics) -> Answer {
        let items = self.topic_ids.iter().enumerate().map(|(at, id)| {
            let destroyed = at >= self.spared && topics.remove(&self.group_id, id);
            item(id, destroyed)
        });
        let items: Vec<_> = items.collect();
        Answer::success("ok", json!({"DestroyResultItem": items}))
    }
}

fn item(topic_id: &str, is_destroyed: bool) -> Value {
    let (code, info) = if is_destroyed {
        (code::OK, "ok")
    } else {
        let info = "the topic does not exist or has been deleted";
        (code::TOPIC_DELETED, info)
    };
    json!({"ErrorCode": code, "ErrorInfo": info, "TopicId": topic_id})
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
    use crate::memory::topic::Profile;
    use crate::service::community::Community;

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

    fn destroy(body: &Value, communities: &Communities, topics: &mut Topics) -> Result<Value, u32> {
        DestroyTopic::decode(body.to_string().as_bytes(), &Differences::default())
            .and_then(|destroy| destroy.decide(communities))
            .map(|destroy| destroy.carry_out(topics))
            .map(|answer| serde_json::from_slice(&answer.to_json()).unwrap())
            .map_err(|refusal| refusal.code)
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
        let body = json!({"GroupId": "@TGS#_g", "TopicIdList": [a, c, a]}).to_string();
        let destroy = DestroyTopic::decode(body.as_bytes(), &Differences::default()).unwrap();
        assert_eq!(destroy.destroyed(&topics()), [a]);
    }

    #[test]
    fn what_is_spared_stays() {
        let (a, b) = ("@TGS#_g@TOPIC#_a", "@TGS#_g@TOPIC#_b");
        let body = json!({"GroupId": "@TGS#_g", "TopicIdList": [a, b]}).to_string();
        for (all, destroyed) in [(false, &[b][..]), (true, &[])] {
            let mut topics = topics();
            let mut destroy =
                DestroyTopic::decode(body.as_bytes(), &Differences::default()).unwrap();
            destroy.spare(all);
            assert_eq!(destroy.destroyed(&topics), destroyed);
            destroy.carry_out(&mut topics);
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
