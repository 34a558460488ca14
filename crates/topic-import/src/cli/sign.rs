//! `sign`

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use clap::Args;

use super::connection::AccountArguments;
use super::print::Output;

#[derive(Debug, Args)]
pub(crate) struct SignArguments {
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    /// How long the UserSig is valid, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub(crate) expire: u64,
    /// From when on it is valid, in Unix seconds; without it, from now
    #[arg(long, value_name = "UNIX_SECONDS")]
    pub(crate) time: Option<u64>,
    /// Read a UserSig from standard input and print what it says; with the key, also whether it holds
    #[arg(long, conflicts_with_all = ["expire", "time"])]
    pub(crate) inspect: bool,
    /// What --inspect prints: text (default) or json
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true,
        requires = "inspect"
    )]
    pub(crate) output: Output,
}
