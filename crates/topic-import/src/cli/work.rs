//! What can be written after `work`.

use clap::Args;

use super::calls::WorkingArguments;
use super::doc::CommandDoc;
use super::journal::{JournalAt, journal_parser};

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "work",
    about: "Help with an import that is kept in a database, from any machine",
    notes: &[],
    examples: &["topic-import work --journal postgres://ada@db.example.com/chat --region tokyo"],
    statuses: super::import::DOC.statuses,
};

#[derive(Debug, Args)]
pub(crate) struct WorkArguments {
    /// The database in which the run is kept: postgres://USER@HOST/DATABASE
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
