//! The arguments and the help of `explain`.

use clap::Args;

use super::doc::CommandDoc;
use super::print::PrintArguments;
use super::values::parse_number;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "explain",
    about: "Explain an error code of the service, and what to do about it; without a code, list all codes",
    notes: &[],
    examples: &[
        "topic-import explain 10021",
        "topic-import explain --output json",
    ],
    statuses: &[],
};

#[derive(Debug, Args)]
pub(crate) struct ExplainArguments {
    /// The ErrorCode that the service returned
    #[arg(allow_negative_numbers = true, value_parser = parse_number::<i64>)]
    pub(crate) code: Option<i64>,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
