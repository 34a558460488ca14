use topic_import_core::{CallError, GroupId};

use crate::calls::StopReason;
use crate::journal::Summary;
use crate::outcome::Outcome;
use crate::request::Request;

/// A row whose topic or community is not there, as it is reported.
#[derive(Debug)]
#[non_exhaustive]
pub struct RowFailure {
    /// The line of the input on which the row begins.
    pub line: u64,
    /// The request.
    pub request: Request,
    /// Where the row ended up.
    pub outcome: Outcome,
    /// Why.
    pub error: RowError,
}

/// Why it is not there, or nobody knows whether it is.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// Its call ended so.
    #[error(transparent)]
    Call(#[from] CallError),
    /// An earlier invocation ended while the call was on its way, and without a TopicId it cannot be settled.
    #[error("the program ended while the call was on its way")]
    CutOff,
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
    /// Where every row is, by the journal; `calls` and `seconds` are this invocation's.
    pub summary: Summary,
    /// Groups whose rows are held.
    pub blocked_groups: Vec<BlockedGroup>,
    /// Why it stopped; `None` where no row was left, or every topic is there all the same.
    pub stopped: Option<StopReason>,
    /// Whether any request can have reached the service.
    pub may_have_sent: bool,
}
