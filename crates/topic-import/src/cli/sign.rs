//! What can be written after `sign`.

use clap::Args;

use super::connection::AccountArguments;
use super::doc::CommandDoc;
use super::print::Output;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "sign",
    about: "Print a UserSig, or say what one holds",
    notes: &[],
    examples: &[
        "topic-import sign --sdk-app-id 1400000001 --secret-key-file key",
        "topic-import sign --inspect < user.sig",
    ],
    statuses: &[
        (0, "done"),
        (1, "could not start"),
        (2, "the UserSig was not made with the key"),
    ],
};

#[derive(Debug, Args)]
pub(crate) struct SignArguments {
    #[command(flatten)]
    pub(crate) account: AccountArguments,
    /// How long the UserSig is valid, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    pub(crate) expire: u64,
    /// From when on it is valid, in Unix seconds; without it, from now
    #[arg(long, value_name = "UNIX_SECONDS")]
    pub(crate) time: Option<u64>,
    /// Read a UserSig from standard input and print what it says; given the secret key, also whether it was made with it
    #[arg(long, conflicts_with_all = ["expire", "time"])]
    pub(crate) inspect: bool,
    /// What --inspect prints: text (default) or json
    #[arg(
        long,
        value_enum,
        default_value_t,
        hide_default_value = true,
        hide_possible_values = true,
        requires = "inspect"
    )]
    pub(crate) output: Output,
}
