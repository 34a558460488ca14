//! How a call ended, in a form that can stand in a table.

use topic_import_core::{
    CallError, Failure, Field, Imported, TransportErrorKind, UnreadableReason,
};

use crate::client::Ended;

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Created,
    Existing,
    Rejected(i64),
    Conflict(Vec<Field>),
    Unknown(Why),
    NotExecuted(Why),
}

/// Of what the last attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    NotSent(TransportErrorKind),
    MaybeSent(TransportErrorKind),
    Status(u16),
    Unreadable(UnreadableReason),
    Refused(i64),
    NotShown,
    Withdrawn,
}

impl Outcome {
    pub(crate) fn of(ended: &Ended) -> Self {
        match ended {
            Ok(Imported::Created(_)) => Self::Created,
            Ok(Imported::Existing(_)) => Self::Existing,
            Err(CallError::Rejected(refusal)) => Self::Rejected(refusal.code.get()),
            Err(CallError::Conflict(conflict)) => {
                let fields = conflict.differences.iter();
                Self::Conflict(fields.map(|difference| difference.field).collect())
            }
            Err(CallError::OutcomeUnknown { failure, .. }) => Self::Unknown(Why::of(failure)),
            Err(CallError::NotExecuted(failure)) => Self::NotExecuted(Why::of(failure)),
            other => panic!("an end that no call may have: {other:?}"),
        }
    }
}

impl Why {
    fn of(failure: &Failure) -> Self {
        match failure {
            Failure::NotSent(error) => Self::NotSent(error.kind),
            Failure::MaybeSent(error) => Self::MaybeSent(error.kind),
            Failure::Status { status } => Self::Status(*status),
            Failure::Unreadable(unreadable) => Self::Unreadable(unreadable.reason),
            Failure::Refused(refusal) => Self::Refused(refusal.code.get()),
            Failure::NotShown => Self::NotShown,
            Failure::Withdrawn => Self::Withdrawn,
            other => panic!("an unknown failure: {other:?}"),
        }
    }
}
