//! The arguments and the help of `convert`.

use clap::Args;

use super::doc::CommandDoc;
use super::input::InputArguments;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "convert",
    about: "Print the rows of a file as JSONL with the API's field names",
    notes: &[],
    examples: &[
        "topic-import convert channels.json --from slack --group-id @TGS#_a > a.jsonl",
        "topic-import convert stream_index.json --from zulip --groups groups.csv --fit",
    ],
    statuses: &[
        (0, "done"),
        (1, "could not start"),
        (2, "problems found; only the valid rows were written"),
    ],
};

#[derive(Debug, Args)]
pub(crate) struct ConvertArguments {
    #[command(flatten)]
    pub(crate) input: InputArguments,
}
