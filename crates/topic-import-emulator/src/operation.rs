//! The commands: each reads its body, then does its work.

mod destroy_topic;
mod get_topic;
mod import_topic;

use std::borrow::Cow;

use crate::answer::Answer;
use crate::command::Command;
use crate::communities::Communities;
use crate::moment::Moment;
use crate::refusal::Refusal;
use crate::topics::Topics;

use destroy_topic::DestroyTopic;
use get_topic::GetTopic;
use import_topic::ImportTopic;

pub(crate) use import_topic::tried_topic_id;

/// What a call asks for, once its body has been found in order.
#[derive(Debug)]
pub(crate) enum Operation<'a> {
    Import(ImportTopic<'a>),
    Get(GetTopic<'a>),
    Destroy(DestroyTopic<'a>),
}

impl<'a> Operation<'a> {
    pub(crate) fn decode(command: Command, body: &'a [u8]) -> Result<Self, Refusal> {
        match command {
            Command::ImportTopic => ImportTopic::decode(body).map(Self::Import),
            Command::GetTopic => GetTopic::decode(body).map(Self::Get),
            Command::DestroyTopic => DestroyTopic::decode(body).map(Self::Destroy),
        }
    }

    /// The `TopicId` that an import asks for.
    pub(crate) fn tried_topic_id(&self) -> Option<&Cow<'a, str>> {
        match self {
            Self::Import(import) => import.topic_id(),
            Self::Get(_) | Self::Destroy(_) => None,
        }
    }

    pub(crate) fn perform(
        self,
        communities: &Communities,
        topics: &mut Topics,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        match self {
            Self::Import(import) => import.perform(communities, topics, now),
            Self::Get(get) => get.perform(communities, topics),
            Self::Destroy(destroy) => destroy.perform(communities, topics),
        }
    }
}
