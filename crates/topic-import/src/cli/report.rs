//! The arguments and the help of `report`.

use std::path::PathBuf;

use clap::Args;

use super::doc::CommandDoc;
use super::journal::JournalArguments;
use super::print::PrintArguments;

pub(crate) const DOC: CommandDoc = CommandDoc {
    name: "report",
    about: "Report what became of each row of an import, and what to do about failures",
    notes: &[],
    examples: &[
        "topic-import report community.jsonl.journal",
        "topic-import report community.jsonl.journal --rows map.csv --failed mend.jsonl",
        "topic-import report community.jsonl.journal --html report.html",
    ],
    statuses: &[
        (0, "every topic is there"),
        (1, "could not start"),
        (2, "some topics are not there"),
    ],
};

#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    pub(crate) journal: JournalArguments,
    /// Write the rows that failed to a new .jsonl or .csv file, to be corrected and imported from there
    #[arg(long, value_name = "FILE")]
    pub(crate) failed: Option<PathBuf>,
    /// Write the outcome and the TopicId of every row to a new .jsonl or .csv file
    #[arg(long, value_name = "FILE")]
    pub(crate) rows: Option<PathBuf>,
    /// Begin .csv files with a byte-order mark, so that Excel shows every letter right
    #[arg(long)]
    pub(crate) excel: bool,
    /// Write the report as a web page to a new .html file
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) print: PrintArguments,
}
