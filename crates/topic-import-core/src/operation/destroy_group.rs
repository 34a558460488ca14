//! `destroy_group`: deletes a community for good (Disbanding a Group, 1047/34896).

use alloc::vec::Vec;

use serde::Serialize;

use super::envelope::{self, Envelope};
use super::{Answer, Effect, Operation, to_json};
use crate::command::Command;
use crate::endpoint::Service;
use crate::failure::UnreadableReason;
use crate::field::{GroupId, UserId};

/// Deletes a community with its topics and everything in them. This cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct DestroyGroup {
    group_id: GroupId,
}

impl DestroyGroup {
    /// Deletes the community with this ID.
    pub const fn new(group_id: GroupId) -> Self {
        Self { group_id }
    }

    /// `GroupId`
    pub const fn group_id(&self) -> &GroupId {
        &self.group_id
    }
}

/// A community that no longer exists after the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "what no longer exists was deleted either by this call or before it"
)]
pub enum DestroyedGroup {
    /// This call deleted it.
    Destroyed,
    /// It was not there: it was deleted before, by an attempt whose answer was lost or by somebody else, or never
    /// existed.
    Absent,
}

impl Operation for DestroyGroup {
    const COMMAND: Command = Command::DESTROY_GROUP;
    type Output = DestroyedGroup;
    type ReadBack = Self;

    fn service(&self, _configured: Service) -> Service {
        Service::GroupOpenHttpSvc
    }

    fn body(&self, _admin: impl FnOnce() -> UserId) -> Vec<u8> {
        to_json(self)
    }

    fn read(&self, body: &[u8]) -> Result<Answer<DestroyedGroup>, UnreadableReason> {
        Ok(match envelope::read::<Envelope>(Self::COMMAND, body)? {
            Answer::Done(()) => Answer::Done(DestroyedGroup::Destroyed),
            Answer::Refused(refusal) if refusal.means_absent() => {
                Answer::Done(DestroyedGroup::Absent)
            }
            Answer::Refused(refusal) => Answer::Refused(refusal),
        })
    }

    fn effect(&self) -> Effect {
        Effect::Once
    }
}
