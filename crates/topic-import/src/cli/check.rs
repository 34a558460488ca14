//! What can be written after `check`.

use clap::Args;

use super::doc::CommandDoc;
use super::input::{CommunityArguments, InputArguments};
use super::print::PrintArguments;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "check",
    about: "Check a file and send nothing",
    notes: &[],
    examples: &[
        "topic-import check community.jsonl",
        "topic-import check community.csv --group-id @TGS#_riverside --output json",
    ],
    statuses: &[
        (0, "no problems"),
        (1, "could not start"),
        (2, "problems found"),
    ],
};

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
    #[command(flatten)]
    pub(crate) communities: CommunityArguments,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
