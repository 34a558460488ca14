//! A migration: rows are read, checked as a whole, kept in a journal, and imported under one quota.
//!
//! ```text
//!  Input ──▶ check ──▶ journal ──▶ import ──▶ Summary
//!                         │  ▲
//!                         │  └──── verify, undo
//!                         └──────▶ report
//! ```
//!
//! [`Migration`] is the whole way in a few lines. Its parts can be used by themselves:
//!
//! - [`Input`] is JSONL, JSON or CSV from a file or from standard input, with the API's field names or others
//!   ([`Mappings`]), or what another chat system exported ([`Export`]); one row is in memory at a time, however long
//!   the input.
//! - [`check`] sends nothing and finds every [`Problem`] with its line, field and remedy, topics named twice and
//!   communities with more topics than they take included.
//! - [`journal`] is the durable state of a run, rows included, which [`load`] fills: a file or, with the feature
//!   `postgres`, tables of PostgreSQL on which several processes work.
//! - [`import()`] imports what is left of a journal's rows, holds a group or stops where a failure spoils more than a
//!   row, and ends with a [`Summary`] in which every row has its place.
//! - [`verify`] reads back what is there by a journal and compares; [`undo`] destroys what the run created.
//! - [`report`] says what became of a journal's rows.
//!
//! The crate prints nothing: [`Live`] shows how the work is doing, and the work reports every row or topic that is not
//! as it should be.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedding.md")]
struct Embedding;

pub mod calls;
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
pub mod import;
mod input;
mod joined_thread;
pub mod journal;
mod json;
mod left_out;
mod line;
mod load;
mod mapping;
mod migration;
mod outcome;
mod plan;
mod problem;
mod read_ahead;
pub mod report;
mod row;
pub mod sweep;

pub use calls::{CallSettings, Live, StopReason};
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
pub use import::{ImportEnd, ImportSettings, RowFailure, import};
pub use input::{Format, Input, InputError};
pub use journal::{JournalError, OpenJournal, Summary};
pub use left_out::{LeftOut, LeftOutReason};
pub use line::MAX_LINE_BYTES;
pub use load::{LoadError, load};
pub use mapping::{Mapping, MappingError, Mappings};
pub use migration::{BeginSettings, JournalPlace, Migration, MigrationError};
pub use outcome::{Outcome, Retry};
pub use plan::{Plan, plan};
pub use problem::{Problem, ProblemRule};
pub use row::{AccountDigits, Row, RowSettings, Rows};
pub use sweep::{UndoEnd, Verification, undo, verify};
#[cfg(feature = "postgres")]
pub use topic_import_shared_quota::{Database, DatabaseError};
