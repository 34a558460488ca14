//! The commands: each reads its body and decides the result of the call.

mod destroy_topic;
mod get_topic;
mod import_topic;

use crate::clock::Moment;
use crate::command::Command;
use crate::memory::change::Change;
use crate::memory::topics::Topics;
use crate::service::answer::Answer;
use crate::service::communities::Communities;
use crate::service::differences::Differences;
use crate::service::refusal::Refusal;

pub(crate) use import_topic::tried_topic_id;

/// The state on which the result of a call depends.
#[derive(Clone, Copy)]
pub(crate) struct Situation<'a> {
    pub(crate) communities: &'a Communities,
    pub(crate) topics: &'a Topics,
    pub(crate) differences: &'a Differences,
    pub(crate) now: Moment,
    /// How many topics at the beginning of a list must not be changed, because a fault will report them as failed.
    pub(crate) spared: usize,
}

/// The result of a call before it is carried out, so that it can be written to the state file first.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) change: Change,
    pub(crate) answer: Answer,
}

/// Decides the result of a call with this body. The decision is valid until the topics change.
pub(crate) fn decide(
    command: Command,
    body: &[u8],
    situation: Situation<'_>,
) -> Result<Decision, Refusal> {
    match command {
        Command::ImportTopic => import_topic::decide(body, situation),
        Command::GetTopic => get_topic::decide(body, situation),
        Command::DestroyTopic => destroy_topic::decide(body, situation),
    }
}
