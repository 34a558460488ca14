use std::path::Path;

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
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match &*extension {
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}
