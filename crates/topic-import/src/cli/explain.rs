//! What can be written after `explain`.

use clap::Args;

use super::doc::CommandDoc;
use super::print::PrintArguments;
use super::values::parse_number;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "explain",
    about: "Say what an error code means and what to do about it; without a code, list all",
    notes: &[],
    examples: &[
        "topic-import explain 10021",
        "topic-import explain --output json",
    ],
    statuses: &[],
};

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// An ErrorCode of the service
    #[arg(allow_negative_numbers = true, value_parser = parse_number::<i64>)]
    pub(crate) code: Option<i64>,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
