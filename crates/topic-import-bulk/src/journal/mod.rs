//! The durable state of a run: its rows, and where each of them is.

mod cause;
mod course;
mod error;
mod hold;
mod identity;
mod input_line;
mod latency_histogram;
mod lease;
mod name;
mod open;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;
mod summary;

pub use cause::Cause;
use course::MILLIS_OF_PACE;
pub use course::{Communities, CommunityOutcomes, Course, FailureCount, InvocationSpan, Pace};
pub use error::{JournalError, StorageError};
pub use hold::{Hold, Notice};
use identity::kept_part;
pub use identity::{Identity, IdentityDifference, IdentityPart, InputIdentity};
pub use latency_histogram::{LatencyHistogram, LatencyRange};
pub use lease::Lease;
pub use name::JournalName;
pub use open::{OpenJournal, OpenPages};
#[cfg(feature = "postgres")]
pub use postgres::{PostgresJournal, PostgresLoading, PostgresPages};
pub use sqlite::{SqliteJournal, SqliteLoading, SqlitePages};
pub use summary::{CommunityCounts, Summary};
#[cfg(feature = "postgres")]
pub use topic_import_shared_quota::DatabaseError;

use std::future;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use topic_import_core::{GroupDraft, ImportTopic, KnownTopicId, TopicDraft};

use crate::input::communities::InputCommunity;
use crate::input::row::InputRow;
use crate::outcome::{Outcome, Retry};
use crate::request::{Community, Kind, Request};

/// Keeps the trait [`Journal`] to the kinds of journals in this crate, and those that stand for them in its tests.
#[doc(hidden)]
pub mod sealed {
    /// A kind of journal.
    pub trait Sealed {}
}

/// The durable state of a run. Only this crate's kinds of journals implement it.
///
/// What a method has returned from is kept, whatever becomes of the process or of the power.
///
/// Several processes may work on one journal at the same time where its kind allows that. Each row is claimed by one
/// of them. What a process has claimed belongs to it for as long as its [`lease`](Self::lease) lasts; then others
/// take it up, and what the former owner still records of it has no effect.
///
/// Every method of a journal that is out of reach for some time may take as long. It may be dropped then: what is
/// recorded again has no further effect, and what was claimed for nobody goes back with [`leave`](Self::leave).
pub trait Journal: sealed::Sealed + Send + Sync + 'static {
    /// What [`rows`](Self::rows) gives.
    type Pages: Pages;

    /// Begins an invocation, which takes up what is pending and what is in flight without an owner, and what its role
    /// adds.
    fn begin(&self, role: Role<'_>) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// The next rows of this invocation, those of an input in their order. From now on they count as in flight.
    ///
    /// Communities come first, and topics only when no community is open any more, whoever works on it.
    fn claim(&self, at_most: usize) -> impl Future<Output = Result<Claimed, JournalError>> + Send;

    /// Keeps where rows are now that this invocation has claimed, and what it has used so far.
    fn record(
        &self,
        records: Arc<[Record]>,
        usage: Usage,
    ) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// Until when rows that this invocation has claimed may be called.
    fn lease(&self) -> Lease {
        Lease::endless()
    }

    /// Tells the other processes of a failure that concerns them as well: each hears of it within a second. Does not
    /// wait for it.
    fn hold(&self, hold: Hold) {
        let _ = hold;
    }

    /// The next thing that this invocation should know. May be dropped and asked for again.
    fn heard(&self) -> impl Future<Output = Notice> + Send {
        future::pending()
    }

    /// Ends the invocation. What it has claimed and not recorded is for others to take up.
    fn leave(&self) -> impl Future<Output = Result<(), JournalError>> + Send {
        future::ready(Ok(()))
    }

    /// Where all rows are; `calls` and `seconds` are those of all invocations so far.
    fn summary(&self) -> impl Future<Output = Result<Summary, JournalError>> + Send;

    /// The rows with one of these outcomes.
    fn rows(
        &self,
        outcomes: &[Outcome],
        order: Order,
    ) -> impl Future<Output = Result<Self::Pages, JournalError>> + Send;

    /// How the work went, in all invocations so far.
    fn course(&self) -> impl Future<Output = Result<Course, JournalError>> + Send;

    /// Where the rows of each community are: those with most rows whose topic is not there first, so many of them.
    fn communities(
        &self,
        at_most: usize,
    ) -> impl Future<Output = Result<Communities, JournalError>> + Send;

    /// Makes sure that the journal belongs to what is asked for.
    fn belongs_to(
        &self,
        identity: &Identity,
    ) -> impl Future<Output = Result<(), JournalError>> + Send;
}

/// A journal that is being loaded with the rows of an input. Until it is [finished](Self::finish), it does not count.
///
/// The methods block: in an async program they belong where that is allowed, such as tokio's `spawn_blocking`.
pub trait Loading {
    /// What it becomes.
    type Journal: Journal;

    /// Adds topics in the order of the input.
    fn append(&mut self, rows: &[InputRow]) -> Result<(), JournalError>;

    /// Adds all communities that the run makes itself, once, in their order. No row is added afterwards.
    fn append_communities(&mut self, rows: &[InputCommunity]) -> Result<(), JournalError>;

    /// Puts in the place of each of these rows what `correct` makes of its number and of what it was so far. No row is
    /// added afterwards.
    fn correct(
        &mut self,
        numbers: &[u64],
        correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> Result<(), JournalError>;

    /// Ends loading; from now on the journal counts, and belongs to this identity.
    fn finish(self, identity: &Identity) -> Result<Self::Journal, JournalError>;

    /// Gives loading up, and leaves nothing of it behind.
    fn discard(self);
}

/// What a process comes to a journal for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role<'a> {
    /// To import, and to try again what is held and what has these outcomes.
    Import(&'a [Retry]),
    /// To help those that import: what is held stays so.
    Join,
    /// To undo the run, with nobody else at work on it.
    Undo,
}

/// Rows that were claimed together.
#[derive(Debug)]
#[non_exhaustive]
pub struct Claimed {
    /// At most as many as were asked for.
    pub rows: Vec<ClaimedRow>,
    /// What is left after them.
    pub rest: Rest,
}

impl Claimed {
    /// These rows, and this after them.
    pub const fn new(rows: Vec<ClaimedRow>, rest: Rest) -> Self {
        Self { rows, rest }
    }
}

/// What is left to be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rest {
    /// There may be more rows.
    More,
    /// The last rows are with other processes, which may fail to end them, or topics wait for communities: it is worth
    /// asking again after this time.
    Elsewhere(Duration),
    /// No row is left for this invocation.
    Nothing,
}

/// Rows of a journal, some at a time.
pub trait Pages: Send {
    /// The next rows; none where there are no more.
    fn next_page(&mut self) -> impl Future<Output = Result<Vec<StoredRow>, JournalError>> + Send;
}

/// In which order rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// As in the input.
    Input,
    /// Topics alone, those of one group together, and as in the input within it; without those that are invalid.
    Group,
    /// Communities alone, as in the input.
    Communities,
}

/// A row that was claimed.
#[derive(Debug)]
#[non_exhaustive]
pub struct ClaimedRow {
    /// A topic's place in the input, from 1. Communities stand before them, the last one at -1.
    pub number: i64,
    /// The line of the input on which it begins.
    pub line: u64,
    /// The request.
    pub request: Request,
    /// Where it was before.
    pub before: Outcome,
    /// A topic whose community is one of the input and is not there: it must not be called.
    pub is_blocked: bool,
    /// The number of the [`Lease`] under which it was claimed.
    pub lease: u64,
}

impl ClaimedRow {
    /// A row that was there before, which nothing blocks; its lease is the endless one.
    pub const fn new(number: i64, line: u64, request: Request, before: Outcome) -> Self {
        Self {
            number,
            line,
            request,
            before,
            is_blocked: false,
            lease: 0,
        }
    }

    /// It was in flight when an invocation ended.
    pub const fn was_in_flight(&self) -> bool {
        matches!(self.before, Outcome::InFlight)
    }

    /// An earlier call for it may have been executed.
    pub const fn is_in_doubt(&self) -> bool {
        matches!(self.before, Outcome::InFlight | Outcome::Unknown)
    }
}

/// Where a row is from now on. Without a cause, the one that a row had stays for as long as its topic is not there.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// The row's [number](ClaimedRow::number).
    pub number: i64,
    /// Where it is.
    pub outcome: Outcome,
    /// Why the topic is not there.
    pub cause: Cause,
    /// The topic's ID, where the service chose it.
    pub topic_id: Option<KnownTopicId>,
}

impl Record {
    /// A row that has this outcome, and nothing more to say of it.
    pub fn new(number: i64, outcome: Outcome) -> Self {
        Self {
            number,
            outcome,
            cause: Cause::default(),
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
    pub imports: LatencyHistogram,
    /// The quota that these kept to, in calls per second; `None` without one.
    pub rate: Option<NonZeroU32>,
}

/// A row as the journal has it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredRow {
    /// Its [number](ClaimedRow::number).
    pub number: i64,
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
    /// Why the topic is not there.
    pub cause: Cause,
}

impl StoredRow {
    /// A row of which no more is known.
    pub fn new(number: i64, line: u64, outcome: Outcome) -> Self {
        Self {
            number,
            line,
            outcome,
            request: None,
            is_derived: false,
            as_read: None,
            topic_id: None,
            cause: Cause::default(),
        }
    }

    /// What it asks for.
    pub const fn kind(&self) -> Kind {
        Kind::of_number(self.number)
    }

    /// The request.
    ///
    /// # Errors
    /// Where the row is invalid, or the journal was written by something else.
    pub fn request(&self) -> Result<Request, JournalError> {
        request_of(self.number, self.request.as_deref().unwrap_or_default())
    }

    /// The topic.
    ///
    /// # Errors
    /// Where the row is invalid or no topic, or the journal was written by something else.
    pub fn topic(&self) -> Result<ImportTopic, JournalError> {
        topic(self.number, self.request.as_deref().unwrap_or_default())
    }

    /// The community.
    ///
    /// # Errors
    /// Where the row is invalid or no community, or the journal was written by something else.
    pub fn community(&self) -> Result<Community, JournalError> {
        community(self.number, self.request.as_deref().unwrap_or_default())
    }
}

/// A request for a journal to keep.
fn json(request: &impl Serialize) -> String {
    serde_json::to_string(request).expect("a request is JSON")
}

/// The request that a journal keeps as this.
fn request_of(number: i64, request: &str) -> Result<Request, JournalError> {
    match Kind::of_number(number) {
        Kind::Community => community(number, request).map(Request::Community),
        Kind::Topic => topic(number, request).map(Arc::new).map(Request::Topic),
    }
}

fn topic(number: i64, request: &str) -> Result<ImportTopic, JournalError> {
    let draft: Option<TopicDraft> = serde_json::from_str(request).ok();
    draft
        .and_then(|draft| draft.validate().ok())
        .ok_or(JournalError::Damaged { number })
}

fn community(number: i64, request: &str) -> Result<Community, JournalError> {
    let draft: Option<GroupDraft> = serde_json::from_str(request).ok();
    draft
        .and_then(|draft| draft.validate().ok())
        .and_then(Community::new)
        .ok_or(JournalError::Damaged { number })
}

/// Outcomes as a list of SQL texts.
fn names(outcomes: &[Outcome]) -> String {
    let names: Vec<String> = outcomes
        .iter()
        .map(|outcome| format!("'{}'", outcome.name()))
        .collect();
    names.join(", ")
}
