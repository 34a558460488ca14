//! The arguments and the help of `undo`.

use clap::Args;

use super::calls::SweepArguments;
use super::doc::CommandDoc;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "undo",
    about: "Destroy the topics that an import created, and no others",
    notes: &[
        "Topics that existed before the import are left alone, even if they are equal to its rows. Of a topic whose answer was lost, nobody knows whether it existed: it is left alone, too. undo counts what it left, says how to remove it, and exits with 2.",
    ],
    examples: &["topic-import undo community.jsonl.journal --region singapore"],
    statuses: &[
        (0, "all gone"),
        (1, "could not start, or was not confirmed"),
        (
            2,
            "some topics are still there, or may be: standard error says why, and what to do",
        ),
        (3, "stopped: run the same command again to continue"),
    ],
};

#[derive(Debug, Args)]
pub(crate) struct UndoArguments {
    #[command(flatten)]
    pub(crate) sweep: SweepArguments,
    /// Destroy the topics without asking for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
}
