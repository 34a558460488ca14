//! `probe`

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use std::num::NonZeroUsize;

use clap::Args;
use topic_import_core::GroupId;

use super::connection::ConnectionArguments;
use super::print::Output;
use super::values::{parse_group_id, parse_number};

#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// A community that is there, and that nobody uses
    #[arg(long, value_name = "GROUP_ID", value_parser = parse_group_id)]
    pub(crate) group_id: GroupId,
    /// Try it against an emulator; needs no account
    #[arg(long)]
    pub(crate) emulator: bool,
    /// See how many topics it takes: import up to TOPICS
    #[arg(long, value_name = "TOPICS", value_parser = parse_number::<NonZeroUsize>)]
    pub(crate) fill_up_to: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    /// What to print at the end: text (default) or json
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) output: Output,
}
