//! A migration: rows are read, checked as a whole, kept in a journal, and imported under one quota.
//!
//! - [`Input`] is JSONL, JSON or CSV from a file or from standard input, with the API's field names or others
//!   ([`Mappings`]), or what another chat system exported ([`Export`]); one row is in memory at a time, however long
//!   the input.
//! - [`check`] sends nothing and finds every [`Problem`] with its line, field and remedy, topics named twice and
//!   communities with more topics than they take included.
//! - [`Journal`] is the durable state of a run, rows included, which [`load`] fills: a file ([`SqliteJournal`]), or, with
//!   the feature `postgres`, tables of PostgreSQL on which several processes work (`PostgresJournal`).
//! - [`run`] imports what is left of a journal's rows, holds a group or stops where a failure spoils more than a row,
//!   and ends with a [`Summary`] in which every row has its place.
//! - [`verify`] reads back what is there by a journal and compares; [`undo`] destroys what the run created.
//! - [`ReportedRow`], [`RowMap`] and [`RowsToMend`] say what became of a journal's rows.
//!
//! The crate prints nothing: [`Live`] shows how a run is doing, and `run` reports every row that did not make it.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedding.md")]
struct Embedding;

mod check;
mod input;
mod journal;
mod latencies;
mod live;
mod load;
mod report;
mod run;
mod stop;
mod summary;
mod sweep;
mod undo;
mod verify;

pub use check::derived_id::TopicIds;
pub use check::plan::{Plan, plan};
pub use check::sound_rows::{SoundRows, sound_rows};
pub use check::{
    CheckReport, CheckSettings, DOCUMENTED_TOPICS_PER_COMMUNITY, MAX_PROBLEMS_LISTED, check,
    check_each,
};
pub use input::element::Element;
pub use input::field::shorten::Shortened;
pub use input::fingerprint::Fingerprint;
pub use input::format::{Export, Format};
pub use input::groups::{Groups, GroupsError};
pub use input::left_out::{LeftOut, LeftOutReason};
pub use input::mapping::{Mapping, MappingError, Mappings};
pub use input::problem::{Problem, ProblemRule};
pub use input::row::InputRow;
pub use input::rows::Rows;
pub use input::settings::{AccountDigits, RowSettings};
pub use input::text::lines::MAX_LINE_BYTES;
pub use input::{Input, InputError};
pub use journal::{
    Claimed, ClaimedRow, Communities, CommunityOutcomes, Course, FailureCount, Hold, Identity,
    IdentityDifference, InvocationSpan, Journal, JournalError, JournalName, JournalRow, Lease,
    Loading, NewRow, Notice, Order, Pace, Pages, Record, Rest, Retry, Role, SqliteJournal,
    SqliteLoading, SqlitePages, StorageError, Usage,
};
#[cfg(feature = "postgres")]
pub use journal::{PostgresJournal, PostgresLoading, PostgresPages};
pub use latencies::{Latencies, LatencyRange};
pub use live::{Live, Snapshot};
pub use load::{LoadError, Loaded, load};
pub use report::{
    FAILED, NotInCsv, ReportError, ReportedRow, RowFormat, RowMap, RowsToMend, TO_MEND,
};
pub use run::{
    BlockedGroup, FIRST_ANSWER_WITHIN, RowError, RowFailure, RunEnd, RunSettings, StopReason, run,
};
pub use summary::{Outcome, Summary};
pub use sweep::{SweepSettings, SweepStop};
#[cfg(feature = "postgres")]
pub use topic_import_shared_quota::{Database, DatabaseError};
pub use undo::{LeftReason, LeftTopic, UndoEnd, UndoPlan, undo};
pub use verify::{Finding, TopicFinding, Verification, verify};
