//! What can be written on the command line and in the environment.

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use std::error::Error;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroU64, NonZeroUsize};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::builder::{
    OsStringValueParser, PossibleValue, PossibleValuesParser, StringValueParser, TypedValueParser,
};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use topic_import_bulk::{
    AccountDigits, CheckSettings, DOCUMENTED_TOPICS_PER_COMMUNITY, Export, Format, Mapping, Retry,
    TopicIds,
};
use topic_import_core::{GroupId, Rate, Region, Service};
use topic_import_emulator::{Community, Difference, FaultPlan};

use crate::deferred::Deferred;
use crate::journal::JournalAt;

/// Brings the topics of existing communities into Tencent Cloud Chat: once, completely, within the quota.
// `hide_short_help` and `after_long_help` say what `-h` leaves out: see `help`.
#[derive(Debug, Parser)]
#[command(name = "topic-import", version, max_term_width = 80)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// What can be written, the arguments of every command included; a start needs those of one.
    pub(crate) fn all_definitions() -> clap::Command {
        // An update could be of any command, so that clap has nothing deferred for one.
        let all = Command::augment_subcommands_for_update(clap::Command::new("all"));
        Self::command().mut_subcommands(|command| {
            let whole = all.find_subcommand(command.get_name()).cloned();
            whole.unwrap_or(command)
        })
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Import the topics of a file
    #[command(after_long_help = "\
Examples:
  topic-import import community.jsonl --emulator
  topic-import import community.csv --sdk-app-id 1400000001 --region singapore
Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE, CA_FILE, RATE, CONCURRENCY, TOPIC_IDS or JOURNAL
Exit status: 0 all there, 1 could not start, 2 not all imported, 3 stopped")]
    Import(Deferred<ImportArguments>),
    /// Help with an import that is kept in a database, from any machine
    #[command(after_long_help = "\
Example:
  topic-import work --journal postgres://ada@db.example.com/chat --region tokyo

The database's password: PGPASSWORD, or in the URL in TOPIC_IMPORT_JOURNAL.
Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE, CA_FILE, RATE, CONCURRENCY or JOURNAL
Exit status: as of import")]
    Work(Deferred<WorkArguments>),
    /// Check a file and send nothing
    #[command(after_long_help = "\
Examples:
  topic-import check community.jsonl
  topic-import check community.csv --group-id @TGS#_riverside --output json

Exit status: 0 no problems, 1 could not start, 2 problems found")]
    Check(Deferred<CheckArguments>),
    /// Say what became of every row of an import, and what to do about it
    #[command(after_long_help = "\
Examples:
  topic-import report community.jsonl.journal
  topic-import report community.jsonl.journal --rows map.csv --failed mend.jsonl
  topic-import report community.jsonl.journal --html report.html

Environment: TOPIC_IMPORT_ with JOURNAL
Exit status: 0 every topic is there, 1 could not start, 2 some are not")]
    Report(Deferred<ReportArguments>),
    /// Read every imported topic back and compare
    #[command(after_long_help = "\
Example:
  topic-import verify community.jsonl.journal --region singapore

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE, CA_FILE, RATE or JOURNAL
Exit status: 0 all equal, 1 could not start, 2 some topics missing or different,
  3 stopped, or not every topic could be read (the same command begins anew)")]
    Verify(Deferred<VerifyArguments>),
    /// Destroy the topics that an import created, and no others
    #[command(after_long_help = "\
Example:
  topic-import undo community.jsonl.journal --region singapore

Topics that were there before the import, equal to its rows, are left alone.

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE, CA_FILE, RATE or JOURNAL
Exit status: 0 all gone, 1 could not start or was not confirmed, 2 some topics
  left, or perhaps left, 3 stopped (the same command goes on)")]
    Undo(Deferred<UndoArguments>),
    /// Write the rows of a file as JSONL with the API's field names
    #[command(after_long_help = "\
Examples:
  topic-import convert channels.json --from slack --group-id @TGS#_a > rows.jsonl
  topic-import convert stream_index.json --from zulip --groups groups.csv --fit

Exit status: 0 done, 1 could not start, 2 problems found; sound rows are written
  all the same")]
    Convert(Deferred<ConvertArguments>),
    /// Say what an error code means and what to do about it; without a code, list all
    #[command(after_long_help = "\
Examples:
  topic-import explain 10021
  topic-import explain --output json")]
    Explain(Deferred<ExplainArguments>),
    /// Print a UserSig, or say what one holds
    #[command(after_long_help = "\
Examples:
  topic-import sign --sdk-app-id 1400000001 --secret-key-file key
  topic-import sign --inspect < user.sig

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER or SECRET_KEY
Exit status: 0 done, 1 could not start, 2 the UserSig does not hold")]
    Sign(Deferred<SignArguments>),
    /// Try what this program believes of the service, in a community set aside for it
    #[command(after_long_help = "\
It imports a few dozen throw-away topics, tries limits, rules, codes and shapes
with them, and destroys them again; other topics are left alone. Sources are
the service's documents: S import_topic, C its Chinese edition, T Create, Get
and Delete Topic, G Group System, E Error Codes, L Use Limits; `decided` where
none says it. --fill-up-to needs more than 200 to find that 200 is the limit.

Examples:
  topic-import probe --group-id @TGS#_aside --emulator
  topic-import probe --group-id @TGS#_aside --region singapore

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER, SECRET_KEY, USER_SIG,
  REGION, ENDPOINT, SERVICE or CA_FILE
Exit status: 0 all agree, 1 could not start, 2 not all agree, 3 stopped")]
    Probe(Deferred<ProbeArguments>),
    /// Stand in for the service on this machine, for trying and rehearsing
    #[command(after_long_help = "\
Examples:
  topic-import emulate --community @TGS#_old=deleted --latency 50ms
  topic-import emulate --tls --ca-out ca.pem
  topic-import emulate --reuse-destroyed-ids --differ code:10021=10025
  topic-import emulate --faults seed=7,lost=0.05,http502=0.02,code10002-done@3-5

A plan of faults is a list of FAULT=CHANCE, FAULT@CALL and FAULT@CALL-CALL, with
seed=N for the chances and expire-signatures=TIME. Faults: lost, reset-before,
reset-after, truncated, cut-json, not-json, extra-fields, zero-with-fail,
no-topic-id, code-with-ok, httpN, httpN-done, codeN, codeN-done, itemN, itemsN,
envelopeN, delay-TIME, drip-TIME.
A difference is max-bytes:FIELD=BYTES, code:CODE=CODE, max-ids=IDS, hide:FIELD,
omit-missing, shut-up-all-flag, text-accounts, strict-fields or
without-service:SERVICE.
--community and --differ can be repeated; with port 0, --listen takes any.

Environment: TOPIC_IMPORT_ with SDK_APP_ID, IDENTIFIER or SECRET_KEY")]
    Emulate(Deferred<EmulateArguments>),
    /// Write a shell's completions of this program to standard output
    #[command(after_long_help = "\
Examples:
  topic-import completions bash > topic-import.bash
  topic-import completions zsh > _topic-import")]
    Completions(Deferred<CompletionsArguments>),
    /// Write the man pages of this program to a directory
    #[command(after_long_help = "\
Example:
  topic-import man pages")]
    Man(Deferred<ManArguments>),
}

const INPUT: &str = "Input";
const SERVICE: &str = "Service";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    // Comments here would be printed, a paragraph for each value.
    #[default]
    Text,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct InputArguments {
    /// JSONL, a JSON list, CSV or an export; `-` reads standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// jsonl, csv or json, unless the name says it
    #[arg(long, help_heading = INPUT, value_parser = format_parser(), hide_possible_values = true, conflicts_with = "from", hide_short_help = true)]
    pub(crate) format: Option<Format>,
    /// An export of slack, discord, mattermost, zulip
    #[arg(long, help_heading = INPUT, value_name = "SYSTEM", value_parser = export_parser(), hide_possible_values = true)]
    pub(crate) from: Option<Export>,
    /// Take what is archived or deleted there as well
    #[arg(long, help_heading = INPUT, requires = "from", hide_short_help = true)]
    pub(crate) include_archived: bool,
    /// The group of rows that name none
    #[arg(long, help_heading = INPUT, value_name = "GROUP_ID", value_parser = parse_group_id)]
    pub(crate) group_id: Option<GroupId>,
    /// CSV of source,GroupId, where there are several
    #[arg(long, help_heading = INPUT, value_name = "FILE", conflicts_with = "group_id")]
    pub(crate) groups: Option<PathBuf>,
    /// Where a field is: TopicName=.name; repeatable
    #[arg(long, help_heading = INPUT, value_name = "FIELD=PATH", hide_short_help = true)]
    pub(crate) map: Vec<Mapping>,
    /// Shorten too long text, and list each change
    #[arg(long, help_heading = INPUT)]
    pub(crate) fit: bool,
    /// Send CSV digits as text (default) or number
    #[arg(long, help_heading = INPUT, value_name = "FORM", default_value = "text", hide_default_value = true, value_parser = account_digits_parser(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) from_account_as: AccountDigits,
}

// A doc comment here would become the command's own.
#[derive(Debug, Args)]
pub(crate) struct CommunityArguments {
    /// The most topics that a community takes (200)
    #[arg(
        long,
        help_heading = INPUT,
        value_name = "N",
        value_parser = parse_count::<NonZeroU64>,
        default_value_t = DOCUMENTED_TOPICS_PER_COMMUNITY,
        hide_default_value = true,
        hide_short_help = true
    )]
    pub(crate) topics_per_community: NonZeroU64,
}

impl CommunityArguments {
    pub(crate) fn check_settings(&self) -> CheckSettings {
        let mut settings = CheckSettings::default();
        settings.topics_per_community = self.topics_per_community;
        settings
    }
}

#[derive(Debug, Args)]
pub(crate) struct PrintArguments {
    /// What to print: text (default) or json
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub(crate) output: Output,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    #[command(flatten)]
    pub(crate) communities: CommunityArguments,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}

#[derive(Debug, Args)]
pub(crate) struct ConvertArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
}

#[derive(Debug, Args)]
// It is rarely needed, and the screen is full: `work` shows it.
#[command(mut_arg("lease", |lease| lease.hide(true)))]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch")]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    #[command(flatten)]
    pub(crate) communities: CommunityArguments,
    /// derived (default), service (lost answers unknown)
    #[arg(long, env = "TOPIC_IMPORT_TOPIC_IDS", hide_env = true, value_name = "WHO", default_value = "derived", hide_default_value = true, value_parser = topic_ids_parser(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) topic_ids: TopicIds,
    /// Send nothing, and say what would happen
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import the sound rows; others count as rejected
    #[arg(long)]
    pub(crate) skip_invalid: bool,
    /// Keep the run there: PATH, postgres://USER@HOST/DB
    #[arg(
        long,
        env = "TOPIC_IMPORT_JOURNAL",
        hide_env = true,
        value_name = "PLACE",
        value_parser = journal_parser(),
        hide_short_help = true
    )]
    pub(crate) journal: Option<JournalAt>,
    /// Again: rejected, conflict, unknown (may double)
    #[arg(long, value_name = "OUTCOMES", value_delimiter = ',', value_parser = retry_parser(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) retry: Vec<Retry>,
    /// Import into an emulator; needs no account
    #[arg(long)]
    pub(crate) emulator: bool,
    #[command(flatten)]
    pub(crate) work: WorkingArguments,
}

// How rows are imported; a doc comment would become the command's own.
#[derive(Debug, Args)]
pub(crate) struct WorkingArguments {
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// In a database: a dead worker's rows wait (30s)
    #[arg(long, value_name = "TIME", default_value = "30s", hide_default_value = true, value_parser = parse_duration, hide_short_help = true)]
    pub(crate) lease: Duration,
    #[command(flatten)]
    pub(crate) calls: CallArguments,
    /// The most rows in flight (as the latency asks)
    #[arg(
        long,
        env = "TOPIC_IMPORT_CONCURRENCY",
        hide_env = true,
        value_name = "ROWS",
        value_parser = parse_count::<NonZeroUsize>,
        hide_short_help = true
    )]
    pub(crate) concurrency: Option<NonZeroUsize>,
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

// A doc comment here would become the command's own.
#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    /// The quota in calls a second (200); 0: no pacing
    #[arg(
        long,
        env = "TOPIC_IMPORT_RATE",
        hide_env = true,
        value_name = "CALLS",
        value_parser = parse_number::<u32>,
        allow_negative_numbers = true,
        default_value_t = 200,
        hide_default_value = true,
        hide_short_help = true
    )]
    pub(crate) rate: u32,
    /// How long to go on unanswered, such as 90s (1h)
    #[arg(long, value_name = "TIME", default_value = "1h", hide_default_value = true, value_parser = parse_duration, hide_short_help = true)]
    pub(crate) give_up_after: Duration,
    /// Print no progress
    #[arg(long, short)]
    pub(crate) quiet: bool,
    /// Say why requests had to be repeated
    #[arg(long, short, conflicts_with = "quiet", hide_short_help = true)]
    pub(crate) verbose: bool,
}

impl CallArguments {
    /// The quota. `--rate 0` says on purpose that calls are not paced.
    pub(crate) fn quota(&self) -> Rate {
        NonZeroU32::new(self.rate).map_or(Rate::Unlimited, Rate::PerSecond)
    }
}

// A doc comment here would become the command's own.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// In a database: the run (FILE's name; the only one)
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub(crate) run: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct WorkArguments {
    /// The database: postgres://USER@HOST/DATABASE
    #[arg(
        long,
        env = "TOPIC_IMPORT_JOURNAL",
        hide_env = true,
        value_name = "DATABASE",
        value_parser = journal_parser()
    )]
    pub(crate) journal: JournalAt,
    #[command(flatten)]
    pub(crate) work: WorkingArguments,
}

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

// A doc comment here would become the command's own.
#[derive(Debug, Args)]
pub(crate) struct JournalArguments {
    /// FILE.journal, unless --journal said otherwise; or postgres://USER@HOST/DATABASE
    #[arg(
        value_name = "JOURNAL",
        env = "TOPIC_IMPORT_JOURNAL",
        hide_env = true,
        value_parser = journal_parser()
    )]
    pub(crate) at: JournalAt,
    #[command(flatten)]
    pub(crate) run: RunArguments,
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
    #[command(flatten)]
    pub(crate) journal: JournalArguments,
    #[command(flatten)]
    pub(crate) calls: CallArguments,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}

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

#[derive(Debug, Args)]
pub(crate) struct ConnectionArguments {
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    /// china, singapore, seoul, frankfurt, mumbai, silicon-valley, jakarta, tokyo or riyadh
    #[arg(long, env = "TOPIC_IMPORT_REGION", hide_env = true, value_parser = Named::<Region>::new(&Region::ALL.map(Region::name)), hide_possible_values = true, help_heading = SERVICE)]
    pub(crate) region: Option<Region>,
    /// Another address: https://chat.example.com
    // Parsed later: an error of clap's would repeat what was given, a signature in its query included.
    #[arg(
        long,
        env = "TOPIC_IMPORT_ENDPOINT",
        hide_env = true,
        value_name = "ORIGIN",
        help_heading = SERVICE,
        hide_short_help = true
    )]
    pub(crate) endpoint: Option<String>,
    /// group_open_http_svc, million_group_open_http_svc
    #[arg(long, env = "TOPIC_IMPORT_SERVICE", hide_env = true, default_value = "group_open_http_svc", hide_default_value = true, value_parser = Named::<Service>::new(&Service::ALL.map(Service::name)), hide_possible_values = true, help_heading = SERVICE, hide_short_help = true)]
    pub(crate) service: Service,
    /// Further trusted certificates (PEM)
    #[arg(
        long,
        env = "TOPIC_IMPORT_CA_FILE",
        hide_env = true,
        value_name = "FILE",
        help_heading = SERVICE,
        hide_short_help = true
    )]
    pub(crate) ca_file: Option<PathBuf>,
    /// A UserSig, no key (or TOPIC_IMPORT_USER_SIG)
    #[arg(long, value_name = "FILE", help_heading = SERVICE, hide_short_help = true)]
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
        hide_env = true,
        value_name = "NUMBER",
        value_parser = parse_number::<u64>,
        help_heading = SERVICE
    )]
    pub(crate) sdk_app_id: Option<u64>,
    /// The app's admin account (administrator)
    #[arg(
        long,
        env = "TOPIC_IMPORT_IDENTIFIER",
        hide_env = true,
        value_name = "USER_ID",
        help_heading = SERVICE,
        hide_short_help = true
    )]
    pub(crate) identifier: Option<String>,
    /// Its secret key (or TOPIC_IMPORT_SECRET_KEY)
    #[arg(long, value_name = "FILE", help_heading = SERVICE)]
    pub(crate) secret_key_file: Option<PathBuf>,
    /// Refused: see `secret`
    #[arg(long, hide = true, value_name = "SECRET")]
    pub(crate) secret_key: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// An ErrorCode of the service
    #[arg(allow_negative_numbers = true, value_parser = parse_number::<i64>)]
    pub(crate) code: Option<i64>,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
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

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_enum, hide_possible_values = true)]
    pub(crate) shell: Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// Where to write topic-import.1 and a page for each command; it is made if it is missing
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,
}

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

fn retry_parser() -> impl clap::builder::TypedValueParser<Value = Retry> {
    let name = |retry: Retry| retry.outcome().name();
    PossibleValuesParser::new(Retry::ALL.map(name)).try_map(move |given| {
        let mut known = Retry::ALL.into_iter();
        known
            .find(|retry| name(*retry) == given)
            .ok_or("no such outcome")
    })
}

/// Takes what the type itself takes, and offers its names to shells.
#[derive(Clone)]
struct Named<T> {
    names: Vec<&'static str>,
    parsed: PhantomData<T>,
}

impl<T> Named<T> {
    fn new(names: &[&'static str]) -> Self {
        Self {
            names: names.to_vec(),
            parsed: PhantomData,
        }
    }
}

impl<T> TypedValueParser for Named<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let parser = StringValueParser::new().try_map(|text| text.parse());
        parser.parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let names = self.names.iter().copied();
        Some(Box::new(names.map(PossibleValue::new)))
    }
}

fn journal_parser() -> impl clap::builder::TypedValueParser<Value = JournalAt> {
    OsStringValueParser::new().map(JournalAt::from)
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

/// As the standard library reads it, with words for people where it cannot.
fn parse_number<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse()
        .map_err(|_| "write it as a whole number in digits")
}

fn parse_count<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse()
        .map_err(|_| "write it as a whole number from 1")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        Arguments::all_definitions().debug_assert();
    }

    /// The help is short because clap does not add these to every option.
    #[test]
    fn help_names_every_variable_and_every_possible_value() {
        for command in Arguments::all_definitions().get_subcommands() {
            let after = command.get_after_long_help().map(ToString::to_string);
            let after = after.unwrap_or_default();
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string);
                let help = help.unwrap_or_default();
                let what = format!("{} {}", command.get_name(), argument.get_id());
                if let Some(variable) = argument.get_env() {
                    let variable = variable.to_string_lossy();
                    let name = variable.strip_prefix("TOPIC_IMPORT_");
                    assert!(after.contains(name.expect("the prefix")), "{what}");
                }
                for value in argument.get_possible_values() {
                    let is_said = !argument.is_hide_possible_values_set();
                    assert!(is_said || help.contains(value.get_name()), "{what}: {help}");
                }
            }
        }
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
