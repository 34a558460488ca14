//! What can be written after `emulate`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use topic_import_emulator::{Community, Difference, FaultPlan};

use super::connection::AccountArguments;
use super::doc::CommandDoc;
use super::values::{parse_duration, parse_number};

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "emulate",
    about: "Stand in for the service on this machine, for trying and rehearsing",
    notes: &[
        "A plan of faults is a list of FAULT=CHANCE, FAULT@CALL and FAULT@CALL-CALL, with seed=N for the chances and expire-signatures=TIME. Faults: lost, reset-before, reset-after, truncated, cut-json, not-json, extra-fields, zero-with-fail, no-topic-id, code-with-ok, httpN, httpN-done, codeN, codeN-done, itemN, itemsN, envelopeN, delay-TIME, drip-TIME.",
        "A difference is max-bytes:FIELD=BYTES, code:CODE=CODE, max-ids=IDS, hide:FIELD, omit-missing, shut-up-all-flag, text-accounts, strict-fields or without-service:SERVICE.",
    ],
    examples: &[
        "topic-import emulate --community @TGS#_old=deleted --latency 50ms",
        "topic-import emulate --tls --ca-out ca.pem",
        "topic-import emulate --reuse-destroyed-ids --differ code:10021=10025",
        "topic-import emulate --faults seed=7,lost=0.05,http502=0.02,code10002-done@3-5",
    ],
    statuses: &[],
};

#[derive(Debug, Args)]
pub(crate) struct EmulateArguments {
    /// The address to listen on (default 127.0.0.1:8787); with port 0, any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787", hide_default_value = true, value_parser = parse_address)]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    /// The most calls of one command that are answered in a second (default 200); 0 for any number
    #[arg(long, value_name = "CALLS", default_value_t = 200, hide_default_value = true, value_parser = parse_number::<u32>)]
    pub(crate) quota: u32,
    /// How long each answer takes, such as 50ms
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) latency: Option<Duration>,
    /// A community and its state: normal, deleted, no-topics or full-at=N; can be repeated
    #[arg(long, value_name = "ID=STATE", value_parser = parse_community)]
    pub(crate) community: Vec<(String, Community)>,
    /// Know only the communities that --community names
    #[arg(long)]
    pub(crate) only_listed: bool,
    /// The most topics that a community takes (default 200); 0 for any number
    #[arg(long, value_name = "N", default_value_t = 200, hide_default_value = true, value_parser = parse_number::<usize>)]
    pub(crate) topics_per_community: usize,
    /// Let the TopicId of a destroyed topic be used again
    #[arg(long, hide_short_help = true)]
    pub(crate) reuse_destroyed_ids: bool,
    /// What goes wrong, and when: a plan of faults, as described below
    #[arg(long, value_name = "PLAN")]
    pub(crate) faults: Option<FaultPlan>,
    /// A difference from the service's documents, as listed below; can be repeated
    #[arg(long, value_name = "DIFFERENCE")]
    pub(crate) differ: Vec<Difference>,
    /// Keep the topics in this file, and start with those that are in it
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Serve HTTPS, with a certificate authority of its own
    #[arg(long)]
    pub(crate) tls: bool,
    /// Write the certificate of that authority (PEM) to a file, for --ca-file
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
