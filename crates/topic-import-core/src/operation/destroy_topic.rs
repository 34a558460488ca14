//! `destroy_topic`: deletes topics for good (Delete Topic, 1047/49470).

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::envelope::{self, ActionStatus, Document, Envelope, lenient};
use super::{Answer, Effect, Operation, check_list, to_json};
use crate::code::Code;
use crate::command::Command;
use crate::endpoint::Service;
use crate::failure::UnreadableReason;
use crate::field::{GroupId, KnownTopicId, UserId};
use crate::limits::{Field, MAX_IDS};
use crate::violation::Violations;

/// Deletes topics of one group with everything in them. This cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DestroyTopic {
    group_id: GroupId,
    topic_id_list: Vec<KnownTopicId>,
}

impl DestroyTopic {
    /// The most IDs in one call. The service documents no limit; this one is our decision.
    pub const MAX_IDS: usize = MAX_IDS;

    /// Deletes the topics with these IDs, 1 to [`MAX_IDS`](Self::MAX_IDS) of them.
    ///
    /// # Errors
    /// [`Rule::Count`](crate::Rule::Count) if the list is empty or too long.
    pub fn of(group_id: GroupId, topic_ids: Vec<KnownTopicId>) -> Result<Self, Violations> {
        let topic_id_list = check_list(Field::TopicIdList, topic_ids)?;
        Ok(Self {
            group_id,
            topic_id_list,
        })
    }
}

/// The result of deleting topics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicsDestroyed {
    /// One result for each topic that the service names in its answer.
    pub topics: Vec<DestroyedTopic>,
}

/// The result of deleting one topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DestroyedTopic {
    /// `TopicId`
    pub topic_id: KnownTopicId,
    /// [`Code::OK`] if the topic was deleted, [`Code::TOPIC_DELETED`] if it had been deleted before. Any other code
    /// says why it was not deleted.
    pub code: Code,
    /// `ErrorInfo`
    pub info: String,
}

impl DestroyedTopic {
    /// Whether the topic no longer exists.
    pub fn is_gone(&self) -> bool {
        self.code == Code::OK || self.code == Code::TOPIC_DELETED
    }
}

impl Operation for DestroyTopic {
    const COMMAND: Command = Command::DESTROY_TOPIC;
    type Output = TopicsDestroyed;
    type ReadBack = Self;

    fn service(&self, _configured: Service) -> Service {
        Service::MillionGroupOpenHttpSvc
    }

    fn body(&self, _admin: impl FnOnce() -> UserId) -> Vec<u8> {
        to_json(self)
    }

    fn read(&self, body: &[u8]) -> Result<Answer<TopicsDestroyed>, UnreadableReason> {
        let items = match envelope::read::<DestroyTopicAnswer>(Self::COMMAND, body)? {
            Answer::Refused(refusal) => return Ok(Answer::Refused(refusal)),
            Answer::Done(items) => items.ok_or(UnreadableReason::NotEnvelope)?,
        };
        let topics = items.into_iter().filter_map(|item| {
            Some(DestroyedTopic {
                topic_id: KnownTopicId::parse(item.topic_id).ok()?,
                code: Code::new(item.error_code),
                info: item.error_info.unwrap_or_default(),
            })
        });
        Ok(Answer::Done(TopicsDestroyed {
            topics: topics.collect(),
        }))
    }

    fn effect(&self) -> Effect {
        Effect::Once
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct DestroyTopicAnswer {
    action_status: Option<ActionStatus>,
    error_code: Option<i64>,
    error_info: Option<String>,
    destroy_result_item: Option<Vec<DestroyItem>>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct DestroyItem {
    error_code: i64,
    #[serde(deserialize_with = "lenient")]
    error_info: Option<String>,
    topic_id: String,
}

impl Document for DestroyTopicAnswer {
    type Payload = Option<Vec<DestroyItem>>;

    fn split(self) -> (Envelope, Self::Payload) {
        let envelope = Envelope {
            action_status: self.action_status,
            error_code: self.error_code,
            error_info: self.error_info,
        };
        (envelope, self.destroy_result_item)
    }
}
