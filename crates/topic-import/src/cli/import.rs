//! What can be written after `import`.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use topic_import_bulk::{CheckSettings, Retry, TopicIds};

use super::calls::WorkingArguments;
use super::doc::CommandDoc;
use super::input::{CommunityArguments, InputArguments};
use super::journal::{JournalAt, journal_parser};

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "import",
    about: "Import the topics of a file",
    notes: &[],
    examples: &[
        "topic-import import community.jsonl --emulator",
        "topic-import import community.csv --sdk-app-id 1400000001 --region singapore",
    ],
    statuses: &[
        (0, "every topic is there"),
        (1, "could not start: nothing was imported"),
        (2, "done, but not every row was imported"),
        (3, "stopped: the same command goes on"),
    ],
};

#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch")]
pub(crate) struct ImportArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    #[command(flatten)]
    pub(crate) communities: CommunityArguments,
    /// Who makes the TopicId of a row without one: derived (default) makes it from the row's content, and a lost answer can be settled; service leaves it to the service, and a lost answer leaves the row unknown
    #[arg(long, env = "TOPIC_IMPORT_TOPIC_IDS", hide_env = true, value_name = "WHO", default_value = "derived", hide_default_value = true, value_parser = topic_ids_parser(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) topic_ids: TopicIds,
    /// Send nothing, and say what would happen
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Import the sound rows although others are invalid, which then count as rejected
    #[arg(long)]
    pub(crate) skip_invalid: bool,
    /// Where the run is kept: a file (default FILE.journal), or a database on which several machines can work, postgres://USER@HOST/DATABASE
    #[arg(
        long,
        env = "TOPIC_IMPORT_JOURNAL",
        hide_env = true,
        value_name = "PLACE",
        value_parser = journal_parser(),
        hide_short_help = true
    )]
    pub(crate) journal: Option<JournalAt>,
    /// Try rows again that ended as rejected, conflict or unknown (separated by commas); an unknown row without a TopicId may be imported twice
    #[arg(long, value_name = "OUTCOMES", value_delimiter = ',', value_parser = retry_parser(), hide_possible_values = true, hide_short_help = true)]
    pub(crate) retry: Vec<Retry>,
    /// Import into an emulator on this machine; needs no account
    #[arg(long)]
    pub(crate) emulator: bool,
    #[command(flatten)]
    pub(crate) work: WorkingArguments,
}

impl ImportArguments {
    /// What an input is checked against.
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
