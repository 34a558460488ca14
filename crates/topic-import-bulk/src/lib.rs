//! A migration: rows are read, checked as a whole, kept in a journal, and imported under one quota.
//!
//! - [`Input`] is JSONL, JSON or CSV from a file or from standard input, with the API's field names or others
//!   ([`Mappings`]), or what another chat system exported ([`Export`]); one row is in memory at a time, however long
//!   the input.
//! - [`check`] sends nothing and finds every [`Problem`] with its line, field and remedy, topics named twice and
//!   communities with more topics than they take included.
//! - [`Journal`] is the durable state of a run, rows included, which [`load`] fills: a file ([`SqliteJournal`]), or, with
//!   the feature `postgres`, tables of PostgreSQL on which several processes work (`PostgresJournal`).
//! - [`import`] imports what is left of a journal's rows, holds a group or stops where a failure spoils more than a row,
//!   and ends with a [`Summary`] in which every row has its place.
//! - [`verify`] reads back what is there by a journal and compares; [`undo`] destroys what the run created.
//! - [`ReportedRow`], [`RowMap`] and [`RowsToMend`] say what became of a journal's rows.
//!
//! The crate prints nothing: [`Live`] shows how a run is doing, and `import` reports every row that did not make it.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedding.md")]
struct Embedding;

mod calls;
mod check;
mod create_time;
mod csv;
mod derived_id;
mod document;
mod duplicates;
mod element;
mod export;
mod fingerprint;
mod fit;
mod foreign;
mod formula_guard;
mod groups;
mod import;
mod input;
mod joined_thread;
mod journal;
mod json;
mod left_out;
mod line;
mod load;
mod mapping;
mod migration;
mod outcome;
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
mod problem;
#[cfg(feature = "postgres")]
mod quota;
mod read_ahead;
mod report;
mod row;
mod sweep;

pub use calls::{CallSettings, FIRST_ANSWER_WITHIN, Live, Snapshot, StopReason};
pub use check::{
    CheckReport, CheckSettings, DOCUMENTED_TOPICS_PER_COMMUNITY, MAX_PROBLEMS_LISTED, check,
    check_each,
};
pub use derived_id::TopicIds;
pub use element::Element;
pub use export::Export;
pub use fingerprint::Fingerprint;
pub use fit::Shortened;
pub use groups::{Groups, GroupsError};
pub use import::{BlockedGroup, ImportEnd, ImportSettings, RowError, RowFailure, import};
pub use input::{Format, Input, InputError};
#[doc(hidden)]
pub use journal::sealed;
pub use journal::{
    Cause, Claimed, ClaimedRow, Communities, CommunityOutcomes, Course, FailureCount, Hold,
    Identity, IdentityDifference, IdentityPart, InputIdentity, InvocationSpan, Journal,
    JournalError, JournalName, JournalRow, LatencyHistogram, LatencyRange, Lease, Loading, NewRow,
    Notice, OpenJournal, OpenPages, Order, Pace, Pages, Record, Rest, Role, SqliteJournal,
    SqliteLoading, SqlitePages, StorageError, Summary, Usage,
};
#[cfg(feature = "postgres")]
pub use journal::{PostgresJournal, PostgresLoading, PostgresPages};
pub use left_out::{LeftOut, LeftOutReason};
pub use line::MAX_LINE_BYTES;
pub use load::{LoadError, load};
pub use mapping::{Mapping, MappingError, Mappings};
pub use migration::{BeginSettings, JournalPlace, Migration, MigrationError};
pub use outcome::{Outcome, Retry};
pub use plan::{Plan, plan};
#[cfg(feature = "postgres")]
pub use postgres::{Database, DatabaseError};
pub use problem::{Problem, ProblemRule};
#[cfg(feature = "postgres")]
pub use quota::{PostgresQuota, QuotaError};
pub use report::{NotInCsv, ReportError, ReportedRow, RowFormat, RowMap, RowsToMend};
pub use row::{AccountDigits, Row, RowSettings, Rows};
pub use sweep::{
    Finding, LeftReason, LeftTopic, TopicFinding, UndoEnd, UndoPlan, Verification, undo, verify,
};
