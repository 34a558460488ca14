//! The commands: each reads its body and decides the result of the call.

mod destroy_group;
mod destroy_topic;
mod get_group_info;
mod get_topic;
mod import_group;
mod import_topic;

use crate::clock::Moment;
use crate::command::Command;
use crate::memory::change::Change;
use crate::memory::groups::Groups;
use crate::memory::topics::Topics;
use crate::service::answer::Answer;
use crate::service::communities::Communities;
use crate::service::community::Community;
use crate::service::differences::Differences;
use crate::service::refusal::Refusal;

pub(crate) use import_topic::tried_topic_id;

/// The state on which the result of a call depends.
#[derive(Clone, Copy)]
pub(crate) struct Situation<'a> {
    pub(crate) communities: &'a Communities,
    pub(crate) topics: &'a Topics,
    pub(crate) groups: &'a Groups,
    pub(crate) differences: &'a Differences,
    pub(crate) now: Moment,
    /// How many topics at the beginning of a list must not be changed, because a fault will report them as failed.
    pub(crate) spared: usize,
}

impl Situation<'_> {
    /// Whether a community exists for the calls about communities: as `import_topic` has it, one without a condition exists
    /// by itself unless only listed ones do.
    fn is_group_there(&self, group_id: &str) -> bool {
        if self.groups.is_destroyed(group_id) {
            return false;
        }
        match self.communities.listed(group_id) {
            Some(community) => community != Community::Deleted,
            None => self.communities.accepts_unlisted() || self.is_used(group_id),
        }
    }

    /// Whether no community can be imported with this ID. The ID of a deleted community counts as taken (our decision).
    /// A community that exists by itself can be imported until it has topics.
    fn is_group_id_taken(&self, group_id: &str) -> bool {
        if self.groups.is_destroyed(group_id) {
            return self.groups.is_used_up(group_id);
        }
        self.communities.listed(group_id).is_some() || self.is_used(group_id)
    }

    /// Whether a community was imported or has topics.
    fn is_used(&self, group_id: &str) -> bool {
        self.groups.profile(group_id).is_some() || self.topics.len_of(group_id) > 0
    }
}

/// The result of a call before it is carried out, so that it can be written to the state file first.
#[derive(Debug)]
pub(crate) struct Decision {
    pub(crate) change: Change,
    pub(crate) answer: Answer,
}

/// Decides the result of a call with this body. The decision is valid until the topics or the communities change.
pub(crate) fn decide(
    command: Command,
    body: &[u8],
    situation: Situation<'_>,
) -> Result<Decision, Refusal> {
    match command {
        Command::ImportTopic => import_topic::decide(body, situation),
        Command::GetTopic => get_topic::decide(body, situation),
        Command::DestroyTopic => destroy_topic::decide(body, situation),
        Command::ImportGroup => import_group::decide(body, situation),
        Command::GetGroupInfo => get_group_info::decide(body, situation),
        Command::DestroyGroup => destroy_group::decide(body, situation),
    }
}
