//! `undo`

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use clap::Args;

use super::calls::SweepArguments;

#[derive(Debug, Args)]
pub(crate) struct UndoArguments {
    #[command(flatten)]
    pub(crate) sweep: SweepArguments,
    /// Do not ask first
    #[arg(long)]
    pub(crate) yes: bool,
}
