use topic_import_core::CallError;

use crate::journal::{Hold, JournalError};

/// Why work stopped before its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StopReason {
    /// A call failed in a way in which every other call would fail as well.
    #[error("every call would fail")]
    Spoiled(#[source] CallError),
    /// Another process that works on the journal met a failure in which every other call would fail as well.
    #[error("every call would fail, as another process has found")]
    SpoiledElsewhere(Hold),
    /// The service could not be reached, or gave no answer, for as long as was allowed; this is how a call last failed.
    #[error("no answer came for as long as was allowed")]
    GaveUp(#[source] CallError),
    /// The caller asked for it.
    #[error("it was asked for")]
    Interrupted,
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}
