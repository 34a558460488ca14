//! The arguments and the help of `work`.

use clap::Args;

use super::calls::WorkingArguments;
use super::doc::CommandDoc;
use super::headings::JOURNAL;
use super::journal::{JournalAt, RunArguments, journal_parser};

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "work",
    about: "Join an import whose journal is in a database, from any machine",
    notes: &[],
    examples: &["topic-import work --journal postgres://ada@db.example.com/chat --region tokyo"],
    statuses: super::import::DOC.statuses,
};

#[derive(Debug, Args)]
pub(crate) struct WorkArguments {
    /// The database with the import's journal: postgres://USER@HOST/DATABASE
    #[arg(
        long,
        help_heading = JOURNAL,
        env = "TOPIC_IMPORT_JOURNAL",
        hide_env = true,
        value_name = "DATABASE",
        value_parser = journal_parser()
    )]
    pub(crate) journal: JournalAt,
    #[command(flatten)]
    pub(crate) run: RunArguments,
    #[command(flatten)]
    pub(crate) work: WorkingArguments,
}
