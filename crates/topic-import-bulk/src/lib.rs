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
//! - [`input`]: JSONL, JSON, CSV or a spreadsheet from files, directories, archives or a stream, with the API's field names
//!   or others ([`Mappings`](input::Mappings)), or what another chat system exported ([`Export`](input::Export)); one row
//!   is in memory at a time, however long the input.
//! - An input may have [communities](input::Communities) that a run makes itself, or that are made of what its rows belong to
//!   ([`Input::creating_communities`]): they are rows as well, and come before their topics.
//! - [`check`]: sends nothing and finds every [`Problem`](input::Problem) with its line, field and remedy, topics named
//!   twice and communities with more topics than they take included.
//! - [`journal`]: the durable state of a run, rows included, which [`load`] fills: a file or, with the feature
//!   `postgres`, tables of PostgreSQL on which several processes work.
//! - [`preflight`]: tries the account and looks up the communities that rows name, before anything is imported.
//! - [`import`]: imports what is left of a journal's rows, holds a group or stops where a failure spoils more than a
//!   row, and ends with a [`Summary`] in which every row has its place.
//! - [`sweep`]: reads back what is there by a journal and compares, or destroys what the run created.
//! - [`report`]: says what became of a journal's rows.
//!
//! The crate prints nothing: [`Live`] shows how the work is doing, and the work reports every row or topic that is not
//! as it should be.

#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedding.md")]
struct Embedding;

pub mod calls;
pub mod check;
pub mod import;
pub mod input;
pub mod journal;
pub mod load;
mod migration;
mod outcome;
pub mod preflight;
pub mod report;
pub mod request;
pub mod sweep;

pub use calls::{CallSettings, Live, StopReason};
pub use check::{CheckReport, CheckSettings, TopicIds};
pub use import::{ImportEnd, ImportSettings, RowFailure};
pub use input::{Format, Input, InputError, RowSettings};
pub use journal::{JournalError, OpenJournal, Summary};
pub use migration::{BeginSettings, JournalPlace, Migration, MigrationError};
pub use outcome::{Outcome, Retry};
pub use sweep::{UndoEnd, Verification};
#[cfg(feature = "postgres")]
pub use topic_import_shared_quota::Database;
