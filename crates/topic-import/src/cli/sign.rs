//! The arguments and the help of `sign`.

use clap::Args;

use super::connection::AccountArguments;
use super::doc::CommandDoc;
use super::print::Output;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "sign",
    about: "Make a UserSig and print it, or show what one contains",
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
    /// Read a UserSig from standard input and show what it contains; if the secret key is given, also check that it was made with that key
    #[arg(long, conflicts_with = "expire")]
    pub(crate) inspect: bool,
    /// Format of the output of --inspect: text (default) or json
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
