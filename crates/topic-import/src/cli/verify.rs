//! The arguments and the help of `verify`.

use clap::Args;

use super::calls::SweepArguments;
use super::doc::CommandDoc;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "verify",
    about: "Read every imported topic back and compare it with its row",
    notes: &[],
    examples: &["topic-import verify community.jsonl.journal --region singapore"],
    statuses: &[
        (0, "all equal"),
        (1, "could not start"),
        (2, "some topics are missing or different"),
        (
            3,
            "stopped, or some topics could not be read: run the same command again to start over",
        ),
    ],
};

#[derive(Debug, Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    pub(crate) sweep: SweepArguments,
}
