//! `work`

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use clap::Args;

use super::calls::WorkingArguments;
use super::journal::{JournalAt, journal_parser};

#[derive(Debug, Args)]
pub(crate) struct WorkArguments {
    /// The database: postgres://USER@HOST/DATABASE
    #[arg(
        long,
        env = "TOPIC_IMPORT_JOURNAL",
        hide_env = true,
        value_name = "DATABASE",
        value_parser = journal_parser()
    )]
    pub(crate) journal: JournalAt,
    #[command(flatten)]
    pub(crate) work: WorkingArguments,
}
