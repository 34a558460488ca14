//! What a driver tells of a call's attempts.

use core::time::Duration;

use crate::code::Code;
use crate::failure::{Failure, TransportErrorKind, UnreadableReason};
use crate::operation::Command;

/// What a driver tells whoever watches a call.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallEvent<'a> {
    /// The next attempt has its slot in the quota and is about to leave. [`ControlFlow::Break`] withdraws the call:
    /// the attempt does not leave.
    ///
    /// [`ControlFlow::Break`]: core::ops::ControlFlow::Break
    Leaving(Command),
    /// An attempt is over.
    Over(Attempt<'a>),
}

/// One attempt that is over.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// What was sent.
    pub command: Command,
    /// From the slot in the quota to the end of the attempt.
    pub took: Duration,
    /// How it ended.
    pub result: AttemptResult,
    /// Why it will be repeated; `None` where the call goes on otherwise or has ended.
    pub repeated_after: Option<&'a Failure>,
}

impl<'a> Attempt<'a> {
    /// An attempt that is over.
    pub const fn new(
        command: Command,
        took: Duration,
        result: AttemptResult,
        repeated_after: Option<&'a Failure>,
    ) -> Self {
        Self {
            command,
            took,
            result,
            repeated_after,
        }
    }
}

/// How an attempt ended, in a word and without a text of the service's: for logs and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptResult {
    /// The service did what was asked.
    Done,
    /// The service answered with an error code.
    Refused(Code),
    /// The request cannot have reached the service.
    NotSent(TransportErrorKind),
    /// No whole answer came to a request that may have reached the service.
    MaybeSent(TransportErrorKind),
    /// An HTTP status other than 200.
    Status(u16),
    /// Something that is not the API answered.
    Unreadable(UnreadableReason),
}

impl AttemptResult {
    pub(crate) const fn of<T>(received: &Result<T, Failure>) -> Self {
        match received {
            Ok(_) => Self::Done,
            Err(Failure::Refused(refusal)) => Self::Refused(refusal.code),
            Err(Failure::Status { status }) => Self::Status(*status),
            Err(Failure::Unreadable(unreadable)) => Self::Unreadable(unreadable.reason),
            // An answer came, so no other failure is left; and none says that nothing was sent.
            Err(_) => Self::MaybeSent(TransportErrorKind::Broken),
        }
    }

    /// `done`, `refused`, `not_sent`, `maybe_sent`, `status` or `unreadable`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused(_) => "refused",
            Self::NotSent(_) => "not_sent",
            Self::MaybeSent(_) => "maybe_sent",
            Self::Status(_) => "status",
            Self::Unreadable(_) => "unreadable",
        }
    }

    /// The code that the service answered with, where it refused.
    pub const fn code(self) -> Option<Code> {
        match self {
            Self::Refused(code) => Some(code),
            _ => None,
        }
    }
}
