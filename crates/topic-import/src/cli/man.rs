//! The arguments and the help of `man`.

use std::path::PathBuf;

use clap::Args;

use super::doc::CommandDoc;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "man",
    about: "Write the man pages of this program to a directory",
    notes: &[],
    examples: &["topic-import man pages"],
    statuses: &[],
};

#[derive(Debug, Args)]
pub(crate) struct ManArguments {
    /// Directory for topic-import.1 and a page for each command; it is created if it does not exist
    #[arg(value_name = "DIRECTORY")]
    pub(crate) directory: PathBuf,
}
