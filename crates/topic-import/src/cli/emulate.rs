//! The arguments and the help of `emulate`.

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
    about: "Run an emulator of the service on this machine, to try out and rehearse",
    notes: &[
        "--faults PLAN is a list, separated by commas. FAULT=CHANCE (lost=0.05) hits calls at random, with this probability; FAULT@N (lost@3) hits the Nth call, FAULT@N-M (lost@3-5) the Nth to the Mth. COMMAND: in front (get_topic:lost@3) limits a fault to the calls of that command, and counts only those. seed=N seeds the random numbers, so that a run can be repeated. expire-signatures=TIME expires every UserSig that was signed before the start, this long after it.",
        "Faults that lose or damage the answer of a call that was executed: lost (no answer), truncated (half of the body), cut-json (half of the JSON), not-json (an HTML page), extra-fields (fields that no document names), no-topic-id (nothing but the envelope), zero-with-fail (ErrorCode 0 and FAIL), code-with-ok (ErrorCode 10002 and OK), envelopeN (ErrorCode N in the envelope only), delay-TIME (the answer is late), drip-TIME (a pause after each byte).",
        "Faults that prevent the call: reset-before and reset-after (the connection is reset before or after the request is read), httpN (an HTML page with the HTTP status N), codeN (ErrorCode N), itemN and itemsN (ErrorCode N for the first or for every topic of a list). With httpN-done and codeN-done, the call is executed all the same.",
        "--differ DIFFERENCE is one of max-bytes:FIELD=BYTES (another limit for a field), code:CODE=CODE (the second code is answered instead of the first), max-ids=N (another limit for a TopicIdList), hide:FIELD (get_topic does not show the field), omit-missing (get_topic leaves out IDs without a topic), shut-up-all-flag (get_topic shows ShutUpAllFlag instead of MuteAllMember), text-accounts (a number as From_Account gets 60015), strict-fields (an import with a field that no document names gets 10004), without-service:SERVICE (calls to the service get 60009).",
    ],
    examples: &[
        "topic-import emulate --community @TGS#_old=deleted --latency 50ms",
        "topic-import emulate --ca-out ca.pem",
        "topic-import emulate --reuse-destroyed-ids --differ code:10021=10025",
        "topic-import emulate --faults seed=7,lost=0.05,http502=0.02,code10002-done@3-5",
    ],
    statuses: &[],
};

#[derive(Debug, Args)]
pub(crate) struct EmulateArguments {
    /// The address to listen on (default 127.0.0.1:8787); port 0 takes any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787", hide_default_value = true, value_parser = parse_address)]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    /// How many calls per second each command of the API accepts (default 200; 0: no limit)
    #[arg(long, value_name = "CALLS", default_value_t = 200, hide_default_value = true, value_parser = parse_number::<u32>)]
    pub(crate) quota: u32,
    /// How long each answer takes, such as 50ms
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) latency: Option<Duration>,
    /// State of a community: normal, deleted, no-topics (takes none) or full-at=N; can be repeated
    #[arg(long, value_name = "ID=STATE", value_parser = parse_community)]
    pub(crate) community: Vec<(String, Community)>,
    /// Only the communities that --community names exist; otherwise, all do
    #[arg(long)]
    pub(crate) only_listed: bool,
    /// How many topics a community takes (default 200; 0: no limit)
    #[arg(long, value_name = "N", default_value_t = 200, hide_default_value = true, value_parser = parse_number::<usize>)]
    pub(crate) topics_per_community: usize,
    /// Allow the TopicId of a destroyed topic to be used again
    #[arg(long, hide_short_help = true)]
    pub(crate) reuse_destroyed_ids: bool,
    /// Let calls go wrong, such as lost=0.05; --help describes the faults
    #[arg(long, value_name = "PLAN")]
    pub(crate) faults: Option<FaultPlan>,
    /// Differ from the service's documents; --help lists how; can be repeated
    #[arg(long, value_name = "DIFFERENCE")]
    pub(crate) differ: Vec<Difference>,
    /// Keep the topics in this file, and start with the topics that it holds
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Serve HTTPS, and write the certificate of the emulator's own authority (PEM) to this file, for --ca-file
    #[arg(long, value_name = "FILE")]
    pub(crate) ca_out: Option<PathBuf>,
}

fn parse_address(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "write it as 127.0.0.1:8787")
}

fn parse_community(text: &str) -> Result<(String, Community), String> {
    let (group_id, condition) = text
        .split_once('=')
        .ok_or("write it as GROUP_ID=STATE, such as @TGS#_old=deleted")?;
    let condition = condition.parse().map_err(|error| format!("{error}"))?;
    Ok((group_id.to_owned(), condition))
}
