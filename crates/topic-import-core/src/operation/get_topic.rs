//! `get_topic`: reads topics back (Get Topic, 1047/49470).

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::envelope::{self, ActionStatus, Document, Envelope, lenient};
use super::{Answer, Command, Effect, Operation, TopicIdCount, check_count, to_json};
use crate::code::Code;
use crate::endpoint::Service;
use crate::error::UnreadableReason;
use crate::field::{GroupId, KnownTopicId, UserId};

/// Asks for topics of one group: for those of the given IDs, or for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetTopic {
    group_id: GroupId,
    topic_ids: Vec<KnownTopicId>,
}

impl GetTopic {
    /// The most IDs in one call. The service's limit is not documented; this one is decided.
    pub const MAX_IDS: usize = super::MAX_IDS;

    /// Asks for the topics of these IDs, 1 to [`MAX_IDS`](Self::MAX_IDS).
    pub fn new(group_id: GroupId, topic_ids: Vec<KnownTopicId>) -> Result<Self, TopicIdCount> {
        check_count(&topic_ids)?;
        Ok(Self {
            group_id,
            topic_ids,
        })
    }

    /// Asks for one topic.
    pub fn one(group_id: GroupId, topic_id: KnownTopicId) -> Self {
        Self {
            group_id,
            topic_ids: Vec::from([topic_id]),
        }
    }

    /// Asks for every topic of the group.
    pub const fn all(group_id: GroupId) -> Self {
        Self {
            group_id,
            topic_ids: Vec::new(),
        }
    }
}

/// A topic as the service shows it. Every field is as it came; one that the service does not show, or shows as
/// something else than documented, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct TopicInfo {
    /// `TopicId`
    #[serde(deserialize_with = "lenient")]
    pub topic_id: Option<String>,
    /// `TopicName`
    #[serde(deserialize_with = "lenient")]
    pub topic_name: Option<String>,
    /// `FaceUrl`
    #[serde(deserialize_with = "lenient")]
    pub face_url: Option<String>,
    /// `Notification`
    #[serde(deserialize_with = "lenient")]
    pub notification: Option<String>,
    /// `Introduction`
    #[serde(deserialize_with = "lenient")]
    pub introduction: Option<String>,
    /// `CustomString`
    #[serde(deserialize_with = "lenient")]
    pub custom_string: Option<String>,
    /// `CreateTime`, Unix seconds
    #[serde(deserialize_with = "lenient")]
    pub create_time: Option<i64>,
    /// `LastMsgTime`, Unix seconds
    #[serde(deserialize_with = "lenient")]
    pub last_msg_time: Option<i64>,
    /// `NextMsgSeq`
    #[serde(deserialize_with = "lenient")]
    pub next_msg_seq: Option<i64>,
    /// `ShutUpAllFlag`
    #[serde(deserialize_with = "lenient")]
    pub shut_up_all_flag: Option<String>,
}

/// What `get_topic` showed: the topics that are there. An ID that was asked for and is not among them is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicsFound {
    /// The topics that are there.
    pub topics: Vec<TopicInfo>,
}

impl TopicsFound {
    /// The topic of this ID.
    pub fn get(&self, id: &KnownTopicId) -> Option<&TopicInfo> {
        self.topics
            .iter()
            .find(|topic| topic.topic_id.as_deref() == Some(id.as_str()))
    }
}

impl Operation for GetTopic {
    const COMMAND: Command = Command::new("get_topic");
    type Output = TopicsFound;

    fn service(&self, _configured: Service) -> Service {
        Service::MillionGroupOpenHttpSvc
    }

    fn body(&self, admin: impl FnOnce() -> UserId) -> Vec<u8> {
        to_json(&GetTopicBody {
            group_id: &self.group_id,
            from_account: &admin(),
            topic_id_list: &self.topic_ids,
        })
    }

    fn read(&self, body: &[u8]) -> Result<Answer<TopicsFound>, UnreadableReason> {
        Ok(match envelope::read::<GetTopicAnswer>(body)? {
            Answer::Refused(refusal) => Answer::Refused(refusal),
            Answer::Done(None) if !self.topic_ids.is_empty() => {
                return Err(UnreadableReason::NotEnvelope);
            }
            Answer::Done(items) => {
                let items = items.unwrap_or_default();
                let there = |item: &TopicItem| Code::new(item.error_code) == Code::OK;
                let items = items.into_iter().filter(there);
                Answer::Done(TopicsFound {
                    topics: items.filter_map(|item| item.topic_info).collect(),
                })
            }
        })
    }

    fn effect(&self) -> Effect {
        Effect::None
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct GetTopicBody<'a> {
    group_id: &'a GroupId,
    #[serde(rename = "From_Account")]
    from_account: &'a UserId,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    topic_id_list: &'a [KnownTopicId],
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct GetTopicAnswer {
    action_status: Option<ActionStatus>,
    error_code: Option<i64>,
    error_info: Option<String>,
    topic_and_self_info: Option<Vec<TopicItem>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct TopicItem {
    error_code: i64,
    topic_info: Option<TopicInfo>,
}

impl Document for GetTopicAnswer {
    type Payload = Option<Vec<TopicItem>>;

    fn split(self) -> (Envelope, Option<Vec<TopicItem>>) {
        let envelope = Envelope {
            action_status: self.action_status,
            error_code: self.error_code,
            error_info: self.error_info,
        };
        (envelope, self.topic_and_self_info)
    }
}
