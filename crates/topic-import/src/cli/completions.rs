//! What can be written after `completions`.

use clap::Args;
use clap_complete::Shell;

use super::doc::CommandDoc;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "completions",
    about: "Write a shell's completions of this program to standard output",
    notes: &[],
    examples: &[
        "topic-import completions bash > topic-import.bash",
        "topic-import completions zsh > _topic-import",
    ],
    statuses: &[],
};

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_enum, hide_possible_values = true)]
    pub(crate) shell: Shell,
}
