//! `explain`

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use clap::Args;

use super::print::PrintArguments;
use super::values::parse_number;

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// An ErrorCode of the service
    #[arg(allow_negative_numbers = true, value_parser = parse_number::<i64>)]
    pub(crate) code: Option<i64>,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
