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
//! The run of a journal is continued, or begun with the rows of an input:
//!
//! ```no_run
//! use std::{error::Error, future::pending, path::Path, sync::Arc};
//!
//! use tokio::runtime::Runtime;
//! use topic_import_async::Client;
//! use topic_import_bulk::journal::{Identity, Journal, JournalError, Loading, SqliteJournal};
//! use topic_import_bulk::{check::CheckSettings, import, input::Input, load::load};
//!
//! fn migrate(client: &Client, input: &Input, path: &Path) -> Result<(), Box<dyn Error>> {
//!     let (runtime, checks) = (Runtime::new()?, CheckSettings::default());
//!     let run = |fingerprint| Identity::of_client(client).with_input(input, fingerprint, &checks);
//!     let journal = match SqliteJournal::open(path) {
//!         Ok(journal) => {
//!             runtime.block_on(journal.belongs_to(&run(input.fingerprint()?)))?;
//!             journal
//!         }
//!         Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => {
//!             let (report, rows) = load(SqliteJournal::create(path)?, input, &checks, |_| {})?;
//!             report.problems.iter().for_each(|problem| eprintln!("line {problem}"));
//!             let rows = rows.filter(|_| !report.has_problems()).ok_or("rows are invalid")?;
//!             rows.finish(&run(report.fingerprint))?
//!         }
//!         Err(error) => return Err(error.into()),
//!     };
//!     let (settings, progress) = (import::ImportSettings::default(), Arc::default());
//!     let imported = import::import(client, &journal, &settings, &progress, pending(), |row| {
//!         eprintln!("{}: {}", row.place, row.error);
//!     });
//!     let summary = runtime.block_on(imported)?.summary;
//!     println!("{} of {} topics are there", summary.imported + summary.existing, summary.rows);
//!     Ok(())
//! }
//! ```
//!
//! Reading an input and loading it block; in an async program, call them in tokio's `spawn_blocking`. The example `migrate`
//! also tries the account and looks the communities up before, and verifies afterwards. The parts:
//!
//! - [`input`]: JSONL, JSON, CSV or a spreadsheet from files, directories, archives or a stream, with the API's field names
//!   or others ([`Mappings`](input::Mappings)), or what another chat system exported ([`Export`](input::Export)); one row
//!   is in memory at a time, however long the input.
//! - An input may have [communities](input::Communities) that a run makes itself, or that are made of what its rows belong to
//!   ([`Input::creating_communities`](input::Input::creating_communities)): they are rows as well, and come before their topics.
//! - [`check`]: sends nothing, and finds every [`Problem`](input::Problem) with its line, field and remedy, including
//!   topics that occur twice and communities with more topics than allowed.
//! - [`journal`]: stores the durable state of a run, including its rows, which [`load`](load::load) writes. It is a file or, with
//!   the feature `postgres`, tables in PostgreSQL on which several processes can work at the same time.
//! - [`preflight`]: before anything is imported, tests the account with a first call and looks up the communities that
//!   the rows name.
//! - [`import`]: imports the rows of a journal that are left. If a failure affects more than one row, the rows of the
//!   group are put on hold, or the import stops. At the end, a [`Summary`](journal::Summary) counts every row under its outcome.
//! - [`sweep`]: reads topics back and compares them with the journal, or destroys the topics that the run created.
//! - [`report`]: shows what has become of the rows of a journal.
//!
//! The crate prints nothing. [`WorkProgress`](calls::WorkProgress) shows the progress, and a callback receives every row or topic that is not as it
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
mod error;
pub mod import;
pub mod input;
pub mod journal;
pub mod load;
mod outcome;
pub mod preflight;
pub mod report;
pub mod request;
pub mod sweep;

pub use error::Error;
pub use outcome::{Outcome, Retry};
