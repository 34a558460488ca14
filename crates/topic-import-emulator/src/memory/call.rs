use std::time::Duration;

use crate::command::Command;
use crate::faults::fault::Fault;

/// One call that reached the emulator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The call's number since the start, from 1.
    pub number: u64,
    /// When it was dealt with: monotonic time since the start. Never goes back from one call to the next.
    pub at: Duration,
    /// When it was dealt with: time since the Unix epoch, by the machine's clock.
    pub unix_time: Duration,
    /// The command; `None` where the URL named none.
    pub command: Option<Command>,
    /// The URL's `random`; `None` where its parameters were not in order, or its path is not the API's.
    pub random: Option<u32>,
    /// The `TopicId` that an `import_topic` asked for, as far as its body was read.
    pub topic_id: Option<String>,
    /// The fault it suffered.
    pub fault: Option<Fault>,
    /// The `ErrorCode` that the service came to, 0 where the work was done; `None` where the call did not come
    /// that far.
    pub performed: Option<u32>,
    /// What the client got. Without a fault, what was [`performed`](Self::performed).
    pub outcome: Outcome,
}

/// What a client got for a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Outcome {
    /// The API's answer, by its `ErrorCode`. 0: the work was done.
    ErrorCode(u32),
    /// Not the API's answer: this HTTP status.
    Status(u16),
    /// Something under status 200 that is not an answer: cut short, not JSON, or in contradiction to itself.
    Garbled,
    /// No answer at all: the connection was closed or reset.
    Nothing,
}

impl Outcome {
    /// What the client of a call gets under `fault`, where the work came to `performed`.
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
