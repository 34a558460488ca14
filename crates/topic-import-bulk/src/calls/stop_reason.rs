use topic_import_core::CallError;

use crate::journal::{Hold, JournalError};

/// Why work stopped before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StopReason {
    /// A call failed in a way in which every other call would fail, too.
    #[error("every call would fail")]
    EveryCallFails(#[source] CallError),
    /// In another process that works on the journal, a call failed in a way in which every other call would fail, too.
    #[error("every call would fail, as another process has found")]
    EveryCallFailsElsewhere(Hold),
    /// The service could not be reached or did not answer in the time allowed; this is how the last call failed.
    #[error("the service did not answer in the time allowed")]
    GaveUp(#[source] CallError),
    /// The caller asked to stop.
    #[error("the caller asked to stop")]
    Interrupted,
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}
