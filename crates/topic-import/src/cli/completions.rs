//! The arguments and the help of `completions`.

use clap::Args;
use clap_complete::Shell;

use super::doc::CommandDoc;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "completions",
    about: "Print a script for a shell to complete this program's arguments",
    notes: &[],
    examples: &[
        "topic-import completions bash > topic-import.bash",
        "topic-import completions zsh > _topic-import",
    ],
    statuses: &[],
};

#[derive(Debug, Args)]
pub(crate) struct CompletionsArguments {
    /// The shell: bash, elvish, fish, powershell or zsh
    #[arg(value_enum, hide_possible_values = true)]
    pub(crate) shell: Shell,
}
