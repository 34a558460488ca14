//! What can be written after `undo`.

use clap::Args;

use super::calls::SweepArguments;
use super::doc::CommandDoc;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "undo",
    about: "Destroy the topics that an import created, and no others",
    notes: &["Topics that were there before the import, equal to its rows, are left alone."],
    examples: &["topic-import undo community.jsonl.journal --region singapore"],
    statuses: &[
        (0, "all gone"),
        (1, "could not start, or was not confirmed"),
        (2, "some topics are left, or may be"),
        (3, "stopped: the same command goes on"),
    ],
};

#[derive(Debug, Args)]
pub(crate) struct UndoArguments {
    #[command(flatten)]
    pub(crate) sweep: SweepArguments,
    /// Destroy without asking first
    #[arg(long)]
    pub(crate) yes: bool,
}
