//! Migrates topics in bulk: reads the rows of an input, checks all of them, stores them in a journal, and imports them
//! within one quota.
//!
//! ```text
//!  Input ──▶ check ──▶ journal ──▶ import ──▶ Summary
//!                         │  ▲
//!                         │  └──── verify, undo
//!                         └──────▶ report
//! ```
//!
//! [`Migration`] does all of this in a few lines. Each part can also be used on its own:
//!
//! - [`input`]: JSONL, JSON, CSV or a spreadsheet from files, directories, archives or a stream, with the API's field names
//!   or others ([`Mappings`](input::Mappings)), or what another chat system exported ([`Export`](input::Export)); one row
//!   is in memory at a time, however long the input.
//! - An input may have [communities](input::Communities) that a run makes itself, or that are made of what its rows belong to
//!   ([`Input::creating_communities`]): they are rows as well, and come before their topics.
//! - [`check`]: sends nothing, and finds every [`Problem`](input::Problem) with its line, field and remedy, including
//!   topics that occur twice and communities with more topics than allowed.
//! - [`journal`]: stores the durable state of a run, including its rows, which [`load`] writes. It is a file or, with
//!   the feature `postgres`, tables in PostgreSQL on which several processes can work at the same time.
//! - [`preflight`]: before anything is imported, tests the account with a first call and looks up the communities that
//!   the rows name.
//! - [`import`]: imports the rows of a journal that are left. If a failure affects more than one row, the rows of the
//!   group are put on hold, or the import stops. At the end, a [`Summary`] counts every row under its outcome.
//! - [`sweep`]: reads topics back and compares them with the journal, or destroys the topics that the run created.
//! - [`report`]: shows what has become of the rows of a journal.
//!
//! The crate prints nothing. [`WorkProgress`] shows the progress, and a callback receives every row or topic that is not as it
//! should be.
//!
//! # Features
//!
//! - `spreadsheets` (on by default): reads `.xlsx`, `.xls` and `.ods`. Without it, such an input is refused.
//! - `postgres`: a journal in PostgreSQL, on which several processes can work at the same time.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("../docs/embedding.md")]
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

pub use calls::{CallSettings, StopReason, WorkProgress};
pub use check::{CheckReport, CheckSettings, TopicIds};
pub use import::{ImportEnd, ImportSettings, RowFailure};
pub use input::{Format, Input, InputError, RowSettings};
pub use journal::{JournalError, OpenJournal, Summary};
pub use migration::{BeginSettings, JournalPlace, Migration, MigrationError};
pub use outcome::{Outcome, Retry};
pub use sweep::{UndoEnd, Verification};
#[cfg(feature = "postgres")]
pub use topic_import_shared_quota::Database;
