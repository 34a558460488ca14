use std::path::Path;

/// The format in which rows are written after a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowFormat {
    /// A JSON object on each line.
    Jsonl,
    /// Comma-separated values, with the names of the columns in the first record.
    Csv,
}

impl RowFormat {
    /// The format that a file's extension stands for: `jsonl`, `ndjson`, `json` or `csv`, in upper or lower case.
    pub fn from_extension(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match &*extension {
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}
