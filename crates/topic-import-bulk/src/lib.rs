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
//! - [`Input`] is JSONL, JSON or CSV from files, directories, archives or a stream, with the API's field names or others
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
pub mod import;
mod input;
pub mod journal;
mod load;
mod migration;
mod outcome;
pub mod report;
pub mod sweep;

pub use calls::{CallSettings, Live, StopReason};
pub use check::derived_id::TopicIds;
pub use check::plan::{Plan, plan};
pub use check::sound_rows::{SoundRows, sound_rows};
pub use check::{
    CheckReport, CheckSettings, DOCUMENTED_TOPICS_PER_COMMUNITY, MAX_PROBLEMS_LISTED, Note, check,
    check_each,
};
pub use import::{ImportEnd, ImportSettings, RowFailure, import};
pub use input::element::Element;
pub use input::export::{Export, ExportError};
pub use input::field::shorten::Shortened;
pub use input::fingerprint::Fingerprint;
pub use input::format::Format;
pub use input::groups::{Groups, GroupsError};
pub use input::left_out::{LeftOut, LeftOutReason};
pub use input::mapping::{Expression, ExpressionError, Mapping, MappingError, Mappings};
pub use input::place::{NotAPlace, Place};
pub use input::problem::{Problem, ProblemRule};
pub use input::row::InputRow;
pub use input::rows::InputEnd;
pub use input::settings::{AccountDigits, RowSettings};
pub use input::text::lines::MAX_LINE_BYTES;
pub use input::{Input, InputError};
pub use journal::{JournalError, OpenJournal, Summary};
pub use load::{LoadError, Loaded, load};
pub use migration::{BeginSettings, JournalPlace, Migration, MigrationError};
pub use outcome::{Outcome, Retry};
pub use sweep::{UndoEnd, Verification, undo, verify};
#[cfg(feature = "postgres")]
pub use topic_import_shared_quota::{Database, DatabaseError};
