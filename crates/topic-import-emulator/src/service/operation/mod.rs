//! The commands: each reads its body, decides what comes of it, then does its work.

mod destroy_topic;
mod get_topic;
mod import_topic;

use crate::clock::Moment;
use crate::command::Command;
use crate::memory::topics::Topics;
use crate::service::answer::Answer;
use crate::service::communities::Communities;
use crate::service::differences::Differences;
use crate::service::refusal::Refusal;

use destroy_topic::DestroyTopic;
use get_topic::GetTopic;
use import_topic::ImportTopic;

pub(crate) use import_topic::{NewTopic, tried_topic_id};

/// What a call asks for, once its body has been found in order.
#[derive(Debug)]
pub(crate) enum Operation {
    Import(ImportTopic),
    Get(GetTopic),
    Destroy(DestroyTopic),
}

impl Operation {
    pub(crate) fn decode(
        command: Command,
        body: &[u8],
        differences: &Differences,
    ) -> Result<Self, Refusal> {
        match command {
            Command::ImportTopic => ImportTopic::decode(body, differences).map(Self::Import),
            Command::GetTopic => GetTopic::decode(body, differences).map(Self::Get),
            Command::DestroyTopic => DestroyTopic::decode(body, differences).map(Self::Destroy),
        }
    }

    /// The `TopicId` that an import asks for.
    pub(crate) fn tried_topic_id(&self) -> Option<&String> {
        match self {
            Self::Import(import) => import.topic_id(),
            Self::Get(_) | Self::Destroy(_) => None,
        }
    }

    /// What will be done and answered. Holds until the topics change.
    pub(crate) fn decide(
        self,
        communities: &Communities,
        topics: &Topics,
        now: Moment,
    ) -> Result<Decision, Refusal> {
        match self {
            Self::Import(import) => import
                .decide(communities, topics, now)
                .map(Decision::Import),
            Self::Get(get) => get.decide(communities, topics).map(Decision::Show),
            Self::Destroy(destroy) => destroy.decide(communities).map(Decision::Destroy),
        }
    }
}

/// What a call has come to, and not yet done: so it can be written down first.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Nothing is to be done.
    Show(Answer),
    Import(NewTopic),
    Destroy(DestroyTopic),
}

impl Decision {
    /// Has the first topic of a list, or all of them, stay as they are.
    pub(crate) fn spare(&mut self, all: bool) {
        match self {
            Self::Destroy(destroy) => destroy.spare(all),
            Self::Show(_) | Self::Import(_) => {}
        }
    }

    pub(crate) fn carry_out(self, topics: &mut Topics) -> Answer {
        match self {
            Self::Show(answer) => answer,
            Self::Import(new) => new.carry_out(topics),
            Self::Destroy(destroy) => destroy.carry_out(topics),
        }
    }
}
