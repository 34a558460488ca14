use std::path::Path;

use crate::input::Format;

/// How rows are written down for what comes after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowFormat {
    /// A JSON object on each line.
    Jsonl,
    /// Comma-separated values, the columns' names in the first record.
    Csv,
}

impl RowFormat {
    /// The format that a file's extension tells: `jsonl`, `ndjson`, `json` or `csv`, in any case.
    pub fn from_extension(path: &Path) -> Option<Self> {
        match Format::from_extension(path)? {
            Format::Jsonl => Some(Self::Jsonl),
            Format::Csv => Some(Self::Csv),
            Format::Json | Format::Export(_) => None,
        }
    }
}
