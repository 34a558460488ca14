//! `emulate`

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use topic_import_emulator::{Community, Difference, FaultPlan};

use super::connection::AccountArguments;
use super::values::{parse_duration, parse_number};

#[derive(Debug, Args)]
pub(crate) struct EmulateArguments {
    /// Where to listen (127.0.0.1:8787)
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787", hide_default_value = true, value_parser = parse_address)]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    /// A command's calls a second (200); 0: any
    #[arg(long, value_name = "CALLS", default_value_t = 200, hide_default_value = true, value_parser = parse_number::<u32>)]
    pub(crate) quota: u32,
    /// How long answers take, such as 50ms
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) latency: Option<Duration>,
    /// normal, deleted, no-topics or full-at=N
    #[arg(long, value_name = "ID=STATE", value_parser = parse_community)]
    pub(crate) community: Vec<(String, Community)>,
    /// Know only the communities of --community
    #[arg(long)]
    pub(crate) only_listed: bool,
    /// Topics a community takes (200); 0: any
    #[arg(long, value_name = "N", default_value_t = 200, hide_default_value = true, value_parser = parse_number::<usize>)]
    pub(crate) topics_per_community: usize,
    /// Let IDs of destroyed topics be used again
    #[arg(long, hide_short_help = true)]
    pub(crate) reuse_destroyed_ids: bool,
    /// What goes wrong, and when: see below
    #[arg(long, value_name = "PLAN")]
    pub(crate) faults: Option<FaultPlan>,
    /// A departure from the documents: see below
    #[arg(long, value_name = "DIFFERENCE")]
    pub(crate) differ: Vec<Difference>,
    /// Keep the topics here, and start with them
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Serve HTTPS, with an authority of its own
    #[arg(long)]
    pub(crate) tls: bool,
    /// Write its certificate (PEM), for --ca-file
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) ca_out: Option<PathBuf>,
}

fn parse_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write it as 127.0.0.1:8787")
}

fn parse_community(text: &str) -> Result<(String, Community), String> {
    let (group_id, condition) = text
        .split_once('=')
        .ok_or("write it as GROUP_ID=CONDITION")?;
    let condition = condition.parse().map_err(|error| format!("{error}"))?;
    Ok((group_id.to_owned(), condition))
}
