//! What a driver reports about a call's attempts.

use core::time::Duration;

use crate::code::Code;
use crate::command::Command;
use crate::failure::{Failure, TransportErrorKind, UnreadableReason};

/// An event in the life of a call, as a driver reports it to an observer.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallEvent<'a> {
    /// The next attempt has its slot in the quota and is about to be sent. If the observer returns
    /// [`ControlFlow::Break`], the call is withdrawn and the attempt is not sent.
    ///
    /// [`ControlFlow::Break`]: core::ops::ControlFlow::Break
    Leaving(Command),
    /// An attempt has ended.
    Over(Attempt<'a>),
}

/// An attempt that has ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attempt<'a> {
    /// The command that was sent.
    pub command: Command,
    /// The time from taking the slot in the quota to the end of the attempt.
    pub took: Duration,
    /// How the attempt ended.
    pub result: AttemptResult,
    /// Why the attempt will be repeated; `None` if the call has ended or continues with a different request.
    pub repeated_after: Option<&'a Failure>,
}

impl<'a> Attempt<'a> {
    /// Describes an attempt that has ended.
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

/// How an attempt ended, in one word and without any text from the service: for logs and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttemptResult {
    /// The service did what was asked.
    Done,
    /// The service answered with an error code.
    Refused(Code),
    /// The request cannot have reached the service.
    NotSent(TransportErrorKind),
    /// The request may have reached the service, but no complete answer came back.
    MaybeSent(TransportErrorKind),
    /// The answer had an HTTP status other than 200.
    Status(u16),
    /// The answer had HTTP status 200 but did not come from the API.
    Unreadable(UnreadableReason),
}

impl AttemptResult {
    pub(crate) const fn of<T>(received: &Result<T, Failure>) -> Self {
        match received {
            Ok(_) => Self::Done,
            Err(Failure::Refused(refusal)) => Self::Refused(refusal.code),
            Err(Failure::Status { status }) => Self::Status(*status),
            Err(Failure::Unreadable(unreadable)) => Self::Unreadable(unreadable.reason),
            // An answer arrived, so no other failure is possible; `MaybeSent` is the safe choice.
            Err(_) => Self::MaybeSent(TransportErrorKind::Broken),
        }
    }

    /// The result's name in logs and metrics: `done`, `refused`, `not_sent`, `maybe_sent`, `status` or `unreadable`.
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

    /// The code with which the service refused; `None` for any other result.
    pub const fn code(self) -> Option<Code> {
        match self {
            Self::Refused(code) => Some(code),
            _ => None,
        }
    }
}
