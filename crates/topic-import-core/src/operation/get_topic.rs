//! `get_topic`: reads topics back (Get Topic, 1047/49469).

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::envelope::{self, ActionStatus, Document, Envelope, lenient};
use super::{Answer, Effect, Operation, check_list, to_json};
use crate::code::Code;
use crate::command::Command;
use crate::endpoint::Service;
use crate::failure::{Refusal, UnreadableReason};
use crate::field::{GroupId, KnownTopicId, UserId};
use crate::limits::{Field, MAX_IDS};
use crate::violation::Violations;

/// Asks for topics of one group: those with the given IDs, or all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetTopic {
    group_id: GroupId,
    topic_ids: Vec<KnownTopicId>,
}

impl GetTopic {
    /// The most IDs in one call. The service documents no limit; this one is our decision.
    pub const MAX_IDS: usize = MAX_IDS;

    /// Asks for the topics with these IDs, 1 to [`MAX_IDS`](Self::MAX_IDS) of them.
    ///
    /// # Errors
    /// [`Rule::Count`](crate::Rule::Count) if the list is empty or too long.
    pub fn of(group_id: GroupId, topic_ids: Vec<KnownTopicId>) -> Result<Self, Violations> {
        let topic_ids = check_list(Field::TopicIdList, topic_ids)?;
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

    fn asks_for(&self, id: &KnownTopicId) -> bool {
        self.topic_ids.is_empty() || self.topic_ids.contains(id)
    }
}

/// A topic as the service shows it. Fields are not checked. A field is `None` if the service does not show it, or shows
/// it with a type that differs from the documented one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct TopicInfo {
    /// `GroupID`; only this call spells it this way
    #[serde(rename = "GroupID", deserialize_with = "lenient")]
    pub group_id: Option<String>,
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
    /// `MuteAllMember`: "On" or "Off"
    #[serde(deserialize_with = "lenient")]
    pub mute_all_member: Option<String>,
    /// `ShutUpAllFlag`, the name that one public client reads instead of `MuteAllMember`
    #[serde(deserialize_with = "lenient")]
    pub shut_up_all_flag: Option<String>,
    /// `SelfInfo`: the topic's state for the account that asked.
    #[serde(skip)]
    pub self_info: Option<SelfInfo>,
}

/// A topic's state for the account that asked: `SelfInfo` in the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
#[non_exhaustive]
pub struct SelfInfo {
    /// `MsgSeq`: the number of the last message that the account has read
    #[serde(deserialize_with = "lenient")]
    pub msg_seq: Option<i64>,
    /// `MsgFlag`: how the account receives messages
    #[serde(deserialize_with = "lenient")]
    pub msg_flag: Option<String>,
    /// `ShutUpTime`: until when the account is muted
    #[serde(deserialize_with = "lenient")]
    pub shut_up_time: Option<i64>,
}

/// What `get_topic` found. A topic that was asked for and is not in here does not exist.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicsFound {
    /// The topics that exist.
    pub topics: Vec<TopicInfo>,
    /// The IDs of topics that have been deleted (110003). These IDs cannot be used again.
    pub deleted: Vec<KnownTopicId>,
}

impl TopicsFound {
    /// The topic with this ID, if it exists.
    pub fn get(&self, id: &KnownTopicId) -> Option<&TopicInfo> {
        self.topics
            .iter()
            .find(|topic| topic.topic_id.as_deref() == Some(id.as_str()))
    }
}

impl Operation for GetTopic {
    const COMMAND: Command = Command::GET_TOPIC;
    type Output = TopicsFound;
    type ReadBack = Self;

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

    /// If the service could not look up a topic that was asked for, the whole answer counts as refused. The call is
    /// then repeated, and the topic is not mistaken for one that does not exist.
    fn read(&self, body: &[u8]) -> Result<Answer<TopicsFound>, UnreadableReason> {
        let items = match envelope::read::<GetTopicAnswer>(Self::COMMAND, body)? {
            Answer::Refused(refusal) => return Ok(Answer::Refused(refusal)),
            Answer::Done(None) if !self.topic_ids.is_empty() => {
                return Err(UnreadableReason::NotEnvelope);
            }
            Answer::Done(items) => items.unwrap_or_default(),
        };
        let mut found = TopicsFound::default();
        for item in items {
            let code = Code::new(item.error_code);
            let mut topic = item.topic_info.unwrap_or_default();
            topic.self_info = item.self_info;
            let id = topic
                .topic_id
                .clone()
                .and_then(|id| KnownTopicId::parse(id).ok());
            // If a single topic was asked for, an item without an ID can only be about that topic.
            let id = match (id, &self.topic_ids[..]) {
                (None, [only]) if code != Code::OK => Some(only.clone()),
                (id, _) => id,
            };
            match id {
                Some(id) if !self.asks_for(&id) => {}
                Some(_) if code == Code::OK => found.topics.push(topic),
                None if code == Code::OK => return Err(UnreadableReason::WithoutId),
                Some(id) if code == Code::TOPIC_DELETED => found.deleted.push(id),
                _ if code.means_absent() => {}
                _ => {
                    let info = item.error_info.unwrap_or_default();
                    return Ok(Answer::Refused(Refusal::new(Self::COMMAND, code, info)));
                }
            }
        }
        Ok(Answer::Done(found))
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
    #[serde(deserialize_with = "lenient")]
    error_info: Option<String>,
    topic_info: Option<TopicInfo>,
    #[serde(deserialize_with = "lenient")]
    self_info: Option<SelfInfo>,
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

    /// If there are items, the envelope's `ErrorCode` and `ErrorInfo` mean nothing (Get Topic, "Response fields").
    fn overrules_envelope(&self) -> bool {
        self.topic_and_self_info
            .as_ref()
            .is_some_and(|items| !items.is_empty())
    }
}
