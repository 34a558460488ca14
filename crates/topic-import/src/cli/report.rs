//! `report`

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use std::path::PathBuf;

use clap::Args;

use super::journal::JournalArguments;
use super::print::PrintArguments;

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    pub(crate) journal: JournalArguments,
    /// Write the rows to be mended to a new .jsonl or .csv
    #[arg(long, value_name = "FILE")]
    pub(crate) failed: Option<PathBuf>,
    /// Write every row's outcome to a new .jsonl or .csv
    #[arg(long, value_name = "FILE")]
    pub(crate) rows: Option<PathBuf>,
    /// Write the report as a page to a new .html
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
