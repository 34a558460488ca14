//! The journal: the durable state of a run, with its rows and the outcome of each.

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
mod remaining;
mod row_place;
mod sqlite;
mod summary;

pub use cause::Cause;
use course::MILLIS_OF_PACE;
pub use course::{
    Communities, CommunityOutcomes, Course, Destruction, FailureCount, InvocationSpan, Pace,
};
pub use error::{JournalError, StorageError};
pub use hold::{Hold, Notice};
use identity::kept_part;
pub use identity::{Identity, IdentityDifference, IdentityPart, InputIdentity, SpreadIdentity};
pub use latency_histogram::{LatencyHistogram, LatencyRange};
pub use lease::Lease;
pub use name::JournalName;
pub use open::{OpenJournal, OpenPages};
#[cfg(feature = "postgres")]
pub use postgres::{PostgresJournal, PostgresLoading, PostgresPages};
pub use remaining::Remaining;
pub use row_place::RowPlace;
pub use sqlite::{SqliteJournal, SqliteLoading, SqlitePages};
pub use summary::{CommunityCounts, Summary};

use std::future;
use std::num::{NonZeroU32, NonZeroU64};
use std::sync::Arc;
use std::time::Duration;

use topic_import_core::{GroupDraft, ImportTopic, KnownTopicId, TopicDraft};

use crate::input::communities::InputCommunity;
use crate::input::row::InputRow;
use crate::outcome::{Outcome, Retry};
use crate::request::{Community, Kind, Request};

/// Restricts implementations of the trait [`Journal`] to this crate's kinds of journals and the doubles in its tests.
#[doc(hidden)]
pub mod sealed {
    /// A kind of journal.
    pub trait Sealed {}
}

/// The durable state of a run. Only this crate's kinds of journals implement it.
///
/// Once a method has returned, its changes survive a crash of the process or a power failure.
///
/// Some kinds allow several processes to work on one journal at the same time. Each row is claimed by one of them, and
/// belongs to it for as long as its [`lease`](Self::lease) lasts. After that, other processes may claim the row, and
/// anything that the former owner still records about it has no effect.
///
/// While a journal cannot be reached, its methods wait until it can. Their futures may be dropped: recording the same
/// again has no further effect, and [`leave`](Self::leave) gives back rows whose claim was never returned.
pub trait Journal: sealed::Sealed + Send + Sync + 'static {
    /// What [`rows`](Self::rows) returns.
    type Pages: Pages;

    /// Begins an invocation. It processes the rows that are pending, those in flight that no process owns, and those
    /// that its role adds.
    fn begin(&self, role: Role<'_>) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// Claims the next rows for this invocation; from then on they count as in flight. Rows that were never claimed
    /// before come in the order of the input.
    ///
    /// Communities come first. Topics follow only once no process has an open community any more.
    fn claim(&self, at_most: usize) -> impl Future<Output = Result<Claimed, JournalError>> + Send;

    /// Records new outcomes of rows that this invocation has claimed, and what the invocation has used so far.
    fn record(
        &self,
        records: Arc<[Record]>,
        usage: Usage,
    ) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// The lease of this invocation: how long it may make calls for the rows that it has claimed.
    fn lease(&self) -> Lease {
        Lease::endless()
    }

    /// Tells the other processes about a failure that concerns them as well. Returns at once; they learn of it within a
    /// second.
    fn hold(&self, hold: Hold) {
        let _ = hold;
    }

    /// Waits for the next notice to this invocation. Dropping the future loses no notice.
    fn next_notice(&self) -> impl Future<Output = Notice> + Send {
        future::pending()
    }

    /// Ends the invocation. Others may claim the rows that it has claimed without recording an outcome.
    fn leave(&self) -> impl Future<Output = Result<(), JournalError>> + Send {
        future::ready(Ok(()))
    }

    /// How many rows have each outcome; `calls`, `throttled` and `seconds` are the totals of all invocations so far.
    fn summary(&self) -> impl Future<Output = Result<Summary, JournalError>> + Send;

    /// How many of the first `rows` rows of the input, and of the communities that they name, have each outcome. Only a
    /// journal in a file can tell.
    fn summary_of_first(
        &self,
        rows: NonZeroU64,
    ) -> impl Future<Output = Result<Summary, JournalError>> + Send {
        let _ = rows;
        future::ready(Err(JournalError::NoTrial))
    }

    /// What an import in this role would still do.
    fn remaining(
        &self,
        role: Role<'_>,
    ) -> impl Future<Output = Result<Remaining, JournalError>> + Send;

    /// The rows with one of these outcomes.
    fn rows(
        &self,
        outcomes: &[Outcome],
        order: Order,
    ) -> impl Future<Output = Result<Self::Pages, JournalError>> + Send;

    /// The history of all invocations so far.
    fn course(&self) -> impl Future<Output = Result<Course, JournalError>> + Send;

    /// How many rows of each community have each outcome, for at most `at_most` communities. Those with the most rows
    /// of the outcomes [`Outcome::FAILED`] come first.
    fn communities(
        &self,
        at_most: usize,
    ) -> impl Future<Output = Result<Communities, JournalError>> + Send;

    /// Returns an error unless the journal belongs to this identity.
    fn belongs_to(
        &self,
        identity: &Identity,
    ) -> impl Future<Output = Result<(), JournalError>> + Send;

    /// Removes the run, so that it can begin anew with another app or endpoint, if the service has accepted nothing of it
    /// ([`Summary::is_untouched`]). Returns whether it did; then the journal can no longer be used.
    ///
    /// # Errors
    /// If another process is working on the journal, or it cannot be written.
    fn remove_untouched(&self) -> impl Future<Output = Result<bool, JournalError>> + Send;
}

/// A journal that is being loaded with the rows of an input. Until it is [finished](Self::finish), it cannot be used.
///
/// The methods block: in an async program, call them where blocking is allowed, such as in tokio's `spawn_blocking`.
pub trait Loading {
    /// The journal that [`finish`](Self::finish) returns.
    type Journal: Journal;

    /// Adds topics in the order of the input.
    fn append(&mut self, rows: &[InputRow]) -> Result<(), JournalError>;

    /// Adds all communities that the run creates, in their order. Must be called once at most, after the last topic.
    fn append_communities(&mut self, rows: &[InputCommunity]) -> Result<(), JournalError>;

    /// Replaces each row with one of these numbers by what `correct` returns for its number and the stored row. Must
    /// not be followed by [`append`](Self::append).
    fn correct(
        &mut self,
        numbers: &[u64],
        correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> Result<(), JournalError>;

    /// Completes loading. From now on the journal can be used, and belongs to this identity.
    fn finish(self, identity: &Identity) -> Result<Self::Journal, JournalError>;

    /// Abandons loading, and removes what was loaded.
    fn discard(self);
}

/// What a process wants to do with a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role<'a> {
    /// Import, and also try again the rows that are held or have one of these outcomes.
    Import(&'a [Retry]),
    /// Import only so many rows from the beginning of the input and the communities that they name, and leave the others
    /// to a later invocation. Only a journal in a file can be used so.
    Trial(&'a [Retry], NonZeroU64),
    /// Help processes that are importing already; rows that are held stay held.
    Join,
    /// Only settle the rows that may have been executed already: those in flight, and those with one of these outcomes if
    /// nobody knows whether they were. A journal may claim others as well.
    Settle(&'a [Retry]),
    /// Undo the run, while no other process works on it.
    Undo,
}

impl Role<'_> {
    /// The outcomes whose rows an import in this role takes up.
    fn takes_up(self) -> Vec<Outcome> {
        let retry = match self {
            Self::Import(retry) | Self::Trial(retry, _) => retry,
            Self::Join | Self::Undo => &[],
            Self::Settle(retry) => {
                let mut settled = vec![Outcome::InFlight];
                if retry.contains(&Retry::Unknown) {
                    settled.push(Outcome::Unknown);
                }
                return settled;
            }
        };
        let open = [Outcome::Pending, Outcome::InFlight, Outcome::Held];
        open.into_iter()
            .chain(retry.iter().map(|retry| retry.outcome()))
            .collect()
    }

    /// How many rows from the beginning of the input it is about, if not all.
    const fn first(self) -> Option<NonZeroU64> {
        match self {
            Self::Trial(_, first) => Some(first),
            _ => None,
        }
    }
}

/// Rows that were claimed together.
#[derive(Debug)]
#[non_exhaustive]
pub struct Claimed {
    /// The rows, at most as many as were asked for.
    pub rows: Vec<ClaimedRow>,
    /// What is left to be claimed after them.
    pub rest: Rest,
}

impl Claimed {
    /// Creates the result of a claim.
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
    /// Other processes are working on the last rows, which they may fail to finish, or topics wait for communities. Ask
    /// again after this time.
    AskAgainAfter(Duration),
    /// No row is left for this invocation.
    Nothing,
}

/// Reads rows of a journal, one page at a time.
pub trait Pages: Send {
    /// The next rows; empty after the last one.
    fn next_page(&mut self) -> impl Future<Output = Result<Vec<StoredRow>, JournalError>> + Send;
}

/// The order in which rows are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// The order of the input.
    Input,
    /// Only valid topics, by group, and within a group in the order of the input.
    Group,
    /// Only communities, in the order of the input.
    Communities,
}

/// A row that was claimed.
#[derive(Debug)]
#[non_exhaustive]
pub struct ClaimedRow {
    /// Topics are numbered from 1 in the order of the input. Communities have negative numbers; the last one has -1.
    pub number: i64,
    /// Where it stands in the input.
    pub place: RowPlace,
    /// The request.
    pub request: Request,
    /// Its outcome before it was claimed.
    pub before: Outcome,
    /// Whether no call may be made for this topic, because the run was to create its community, which does not exist.
    pub is_blocked: bool,
    /// The number of the [`Lease`] under which it was claimed.
    pub lease: u64,
}

impl ClaimedRow {
    /// A row that is not blocked, claimed under [`Lease::endless`].
    pub const fn new(number: i64, place: RowPlace, request: Request, before: Outcome) -> Self {
        Self {
            number,
            place,
            request,
            before,
            is_blocked: false,
            lease: 0,
        }
    }

    /// Whether it was in flight when an earlier invocation ended.
    pub const fn was_in_flight(&self) -> bool {
        matches!(self.before, Outcome::InFlight)
    }

    /// Whether an earlier call for it may have been executed.
    pub(crate) const fn is_in_doubt(&self) -> bool {
        matches!(self.before, Outcome::InFlight | Outcome::Unknown)
    }
}

/// A new outcome of a row. If the cause is empty, the row keeps its former cause until what it stands for
/// exists.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Record {
    /// The row's [number](ClaimedRow::number).
    pub number: i64,
    /// Its new outcome.
    pub outcome: Outcome,
    /// Why the topic or community does not exist.
    pub cause: Cause,
    /// The topic's ID, if the service chose it.
    pub topic_id: Option<KnownTopicId>,
}

impl Record {
    /// A record of this outcome, without a cause or an ID.
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
    /// How many requests were attempted.
    pub calls: u64,
    /// How many of them had to be repeated.
    pub repeated: u64,
    /// How many of them the service refused as too frequent.
    pub throttled: u64,
    /// How long the requests took that import, without those that read back or destroy.
    pub imports: LatencyHistogram,
    /// The quota for the requests that import, in calls per second; `None` if there is none.
    pub rate: Option<NonZeroU32>,
}

/// A row as the journal stores it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoredRow {
    /// Its [number](ClaimedRow::number).
    pub number: i64,
    /// Where it stands in the input.
    pub place: RowPlace,
    /// Its outcome.
    pub outcome: Outcome,
    /// The request as JSON; `None` for an invalid row.
    pub request: Option<String>,
    /// Whether its TopicId was derived from its content.
    pub is_derived: bool,
    /// What was read of an invalid row, as a line of JSONL; `None` if the row is valid, or was too long to be kept.
    pub as_read: Option<String>,
    /// The topic's ID, if the service chose it.
    pub topic_id: Option<KnownTopicId>,
    /// Why the topic or community does not exist.
    pub cause: Cause,
}

impl StoredRow {
    /// A row with this outcome; the other fields are empty.
    pub fn new(number: i64, place: RowPlace, outcome: Outcome) -> Self {
        Self {
            number,
            place,
            outcome,
            request: None,
            is_derived: false,
            as_read: None,
            topic_id: None,
            cause: Cause::default(),
        }
    }

    /// Whether it is a topic or a community.
    pub const fn kind(&self) -> Kind {
        Kind::of_number(self.number)
    }

    /// The request.
    ///
    /// # Errors
    /// If the row is invalid, or the journal contains something that this crate did not write.
    pub fn request(&self) -> Result<Request, JournalError> {
        request_of(self.number, self.request.as_deref().unwrap_or_default())
    }

    /// The topic.
    ///
    /// # Errors
    /// If the row is invalid or not a topic, or the journal contains something that this crate did not write.
    pub fn topic(&self) -> Result<ImportTopic, JournalError> {
        topic(self.number, self.request.as_deref().unwrap_or_default())
    }

    /// The community.
    ///
    /// # Errors
    /// If the row is invalid or not a community, or the journal contains something that this crate did not write.
    pub fn community(&self) -> Result<Community, JournalError> {
        community(self.number, self.request.as_deref().unwrap_or_default())
    }
}

/// Reads a request from the text under which a journal stores it.
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

/// The names of outcomes as a list of SQL string literals.
fn names(outcomes: &[Outcome]) -> String {
    let names: Vec<String> = outcomes
        .iter()
        .map(|outcome| format!("'{}'", outcome.name()))
        .collect();
    names.join(", ")
}
