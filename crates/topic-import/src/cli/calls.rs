//! How calls are made, and how rows are imported with them.

use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

use clap::Args;
use topic_import_core::Rate;

use super::connection::ConnectionArguments;
use super::journal::{JournalArguments, RunArguments};
use super::print::{Output, PrintArguments};
use super::values::{parse_count, parse_duration, parse_number};

/// How the rows of an import are worked on.
#[derive(Debug, Args)]
pub(crate) struct WorkingArguments {
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// In a database: how long after a machine's last sign of life others take its rows over (default 30s)
    #[arg(long, value_name = "TIME", default_value = "30s", hide_default_value = true, value_parser = parse_duration, hide_short_help = true)]
    pub(crate) lease: Duration,
    #[command(flatten)]
    pub(crate) calls: CallArguments,
    /// Import without trying the account and looking up the communities first
    #[arg(long, hide_short_help = true)]
    pub(crate) skip_preflight: bool,
    /// The most rows in flight at once (default: as many as the latency asks for)
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

/// Which service is called, how fast, and for how long.
#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    /// The service's quota, in calls a second, that is kept to (default 200); 0 does without pacing
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
    /// How long to go on while the service does not answer, such as 90s or 10m (default 1h)
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

#[derive(Debug, Args)]
pub(crate) struct SweepArguments {
    #[command(flatten)]
    pub(crate) journal: JournalArguments,
    #[command(flatten)]
    pub(crate) calls: CallArguments,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
