//! The calls of the API: what each sends, where to, and how its answer is read. Each call is one file.

mod destroy_group;
mod destroy_topic;
mod envelope;
mod get_group_info;
mod get_topic;
mod import_group;
mod import_topic;
mod unchecked;

pub use destroy_group::{DestroyGroup, DestroyedGroup};
pub use destroy_topic::{DestroyTopic, DestroyedTopic, TopicsDestroyed};
pub use get_group_info::{AppDefinedInfo, GetGroupInfo, GroupInfo, GroupsFound};
pub use get_topic::{GetTopic, SelfInfo, TopicInfo, TopicsFound};
pub use import_group::{ImportGroup, ImportedGroup};
pub use import_topic::{ImportTopic, Imported};
pub use unchecked::Unchecked;

use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::command::Command;
use crate::endpoint::Service;
use crate::error::Conflict;
use crate::failure::{Refusal, UnreadableReason};
use crate::field::UserId;
use crate::limits::{Field, MAX_IDS};
use crate::violation::{Found, Limit, Rule, Violation, Violations};

/// What an answer with HTTP status 200 says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a call must handle every case")]
pub enum Answer<T> {
    /// The service did what was asked.
    Done(T),
    /// The service refused.
    Refused(Refusal),
}

/// What a read-back found out about a call whose outcome was open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "a call must handle every case")]
pub enum Settled<T> {
    /// What was sent exists, with the same content.
    There(T),
    /// The ID is taken by something whose content differs.
    Conflict(Conflict),
    /// Nothing has the ID.
    Absent,
    /// The ID belonged to something that was deleted, and cannot be used again.
    Deleted,
}

/// What executing a call changes, which decides whether it may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "a call must handle every case")]
pub enum Effect {
    /// Nothing: the call only reads.
    None,
    /// The first execution changes something, a second one changes nothing more.
    Once,
    /// Every execution changes something: a call that may have been executed is never repeated.
    EachTime,
}

/// One call of the REST API. The trait is sealed: only this crate implements it.
pub trait Operation: sealed::Sealed + Send + Sync {
    /// The command in the URL.
    const COMMAND: Command;
    /// The result of a successful call.
    type Output: Send;
    /// The call that shows whether this one was executed; `Self` if there is none.
    type ReadBack: Operation;

    /// The service that has the command. `configured` is the one configured for `import_topic`.
    fn service(&self, configured: Service) -> Service;

    /// The request's body, as JSON. `admin` returns the caller's account, for a body that names it.
    fn body(&self, admin: impl FnOnce() -> UserId) -> Vec<u8>;

    /// Reads an answer with HTTP status 200.
    ///
    /// # Errors
    /// Why the answer cannot be relied on.
    fn read(&self, body: &[u8]) -> Result<Answer<Self::Output>, UnreadableReason>;

    /// What executing the call changes.
    fn effect(&self) -> Effect;

    /// The request that shows whether this call was executed, if there is one.
    fn read_back(&self) -> Option<Self::ReadBack> {
        None
    }

    /// What the answer to [`read_back`](Self::read_back) says about this call.
    fn settle(&self, found: &<Self::ReadBack as Operation>::Output) -> Settled<Self::Output> {
        let _ = found;
        Settled::Absent
    }
}

/// Checks that a list has 1 to [`MAX_IDS`] IDs. A violation names `field`, the request field that takes the list.
fn check_list<T>(field: Field, ids: Vec<T>) -> Result<Vec<T>, Violations> {
    match ids.len() {
        1..=MAX_IDS => Ok(ids),
        items => Err(Violation::new(
            field,
            Rule::Count,
            Some(Limit::Items {
                min: 1,
                max: MAX_IDS,
            }),
            Found::Items(items),
        )
        .into()),
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::ImportTopic {}
    impl Sealed for super::GetTopic {}
    impl Sealed for super::DestroyTopic {}
    impl Sealed for super::ImportGroup {}
    impl Sealed for super::GetGroupInfo {}
    impl Sealed for super::DestroyGroup {}
    impl<O: super::Operation> Sealed for alloc::sync::Arc<O> {}
    impl<O: super::Operation> Sealed for super::Unchecked<O> {}
}

impl<O: Operation> Operation for Arc<O> {
    const COMMAND: Command = O::COMMAND;
    type Output = O::Output;
    type ReadBack = O::ReadBack;

    fn service(&self, configured: Service) -> Service {
        O::service(self, configured)
    }

    fn body(&self, admin: impl FnOnce() -> UserId) -> Vec<u8> {
        O::body(self, admin)
    }

    fn read(&self, body: &[u8]) -> Result<Answer<Self::Output>, UnreadableReason> {
        O::read(self, body)
    }

    fn effect(&self) -> Effect {
        O::effect(self)
    }

    fn read_back(&self) -> Option<O::ReadBack> {
        O::read_back(self)
    }

    fn settle(&self, found: &<O::ReadBack as Operation>::Output) -> Settled<Self::Output> {
        O::settle(self, found)
    }
}

pub(crate) fn to_json(body: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("text and numbers are JSON")
}
