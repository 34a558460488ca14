//! `check`

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use clap::Args;

use super::input::{CommunityArguments, InputArguments};
use super::print::PrintArguments;

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    #[command(flatten)]
    pub(crate) communities: CommunityArguments,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
