//! The calls of the API: what each sends, where, and how its answer reads. A further call is one further file.

mod destroy_topic;
mod envelope;
mod get_topic;
mod import_topic;
mod unchecked;

pub use destroy_topic::{DestroyTopic, DestroyedTopic, TopicsDestroyed};
pub use get_topic::{GetTopic, SelfInfo, TopicInfo, TopicsFound};
pub use import_topic::{ImportTopic, Imported};
pub use unchecked::Unchecked;

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::endpoint::Service;
use crate::error::{Conflict, Refusal, UnreadableReason};
use crate::field::{KnownTopicId, UserId};

/// The last part of a call's URL path; each command has a quota of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Command(&'static str);

impl Command {
    /// A command of the REST API.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name in the URL.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// What an answer with HTTP status 200 says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer<T> {
    /// It is done.
    Done(T),
    /// It was refused.
    Refused(Refusal),
}

/// How a doubtful end was settled by reading the topic back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settled<T> {
    /// The topic is there as wanted.
    There(T),
    /// The ID belongs to a topic with other content.
    Conflict(Conflict),
    /// There is no topic of this ID.
    Absent,
    /// There was one, and it has been deleted: the ID cannot be used again.
    Deleted,
}

/// What executing a call changes, and so whether it may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Effect {
    /// Nothing: it reads.
    None,
    /// The first execution changes something, a second one nothing more.
    Once,
    /// Every execution changes something: a call that may have been executed is never repeated.
    EachTime,
}

/// One call of the REST API. The calls are those of this crate: a further one is a further file in it.
pub trait Operation: sealed::Sealed {
    /// The command in the URL.
    const COMMAND: Command;
    /// What a success gives.
    type Output;

    /// The service under which the command stands, given the one that is configured for `import_topic`.
    fn service(&self, configured: Service) -> Service;

    /// The request's body. `admin` gives the account that calls, where the body names it.
    fn body(&self, admin: impl FnOnce() -> UserId) -> Vec<u8>;

    /// Reads an answer with HTTP status 200.
    ///
    /// # Errors
    /// Where the answer cannot be relied on.
    fn read(&self, body: &[u8]) -> Result<Answer<Self::Output>, UnreadableReason>;

    /// What executing the call changes.
    fn effect(&self) -> Effect;

    /// The call that shows whether this one has been executed, where there is one.
    fn read_back(&self) -> Option<GetTopic> {
        None
    }

    /// What the answer to [`read_back`](Self::read_back) shows.
    fn settle(&self, found: &TopicsFound) -> Settled<Self::Output> {
        let _ = found;
        Settled::Absent
    }
}

/// The most topic IDs in one call.
const MAX_IDS: usize = 50;

/// A list of topic IDs that one call may not hold: an empty one, or one of more than 50.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a call takes 1 to {MAX_IDS} topic IDs, not {found}")]
#[non_exhaustive]
pub struct TopicIdCount {
    /// How many there were.
    pub found: usize,
}

fn check_count(topic_ids: &[KnownTopicId]) -> Result<(), TopicIdCount> {
    match topic_ids.len() {
        1..=MAX_IDS => Ok(()),
        found => Err(TopicIdCount { found }),
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::ImportTopic {}
    impl Sealed for super::GetTopic {}
    impl Sealed for super::DestroyTopic {}
    impl<O: super::Operation> Sealed for alloc::sync::Arc<O> {}
    impl<O: super::Operation> Sealed for super::Unchecked<O> {}
}

impl<O: Operation> Operation for Arc<O> {
    const COMMAND: Command = O::COMMAND;
    type Output = O::Output;

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

    fn read_back(&self) -> Option<GetTopic> {
        O::read_back(self)
    }

    fn settle(&self, found: &TopicsFound) -> Settled<Self::Output> {
        O::settle(self, found)
    }
}

#[cfg(feature = "std")]
pub(crate) fn to_json(body: &impl serde::Serialize) -> Vec<u8> {
    const ENOUGH_FOR_MOST: usize = 512;
    let mut json = Vec::with_capacity(ENOUGH_FOR_MOST);
    serde_json::to_writer(&mut json, body).expect("text and numbers are JSON");
    json
}

/// `serde_json` does not write into a given vector here.
#[cfg(not(feature = "std"))]
pub(crate) fn to_json(body: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("text and numbers are JSON")
}
