//! How a call can fail.

use alloc::string::String;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use serde::Serialize;

use crate::advice::Advice;
use crate::code::{Code, Recovery, Scope};
use crate::escaped::escaped;
use crate::excerpt::excerpt;
use crate::failure::{Failure, Refusal, TransportErrorKind};
use crate::limits::Field;

/// A field whose content at the service differs from what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// What was sent.
    pub wanted: String,
    /// What the service has.
    pub found: String,
}

impl Difference {
    /// The differences among fields, each with what was sent and what the service shows. A field that lacks either is not
    /// compared.
    pub(crate) fn among<const N: usize>(
        fields: [(Field, Option<String>, Option<String>); N],
    ) -> Vec<Self> {
        let differing = fields.into_iter().filter_map(|(field, wanted, found)| {
            let (wanted, found) = (wanted?, found?);
            (wanted != found).then_some(Self {
                field,
                wanted,
                found,
            })
        });
        differing.collect()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wanted, found) = (excerpt(&self.wanted), excerpt(&self.found));
        write!(f, "{} is {found:?}, not {wanted:?}", self.field)
    }
}

/// The ID is taken by something whose content differs from what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The ID that is taken.
    pub id: String,
    /// How the content differs; never empty.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} exists with different content: ", escaped(&self.id))?;
        for (position, difference) in self.differences.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{difference}")?;
        }
        Ok(())
    }
}

/// How a call failed. Displayed, it is one line: what happened, the cause, the remedy.
///
/// [`advice`](Self::advice) says what to do now.
#[derive(Debug)]
#[non_exhaustive]
pub enum CallError {
    /// The service refused, and the call was not executed.
    Rejected(Refusal),
    /// The ID is taken by something with other content.
    Conflict(Conflict),
    /// Whether the call was executed is not known: it could not be repeated safely, or time ran out.
    OutcomeUnknown {
        /// The failure that left the outcome open.
        failure: Failure,
        /// Whether making the same call again finds out, and does nothing twice.
        asking_again_settles: bool,
    },
    /// The call was not executed: time ran out, or further attempts are pointless.
    NotExecuted(Failure),
    /// [`Call::next`](crate::Call::next) was called again after the call had ended.
    Ended,
}

impl CallError {
    /// The outcome's name in logs and metrics: `rejected`, `conflict`, `unknown`, `not_executed` or `ended`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rejected(_) => "rejected",
            Self::Conflict(_) => "conflict",
            Self::OutcomeUnknown { .. } => "unknown",
            Self::NotExecuted(_) => "not_executed",
            Self::Ended => "ended",
        }
    }

    /// Whether the call may have been executed.
    pub const fn maybe_executed(&self) -> bool {
        matches!(self, Self::OutcomeUnknown { .. })
    }

    /// The failure that decided the call; `None` for [`Rejected`](Self::Rejected), [`Conflict`](Self::Conflict) and
    /// [`Ended`](Self::Ended).
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::OutcomeUnknown { failure, .. } | Self::NotExecuted(failure) => Some(failure),
            Self::Rejected(_) | Self::Conflict(_) | Self::Ended => None,
        }
    }

    /// The service's refusal, if one decided the call.
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Rejected(refusal) => Some(refusal),
            _ => match self.failure() {
                Some(Failure::Refused(refusal)) => Some(refusal),
                _ => None,
            },
        }
    }

    /// The service's error code, if one decided the call; [`Code::ID_IN_USE`] for a conflict.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Rejected(refusal) => Some(refusal.code),
            Self::Conflict(_) => Some(Code::ID_IN_USE),
            _ => self.failure().and_then(Failure::code),
        }
    }

    /// Whether the same call may be made again without doing anything twice.
    pub const fn is_repeatable(&self) -> bool {
        !matches!(
            self,
            Self::OutcomeUnknown {
                asking_again_settles: false,
                ..
            }
        )
    }

    /// Whether only the deadline ended the call, so that it might have succeeded with more time.
    pub fn ran_out_of_time(&self) -> bool {
        match self.failure() {
            None | Some(Failure::NotShown | Failure::Withdrawn) => false,
            Some(failure) => {
                let recovery = failure.verdict().recovery;
                self.is_repeatable() && matches!(recovery, Recovery::Retry | Recovery::SlowDown)
            }
        }
    }

    /// How far the failure reaches beyond this call.
    ///
    /// A recovery that the call has tried without success, such as a new signature, will not help other calls either:
    /// the failure then reaches all of them.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Rejected(refusal) => refusal.verdict().final_scope(),
            Self::OutcomeUnknown { failure, .. } => failure.verdict().final_scope().max(Scope::Row),
            Self::NotExecuted(failure) => failure.verdict().final_scope(),
            Self::Conflict(_) | Self::Ended => Scope::Row,
        }
    }

    /// What the caller should do now.
    pub fn advice(&self) -> Advice {
        match self {
            Self::Rejected(refusal) => Advice::after_refusal(refusal),
            Self::Conflict(_) => Advice::FixRow,
            Self::NotExecuted(failure) => Advice::after(failure),
            Self::OutcomeUnknown {
                failure,
                asking_again_settles: true,
            } => Advice::in_doubt(failure),
            Self::OutcomeUnknown { .. } | Self::Ended => Advice::LookYourself,
        }
    }

    /// Why the call failed, in one line: the failure and the chain of its sources.
    pub fn cause(&self) -> impl fmt::Display + '_ {
        Cause(self)
    }

    /// What a person can do about it, in a few words.
    pub fn remedy(&self) -> &'static str {
        match self.advice() {
            Advice::TryLater => match self {
                Self::Rejected(refusal) => refusal.remedy(),
                _ => "try again later",
            },
            Advice::AskAgain => "make the same call again: it finds out, and does nothing twice",
            Advice::LookYourself => "check whether it exists before making the call again",
            Advice::FixRow | Advice::FixGroup | Advice::FixSetup => {
                match (self, self.refusal(), self.failure()) {
                    (Self::Conflict(_), ..) => {
                        "choose another ID, or send the content that is already there"
                    }
                    (_, Some(refusal), _) => refusal.remedy(),
                    (_, None, failure) => failure.map_or("", mending),
                }
            }
        }
    }
}

/// What a person can do about a failure that is no refusal of the service.
fn mending(failure: &Failure) -> &'static str {
    match failure {
        Failure::NotSent(error) => match error.kind {
            TransportErrorKind::Request => "check the endpoint",
            TransportErrorKind::ProxyLogin | TransportErrorKind::ProxyRefused => "check the proxy",
            _ => "check endpoint, network and certificates",
        },
        Failure::Status { status: 407 } => "check the proxy",
        Failure::IdUsedUp => Code::TOPIC_DELETED.remedy(),
        _ => "check the endpoint, and any proxy or filter on the way to it",
    }
}

struct Cause<'a>(&'a CallError);

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failure = match self.0 {
            CallError::Rejected(refusal) => return write!(f, "{refusal}"),
            CallError::Conflict(conflict) => return write!(f, "{conflict}"),
            CallError::Ended => {
                return f
                    .write_str("the call had already ended when it was asked for its next step");
            }
            CallError::OutcomeUnknown { failure, .. } | CallError::NotExecuted(failure) => failure,
        };
        write!(f, "{}", failure.cause())
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self {
            Self::Rejected(_) => "the service refused",
            Self::Conflict(_) => "the ID is taken",
            Self::OutcomeUnknown { .. } => "nobody knows whether the call was executed",
            Self::NotExecuted(_) => "the call was not executed",
            Self::Ended => return write!(f, "{}", self.cause()),
        };
        write!(f, "{what}: {}; {}", self.cause(), self.remedy())
    }
}

/// `source` returns `None`, because `Display` already shows the whole chain. The variants hold the sources.
impl Error for CallError {}
