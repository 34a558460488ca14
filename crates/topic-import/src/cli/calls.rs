//! The options for calling the service and for importing rows.

use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use topic_import_core::Rate;

use super::connection::ConnectionArguments;
use super::headings::{JOURNAL, OUTPUT, PACE, SERVICE};
use super::journal::JournalArguments;
use super::print::{Output, PrintArguments};
use super::values::{parse_count, parse_duration, parse_number};

/// How the rows of an import are processed.
#[derive(Debug, Args)]
pub(crate) struct WorkingArguments {
    /// If the journal is in a database: how long a machine that is silent keeps its rows (default 30s)
    #[arg(long, help_heading = JOURNAL, value_name = "TIME", default_value = "30s", hide_default_value = true, value_parser = parse_duration, hide_short_help = true)]
    pub(crate) lease: Duration,
    #[command(flatten)]
    pub(crate) calls: CallArguments,
    /// Import without trying the account and looking up the communities first
    #[arg(long, help_heading = SERVICE, hide_short_help = true)]
    pub(crate) skip_preflight: bool,
    /// How many rows to import at the same time at most (default: as many as the whole rate requires)
    #[arg(long, help_heading = PACE,
        env = "TOPIC_IMPORT_CONCURRENCY",
        hide_env = true,
        value_name = "ROWS",
        value_parser = parse_count::<NonZeroUsize>,
        hide_short_help = true
    )]
    pub(crate) concurrency: Option<NonZeroUsize>,
    /// Format of the final summary: text (default) or json
    #[arg(long, help_heading = OUTPUT,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true, hide_short_help = true)]
    pub(crate) output: Output,
}

/// Which service is called, how fast, and for how long.
#[derive(Debug, Args)]
pub(crate) struct CallArguments {
    #[command(flatten)]
    pub(crate) connection: ConnectionArguments,
    /// The app's quota, in calls per second for each command of the API; calls are sent evenly at 99% of it (default 200; 0 sends them without pacing)
    #[arg(long, help_heading = PACE,
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
    /// How long to keep trying while the service does not answer, such as 90s or 10m (default 1h); before its first answer, 15s at most
    #[arg(long, help_heading = PACE, value_name = "TIME", default_value = "1h", hide_default_value = true, value_parser = parse_duration, hide_short_help = true)]
    pub(crate) give_up_after: Duration,
    /// Log all messages and calls as JSON lines, in a new file or at the end of an earlier log
    #[arg(long, help_heading = OUTPUT, value_name = "FILE", hide_short_help = true)]
    pub(crate) log_file: Option<PathBuf>,
    /// Do not print progress
    #[arg(long, help_heading = OUTPUT, short, hide_short_help = true)]
    pub(crate) quiet: bool,
}

impl CallArguments {
    /// The quota that calls are paced to; `--rate 0` turns pacing off.
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
