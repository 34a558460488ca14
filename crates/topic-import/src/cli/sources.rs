//! What can be written after `sources`.

use clap::Args;

use super::doc::CommandDoc;
use super::print::PrintArguments;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "sources",
    about: "List the chat systems whose exports can be read; with a name, print its program",
    notes: &[
        "A program says which files and members are read and what becomes of them. Save one, change it, and give it with --from FILE.jq.",
    ],
    examples: &[
        "topic-import sources --output json",
        "topic-import sources slack > my-slack.jq",
    ],
    statuses: &[],
};

#[derive(Debug, Args)]
pub(crate) struct SourcesArguments {
    /// A chat system, such as slack
    pub(crate) name: Option<String>,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
