use std::time::Duration;

use crate::command::Command;
use crate::faults::fault::Fault;

/// One request that reached the emulator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The call's number since the start, from 1.
    pub number: u64,
    /// When the call was handled: monotonic time since the start. It never decreases from one call to the next.
    pub at: Duration,
    /// When the call was handled: time since the Unix epoch, by the machine's clock.
    pub unix_time: Duration,
    /// The command; `None` if the URL did not name one.
    pub command: Option<Command>,
    /// The URL's `random`; `None` if the URL's parameters were not valid or its path is outside the API.
    pub random: Option<u32>,
    /// The `TopicId` for which an `import_topic` asked; `None` if it had none or its body could not be read.
    pub topic_id: Option<String>,
    /// The fault that the call suffered, if any.
    pub fault: Option<Fault>,
    /// The `ErrorCode` of the service's own result, 0 if the work was done; `None` if the service did not handle the
    /// call.
    pub performed: Option<u32>,
    /// What the client got. For a call without a fault, that is the code in [`performed`](Self::performed).
    pub outcome: Outcome,
}

/// What a client got for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// An answer of the API with this `ErrorCode`; 0 means that the work was done.
    ErrorCode(u32),
    /// An HTML page with this HTTP status instead of an answer.
    Status(u16),
    /// A response with status 200 that is not a valid answer: cut short, not JSON, or self-contradictory.
    Garbled,
    /// No response at all: the connection was closed or reset.
    Nothing,
}

impl Outcome {
    /// What the client gets for a call with this fault, if the service's own result is `performed`.
    pub(crate) fn of(fault: Option<Fault>, performed: Option<u32>) -> Self {
        match fault {
            Some(Fault::ResetBefore | Fault::ResetAfter | Fault::Lost) => Self::Nothing,
            Some(Fault::Status { status, .. }) => Self::Status(status),
            Some(Fault::Code { code, .. } | Fault::Envelope { code }) => Self::ErrorCode(code),
            Some(
                Fault::Truncated
                | Fault::CutJson
                | Fault::NotJson
                | Fault::ZeroWithFail
                | Fault::NoTopicId
                | Fault::CodeWithOk,
            ) => Self::Garbled,
            Some(Fault::Item { .. } | Fault::Delay(_) | Fault::Drip(_) | Fault::ExtraFields)
            | None => performed.map_or(Self::Nothing, Self::ErrorCode),
        }
    }
}
