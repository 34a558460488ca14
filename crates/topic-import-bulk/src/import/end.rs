use topic_import_core::{CallError, GroupId};

use crate::calls::StopReason;
use crate::journal::{JournalError, RowPlace, Summary};
use crate::outcome::Outcome;
use crate::request::Request;

/// A row whose topic or community is not there, as it is reported.
#[derive(Debug)]
#[non_exhaustive]
pub struct RowFailure {
    /// Where the row stands in the input.
    pub place: RowPlace,
    /// The request.
    pub request: Request,
    /// What became of the row.
    pub outcome: Outcome,
    /// Why the topic was not imported, or may not have been.
    pub error: RowError,
}

/// Why it is not there, or nobody knows whether it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// This or an earlier invocation ended while the call was on its way. Without a TopicId, there is no way to find
    /// out whether it was executed.
    #[error("the program ended while the call was on its way")]
    EndedInFlight,
}

/// A group whose rows are held.
#[derive(Debug)]
#[non_exhaustive]
pub struct BlockedGroup {
    /// The group.
    pub group_id: GroupId,
    /// How many of its rows were held without a call.
    pub rows: u64,
}

/// How an import ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct ImportEnd {
    /// How many rows have each outcome according to the journal; `calls`, `throttled` and `seconds` are those of this invocation.
    pub summary: Summary,
    /// Groups whose rows are held.
    pub blocked_groups: Vec<BlockedGroup>,
    /// Why the import stopped early; `None` if no row was left, or if every topic exists nevertheless.
    pub stopped: Option<StopReason>,
    /// Why the last outcomes may not be in the journal, where the import had stopped for another reason before.
    pub unrecorded: Option<JournalError>,
    /// Whether any request may have reached the service.
    pub may_have_sent: bool,
}
