//! `import`

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use topic_import_bulk::{Retry, TopicIds};

use super::calls::WorkingArguments;
use super::input::{CommunityArguments, InputArguments};
use super::journal::{JournalAt, journal_parser};

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
