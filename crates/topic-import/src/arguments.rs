//! What can be written on the command line and in the environment.

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Parser, Subcommand, ValueEnum};
use topic_import_bulk::{AccountDigits, Export, Format, Mapping, Outcome, TopicIds};
use topic_import_core::{GroupId, Region, Service};
use topic_import_emulator::{Community, Difference, FaultPlan};

/// Brings the topics of existing communities into Tencent Cloud Chat: once, completely, within the quota.
#[derive(Debug, Parser)]
#[command(name = "topic-import", version, max_term_width = 80)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import the topics of a file
    #[command(after_help = "\
Examples:
  topic-import import community.jsonl --emulator
  TOPIC_IMPORT_SECRET_KEY=… topic-import import community.csv --sdk-app-id 1400000001 --region singapore
  topic-import import channels.json --from slack --group-id @TGS#_riverside --dry-run

Exit status: 0 all there, 1 could not start, 2 some rows not imported, 3 stopped (the same command goes on)")]
    Import(ImportArguments),
    /// Check a file and send nothing
    #[command(after_help = "\
Examples:
  topic-import check community.jsonl
  topic-import check community.csv --group-id @TGS#_riverside --output json

Exit status: 0 no problems, 1 could not start, 2 problems found")]
    Check(CheckArguments),
    /// Say what became of every row of an import, and what to do about it
    #[command(after_help = "\
Examples:
  topic-import report community.jsonl.journal
  topic-import report community.jsonl.journal --rows map.csv --failed mend.jsonl
  topic-import report community.jsonl.journal --html report.html

Exit status: 0 every topic is there, 1 could not start, 2 some are not")]
    Report(ReportArguments),
    /// Read every imported topic back and compare
    #[command(after_help = "\
Examples:
  topic-import verify community.jsonl.journal --sdk-app-id 1400000001 --region singapore

Exit status: 0 all equal, 1 could not start, 2 some topics missing or different, 3 stopped, or not every topic could be read (the same command begins anew)")]
    Verify(VerifyArguments),
    /// Destroy the topics that an import created, and no others
    #[command(after_help = "\
Examples:
  topic-import undo community.jsonl.journal --sdk-app-id 1400000001 --region singapore

Topics that were there before the import, equal to its rows, are left alone.

Exit status: 0 all gone, 1 could not start or was not confirmed, 2 some topics left, or perhaps left, 3 stopped (the same command goes on)")]
    Undo(UndoArguments),
    /// Write the rows of a file as JSONL with the API's field names
    #[command(after_help = "\
Examples:
  topic-import convert channels.json --from slack --group-id @TGS#_riverside > topics.jsonl
  topic-import convert stream_index.json --from zulip --groups groups.csv --fit > topics.jsonl

Exit status: 0 done, 1 could not start, 2 problems found; sound rows are written all the same")]
    Convert(ConvertArguments),
    /// Say what an error code means and what to do about it; without a code, list all
    Explain(ExplainArguments),
    /// Print a UserSig, or say what one holds
    #[command(after_help = "\
Examples:
  TOPIC_IMPORT_SECRET_KEY=… topic-import sign --sdk-app-id 1400000001 --identifier administrator
  topic-import sign --inspect < user.sig

Exit status: 0 done, 1 could not start, 2 the UserSig does not hold")]
    Sign(SignArguments),
    /// Try what this program believes of the service, in a community set aside for it
    #[command(after_help = "\
It imports a few dozen throw-away topics, tries limits, rules, codes and shapes
with them, and destroys them again; other topics are left alone. Sources are
the service's documents: S import_topic, C its Chinese edition, T Create, Get
and Delete Topic, G Group System, E Error Codes; `decided` where none says it.

Examples:
  topic-import probe --group-id @TGS#_aside --emulator
  TOPIC_IMPORT_SECRET_KEY=… topic-import probe --group-id @TGS#_aside --sdk-app-id 1400000001 --region singapore

Exit status: 0 all agree, 1 could not start, 2 not all agree, 3 stopped")]
    Probe(ProbeArguments),
    /// Stand in for the service on this machine, for trying and rehearsing
    #[command(after_help = "\
Examples:
  topic-import emulate --community @TGS#_old=deleted --latency 50ms
  topic-import emulate --tls --ca-out ca.pem
  topic-import emulate --faults seed=7,lost=0.05,http502=0.02,code10002-done@3-5

A plan of faults is a list of FAULT=CHANCE, FAULT@CALL and FAULT@CALL-CALL, with
seed=N for the chances and expire-signatures=TIME. Faults: lost, reset-before,
reset-after, truncated, cut-json, not-json, extra-fields, zero-with-fail,
no-topic-id, code-with-ok, httpN, httpN-done, codeN, codeN-done, delay-TIME,
drip-TIME.
A difference is max-bytes:FIELD=BYTES, code:CODE=CODE, max-ids=IDS, hide:FIELD,
text-accounts, strict-fields or without-service:SERVICE.")]
    Emulate(EmulateArguments),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    // Comments here would be printed, a paragraph for each value.
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct InputArguments {
    /// The rows: JSONL, a JSON list or CSV with the API's field names, or an export; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How the rows are written, where the file's extension does not say it
    #[arg(long, value_parser = format_parser(), conflicts_with = "from")]
    pub(crate) format: Option<Format>,
    /// The chat system that exported the file
    #[arg(long, value_name = "SYSTEM", value_parser = export_parser())]
    pub(crate) from: Option<Export>,
    /// Take what is archived or deleted in the export as well
    #[arg(long, requires = "from")]
    pub(crate) include_archived: bool,
    /// The group of rows that name none
    #[arg(long, value_name = "GROUP_ID", value_parser = parse_group_id)]
    pub(crate) group_id: Option<GroupId>,
    /// CSV of source,GroupId: which stream, team or mapped GroupId is which group
    #[arg(long, value_name = "FILE", conflicts_with = "group_id")]
    pub(crate) groups: Option<PathBuf>,
    /// Where a field is, such as TopicName=.display_name; may be repeated
    #[arg(long, value_name = "FIELD=PATH")]
    pub(crate) map: Vec<Mapping>,
    /// Shorten text that is too long, and list every change
    #[arg(long)]
    pub(crate) fit: bool,
    /// How a From_Account of digits is sent from CSV
    #[arg(long, value_name = "FORM", default_value = "number", value_parser = account_digits_parser())]
    pub(crate) from_account_as: AccountDigits,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    /// What to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct ConvertArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
}

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch")]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    /// Who names topics without a TopicId; with `service`, a topic whose answer is lost stays unknown
    #[arg(long, env = "TOPIC_IMPORT_TOPIC_IDS", hide_env_values = true, value_name = "WHO", default_value = "derived", value_parser = topic_ids_parser())]
    pub(crate) topic_ids: TopicIds,
    /// Send nothing, and say what would happen
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import the sound rows though others are not; those count as rejected
    #[arg(long)]
    pub(crate) skip_invalid: bool,
    /// Where the run is kept, rows included, so that the same command goes on with it; without it FILE.journal, or a temporary file with --emulator
    #[arg(
        long,
        env = "TOPIC_IMPORT_JOURNAL",
        hide_env_values = true,
        value_name = "PATH"
    )]
    pub(crate) journal: Option<PathBuf>,
    /// Try these once more: rejected, conflict, unknown (without a TopicId, an unknown topic may then be there twice)
    #[arg(long, value_name = "OUTCOMES", value_delimiter = ',', value_parser = retry_parser())]
    pub(crate) retry: Vec<Outcome>,
    /// Import into an emulator of the service that runs for as long as the import; region, endpoint and account are not used
    #[arg(long)]
    pub(crate) emulator: bool,
    #[command(flatten)]
    pub(crate) calls: CallArguments,
    /// The most rows in flight; without it, the latency decides
    #[arg(
        long,
        env = "TOPIC_IMPORT_CONCURRENCY",
        hide_env_values = true,
        value_name = "ROWS"
    )]
    pub(crate) concurrency: Option<NonZeroUsize>,
    /// What to print at the end
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

// A doc comment here would become the command's own.
#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    /// The quota in calls a second, kept to by 1%; 0 does not pace
    #[arg(
        long,
        env = "TOPIC_IMPORT_RATE",
        hide_env_values = true,
        value_name = "CALLS",
        default_value_t = 200
    )]
    pub(crate) rate: u32,
    /// How long to go on without an answer, such as 90s, 10m or 1h; until the first one it is 15 s at most
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = parse_duration)]
    pub(crate) give_up_after: Duration,
    /// Print no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Say of every request that had to be repeated why
    #[arg(long, short, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

impl CallArguments {
    /// The quota; `None` where calls are not paced.
    pub(crate) fn quota(&self) -> Option<NonZeroU32> {
        NonZeroU32::new(self.rate)
    }
}

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    /// Where the import is kept, which may be running: FILE.journal, unless --journal said otherwise
    #[arg(value_name = "JOURNAL")]
    pub(crate) journal: PathBuf,
    /// Write the rows that were refused or held to a new file, .jsonl or .csv, to be mended and imported
    #[arg(long, value_name = "FILE")]
    pub(crate) failed: Option<PathBuf>,
    /// Write every row's outcome and TopicId to a new file, .jsonl or .csv
    #[arg(long, value_name = "FILE")]
    pub(crate) rows: Option<PathBuf>,
    /// Write the report as a page to a new file, .html, that needs no network
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(crate) sweep: SweepArguments,
}

#[derive(Debug, Args)]
pub(crate) struct UndoArguments {
    #[command(flatten)]
    pub(crate) sweep: SweepArguments,
    /// Do not ask first
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SweepArguments {
    /// Where the import is kept: FILE.journal, unless --journal said otherwise
    #[arg(value_name = "JOURNAL")]
    pub(crate) journal: PathBuf,
    #[command(flatten)]
    pub(crate) calls: CallArguments,
    /// What to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeArguments {
    /// The community to try it in: one that is there, and that nobody uses
    #[arg(long, value_name = "GROUP_ID", value_parser = parse_group_id)]
    pub(crate) group_id: GroupId,
    /// Try it against an emulator of the service; region, endpoint and account are not used
    #[arg(long)]
    pub(crate) emulator: bool,
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    /// What to print at the end
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct ConnectionArguments {
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    /// Where the app's data is
    #[arg(long, env = "TOPIC_IMPORT_REGION", hide_env_values = true, value_parser = region_parser())]
    pub(crate) region: Option<Region>,
    /// Another address than a region's, such as https://chat.example.com; http:// only to this machine
    // Parsed later: an error of clap's would repeat what was given, a signature in its query included.
    #[arg(
        long,
        env = "TOPIC_IMPORT_ENDPOINT",
        hide_env_values = true,
        value_name = "ORIGIN"
    )]
    pub(crate) endpoint: Option<String>,
    /// The service name in the URL
    #[arg(long, env = "TOPIC_IMPORT_SERVICE", hide_env_values = true, default_value = "group_open_http_svc", value_parser = service_parser())]
    pub(crate) service: Service,
    /// A file with further trusted certificates (PEM)
    #[arg(
        long,
        env = "TOPIC_IMPORT_CA_FILE",
        hide_env_values = true,
        value_name = "FILE"
    )]
    pub(crate) ca_file: Option<PathBuf>,
    /// A file with a ready-made UserSig; or set TOPIC_IMPORT_USER_SIG
    #[arg(long, value_name = "FILE")]
    pub(crate) user_sig_file: Option<PathBuf>,
    /// Refused: see `secret`
    #[arg(long, hide = true, value_name = "SECRET")]
    pub(crate) user_sig: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AccountArguments {
    /// The app's SDKAppID
    #[arg(
        long,
        env = "TOPIC_IMPORT_SDK_APP_ID",
        hide_env_values = true,
        value_name = "NUMBER"
    )]
    pub(crate) sdk_app_id: Option<u64>,
    /// The account of the app's admin; administrator, unless given
    #[arg(
        long,
        env = "TOPIC_IMPORT_IDENTIFIER",
        hide_env_values = true,
        value_name = "USER_ID"
    )]
    pub(crate) identifier: Option<String>,
    /// A file with the app's secret key; or set TOPIC_IMPORT_SECRET_KEY
    #[arg(long, value_name = "FILE")]
    pub(crate) secret_key_file: Option<PathBuf>,
    /// Refused: see `secret`
    #[arg(long, hide = true, value_name = "SECRET")]
    pub(crate) secret_key: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// An ErrorCode of the service
    #[arg(allow_negative_numbers = true)]
    pub(crate) code: Option<i64>,
    /// What to print
    #[arg(long, value_enum, default_value_t)]
    pub(crate) output: Output,
}

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
    /// What --inspect prints
    #[arg(long, value_enum, default_value_t, requires = "inspect")]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct EmulateArguments {
    /// Where to listen, on this machine; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    pub(crate) listen: SocketAddr,
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    /// Each command's quota in calls a second; 0 is none
    #[arg(long, value_name = "CALLS", default_value_t = 200)]
    pub(crate) quota: u32,
    /// How long every answer is kept back, such as 50ms
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub(crate) latency: Option<Duration>,
    /// A community: normal, deleted, no-topics or full-at=N; may be repeated
    #[arg(long, value_name = "GROUP_ID=CONDITION", value_parser = parse_community)]
    pub(crate) community: Vec<(String, Community)>,
    /// Know no communities but those that --community names
    #[arg(long)]
    pub(crate) only_listed: bool,
    /// What goes wrong, by chance or at given calls
    #[arg(long, value_name = "PLAN")]
    pub(crate) faults: Option<FaultPlan>,
    /// Where to depart from the service's documents; may be repeated
    #[arg(long, value_name = "DIFFERENCE")]
    pub(crate) differ: Vec<Difference>,
    /// Keep the topics in a file, and start with those it holds
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Serve HTTPS, with a certificate of an authority made for the occasion
    #[arg(long)]
    pub(crate) tls: bool,
    /// Write that authority's certificate (PEM) to a file, for --ca-file
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(crate) ca_out: Option<PathBuf>,
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["jsonl", "csv", "json"]).map(|name| match &*name {
        "csv" => Format::Csv,
        "json" => Format::Json,
        _ => Format::Jsonl,
    })
}

fn export_parser() -> impl clap::builder::TypedValueParser<Value = Export> {
    PossibleValuesParser::new(Export::ALL.map(Export::name))
        .try_map(|name| Export::from_name(&name).ok_or("no such system"))
}

fn account_digits_parser() -> impl clap::builder::TypedValueParser<Value = AccountDigits> {
    PossibleValuesParser::new(["number", "text"]).map(|name| match &*name {
        "text" => AccountDigits::Text,
        _ => AccountDigits::Number,
    })
}

fn topic_ids_parser() -> impl clap::builder::TypedValueParser<Value = TopicIds> {
    PossibleValuesParser::new(["derived", "service"]).map(|name| match &*name {
        "service" => TopicIds::Service,
        _ => TopicIds::Derived,
    })
}

fn retry_parser() -> impl clap::builder::TypedValueParser<Value = Outcome> {
    let outcomes = [Outcome::Rejected, Outcome::Conflict, Outcome::Unknown];
    PossibleValuesParser::new(outcomes.map(Outcome::name))
        .try_map(|name| Outcome::from_name(&name).ok_or("no such outcome"))
}

fn region_parser() -> impl clap::builder::TypedValueParser<Value = Region> {
    PossibleValuesParser::new(Region::ALL.map(Region::name))
        .try_map(|name| Region::from_name(&name).ok_or("no such region"))
}

fn service_parser() -> impl clap::builder::TypedValueParser<Value = Service> {
    PossibleValuesParser::new(Service::ALL.map(Service::name))
        .try_map(|name| Service::from_name(&name).ok_or("no such service"))
}

fn parse_group_id(text: &str) -> Result<GroupId, String> {
    GroupId::parse(text).map_err(|violations| {
        let parts: Vec<String> = violations.iter().map(ToString::to_string).collect();
        parts.join("; ")
    })
}

fn parse_duration(text: &str) -> Result<Duration, String> {
    let written = text.parse::<jiff::SignedDuration>().ok();
    written
        .and_then(|duration| Duration::try_from(duration).ok())
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "write it as 90s, 10m or 1h".to_owned())
}

fn parse_community(text: &str) -> Result<(String, Community), String> {
    let (group_id, condition) = text
        .split_once('=')
        .ok_or("write it as GROUP_ID=CONDITION")?;
    let condition = condition.parse().map_err(|error| format!("{error}"))?;
    Ok((group_id.to_owned(), condition))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definitions_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn durations_are_written_with_a_unit() {
        assert_eq!(parse_duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse_duration("10m"), Ok(Duration::from_mins(10)));
        assert_eq!(parse_duration("1h"), Ok(Duration::from_hours(1)));
        assert_eq!(parse_duration("50ms"), Ok(Duration::from_millis(50)));
        for text in ["90", "-1s", "0s", "soon", ""] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }
}
