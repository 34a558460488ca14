//! What the failure of a call says of its row.

use topic_import_core::{CallError, Executed, Failure, Helps, Refusal};

use crate::journal::ClaimedRow;
use crate::summary::Outcome;

/// Whether the row is taken up again without being asked for.
pub(super) fn is_open(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Pending | Outcome::InFlight)
}

pub(super) fn is_repeatable(row: &ClaimedRow, error: &CallError) -> bool {
    error.executed() == Executed::No || row.topic.topic_id().is_some()
}

/// Whether the service itself decided the call.
pub(super) fn is_answer(error: &CallError) -> bool {
    matches!(error, CallError::Rejected(_) | CallError::Conflict(_)) || error.code().is_some()
}

/// What the service said, where it refused.
pub(super) fn refusal(error: &CallError) -> Option<&Refusal> {
    match error {
        CallError::Rejected(refusal)
        | CallError::OutcomeUnknown(Failure::Refused(refusal))
        | CallError::NotExecuted(Failure::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// Whether the run took the call back, when it stopped or when its lease was over.
pub(super) fn is_withdrawn(error: &CallError) -> bool {
    matches!(
        error,
        CallError::OutcomeUnknown(Failure::Withdrawn) | CallError::NotExecuted(Failure::Withdrawn)
    )
}

/// Whether only the deadline ended the call, and the same call might still succeed.
pub(super) fn ran_out_of_time(row: &ClaimedRow, error: &CallError) -> bool {
    let (CallError::OutcomeUnknown(failure) | CallError::NotExecuted(failure)) = error else {
        return false;
    };
    is_repeatable(row, error)
        && match failure {
            Failure::NotShown | Failure::Withdrawn => false,
            _ => matches!(failure.verdict().helps, Helps::Retry | Helps::SlowDown),
        }
}

/// What lies below an error whose own words say no more than the outcome.
pub(super) fn causes(error: &CallError) -> String {
    let mut texts = Vec::new();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        texts.push(cause.to_string());
        source = cause.source();
    }
    texts.join(": ")
}
