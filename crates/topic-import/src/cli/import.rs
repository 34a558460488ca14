//! The arguments and the help of `import`.

use std::num::NonZeroU64;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use topic_import_bulk::Retry;
use topic_import_bulk::check::{CheckSettings, TopicIds};

use super::calls::WorkingArguments;
use super::doc::CommandDoc;
use super::headings::{INPUT, JOURNAL, SERVICE};
use super::input::{CommunityArguments, InputArguments};
use super::journal::{JournalAt, journal_parser};
use super::values::parse_count;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "import",
    about: "Import the topics of a file",
    notes: &[],
    examples: &[
        "topic-import import community.jsonl --emulator",
        "topic-import import community.csv --sdk-app-id 1400000001 --region singapore",
    ],
    statuses: &[
        (
            0,
            "every topic is there; with --limit, every one of the first N rows",
        ),
        (1, "could not start: nothing was imported"),
        (2, "done, but not every row was imported"),
        (3, "stopped: run the same command again to continue"),
    ],
};

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch")]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    #[command(flatten)]
    pub(crate) communities: CommunityArguments,
    /// Where a row without a TopicId gets one: derived (default) computes it from the row's content, so that the topic can be found again if an answer is lost; service lets the service assign it, and a row whose answer is lost becomes unknown
    #[arg(long, help_heading = INPUT, env = "TOPIC_IMPORT_TOPIC_IDS", hide_env = true, value_name = "WHO", default_value = "derived", hide_default_value = true, value_parser = topic_ids_parser(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) topic_ids: TopicIds,
    /// Send nothing, and print what an import would do
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// For a trial: import only the first N rows; a larger N, or none, continues
    #[arg(long, help_heading = INPUT, value_name = "N", value_parser = parse_count::<NonZeroU64>)]
    pub(crate) limit: Option<NonZeroU64>,
    /// Import the valid rows even if others are invalid; the invalid ones count as rejected
    #[arg(long, help_heading = INPUT, hide_short_help = true)]
    pub(crate) skip_invalid: bool,
    /// Where the progress is recorded, so that the import can be continued: a file (default FILE.journal), or postgres://USER@HOST/DATABASE, which several machines can share
    #[arg(long, help_heading = JOURNAL,
        env = "TOPIC_IMPORT_JOURNAL",
        hide_env = true,
        value_name = "PLACE",
        value_parser = journal_parser(),
        hide_short_help = true
    )]
    pub(crate) journal: Option<JournalAt>,
    /// If the journal is in a database: the name of the run there (default: the name of FILE)
    #[arg(long, help_heading = JOURNAL, value_name = "NAME", hide_short_help = true)]
    pub(crate) run: Option<String>,
    /// Try again the rows with these outcomes, separated by commas: rejected, conflict, unknown; an unknown row without a TopicId may be imported twice
    #[arg(long, help_heading = JOURNAL, value_name = "OUTCOMES", value_delimiter = ',', value_parser = retry_parser(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) retry: Vec<Retry>,
    /// Import into an emulator that runs only as long as this command; needs no account
    #[arg(long, help_heading = SERVICE)]
    pub(crate) emulator: bool,
    #[command(flatten)]
    pub(crate) work: WorkingArguments,
}

impl ImportArguments {
    /// The settings with which the input is checked.
    pub(crate) fn check_settings(&self) -> CheckSettings {
        let mut settings = self.communities.check_settings();
        settings.topic_ids = self.topic_ids;
        settings.keep_problems = self.input.problems.is_some();
        settings
    }
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
