//! The durable state of a run: its rows, and where each of them is.

mod course;
mod error;
mod identity;
mod sqlite;

pub use course::{Communities, CommunityOutcomes, Course, FailureCount, InvocationSpan, Pace};
pub use error::{JournalError, StorageError};
pub use identity::{Identity, IdentityDifference};
pub use sqlite::{Loading, SqliteJournal, SqlitePages};

use std::num::NonZeroU32;
use std::sync::Arc;

use topic_import_core::{ImportTopic, KnownTopicId, TopicDraft};

use crate::latencies::Latencies;
use crate::summary::{Outcome, Summary};

/// The durable state of a run.
///
/// What a method has returned from is kept, whatever becomes of the process or of the power.
pub trait Journal: Send + Sync + 'static {
    /// What [`rows`](Self::rows) gives.
    type Pages: Pages;

    /// Begins an invocation that takes up what is pending, in flight or held, and what has one of the outcomes in
    /// `retry`.
    fn begin(&self, retry: &[Outcome]) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// The next rows of this invocation in the order of the input, fewer than `at_most` only where there are no more.
    /// From now on they count as in flight.
    fn claim(
        &self,
        at_most: usize,
    ) -> impl Future<Output = Result<Vec<ClaimedRow>, JournalError>> + Send;

    /// Keeps where rows are now, and what the invocation has used so far.
    fn record(
        &self,
        records: Arc<[Record]>,
        usage: Usage,
    ) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// Where all rows are; `calls` and `seconds` are those of all invocations so far.
    fn summary(&self) -> impl Future<Output = Result<Summary, JournalError>> + Send;

    /// The rows with one of these outcomes.
    fn rows(
        &self,
        outcomes: &[Outcome],
        order: Order,
    ) -> impl Future<Output = Result<Self::Pages, JournalError>> + Send;
}

/// Rows of a journal, some at a time.
pub trait Pages: Send {
    /// The next rows; none where there are no more.
    fn next_page(&mut self) -> impl Future<Output = Result<Vec<JournalRow>, JournalError>> + Send;
}

/// In which order rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// As in the input.
    Input,
    /// Those of one group together, and as in the input within it; without those that are invalid.
    Group,
}

/// A row to be loaded.
#[derive(Debug)]
#[non_exhaustive]
pub enum NewRow {
    /// One to import.
    Sound {
        /// The line of the input on which the row begins.
        line: u64,
        /// The request.
        topic: ImportTopic,
        /// Its TopicId was made from its content.
        is_derived: bool,
    },
    /// One that is never imported.
    Invalid {
        /// The line of the input on which the row begins.
        line: u64,
        /// The row as JSON, to be mended; `None` where it could not be kept.
        as_read: Option<Box<str>>,
        /// What is wrong with it.
        message: String,
    },
}

/// A row that was claimed.
#[derive(Debug)]
#[non_exhaustive]
pub struct ClaimedRow {
    /// Its place in the input, from 1.
    pub number: u64,
    /// The line of the input on which it begins.
    pub line: u64,
    /// The request.
    pub topic: Arc<ImportTopic>,
    /// Where it was before.
    pub before: Outcome,
}

impl ClaimedRow {
    /// It was in flight when an invocation ended.
    pub const fn was_in_flight(&self) -> bool {
        matches!(self.before, Outcome::InFlight)
    }

    /// An earlier call for it may have been executed.
    pub const fn is_in_doubt(&self) -> bool {
        matches!(self.before, Outcome::InFlight | Outcome::Unknown)
    }
}

/// Where a row is from now on. Without a message, what was said of a row that is still not there stays.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// The row's [number](ClaimedRow::number).
    pub number: u64,
    /// Where it is.
    pub outcome: Outcome,
    /// The service's code, where one decided.
    pub code: Option<i64>,
    /// Why the topic is not there.
    pub message: Option<String>,
    /// The topic's ID, where the service chose it.
    pub topic_id: Option<KnownTopicId>,
}

impl Record {
    /// A row that has this outcome, and nothing more to say of it.
    pub const fn new(number: u64, outcome: Outcome) -> Self {
        Self {
            number,
            outcome,
            code: None,
            message: None,
            topic_id: None,
        }
    }
}

/// What an invocation has used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Requests that were attempted.
    pub calls: u64,
    /// Those of them that had to be repeated.
    pub repeated: u64,
    /// How long those of them took that were to import, and not to read back or to destroy.
    pub imports: Latencies,
    /// The quota that these kept to, in calls per second; `None` without one.
    pub rate: Option<NonZeroU32>,
}

/// A row as the journal has it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JournalRow {
    /// Its place in the input, from 1.
    pub number: u64,
    /// The line of the input on which it begins.
    pub line: u64,
    /// Where it is.
    pub outcome: Outcome,
    /// The request as JSON; `None` for a row that is invalid.
    pub request: Option<String>,
    /// Its TopicId was made from its content.
    pub is_derived: bool,
    /// An invalid row as JSON; `None` for one that could not be kept as well.
    pub as_read: Option<String>,
    /// The topic's ID, where the service chose it.
    pub topic_id: Option<KnownTopicId>,
    /// The service's code, where one decided.
    pub code: Option<i64>,
    /// Why the topic is not there.
    pub message: Option<String>,
}

impl JournalRow {
    /// The request.
    ///
    /// # Errors
    /// Where the row is invalid, or the journal was written by something else.
    pub fn topic(&self) -> Result<ImportTopic, JournalError> {
        topic(self.number, self.request.as_deref().unwrap_or_default())
    }
}

/// A request as a journal keeps it.
fn topic(number: u64, request: &str) -> Result<ImportTopic, JournalError> {
    let draft: Option<TopicDraft> = serde_json::from_str(request).ok();
    draft
        .and_then(|draft| draft.validate().ok())
        .ok_or(JournalError::Damaged { number })
}
