//! How rows are written down: one file for each format.

pub(crate) mod answer;
mod detect;
pub(crate) mod export;
pub(crate) mod json;
pub(crate) mod jsonl;
pub(crate) mod page;
pub(crate) mod table;

use crate::input::export::Export;

/// How rows are written down.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a further one must be handled everywhere"
)]
pub enum Format {
    /// A JSON object on each line.
    Jsonl,
    /// Comma-separated values, the fields' names in the first record; or separated by semicolons or tabs.
    Csv,
    /// A spreadsheet (`.xlsx`, `.xls`, `.ods`), the fields' names in the first row.
    Spreadsheet,
    /// JSON documents: lists of objects, or objects that hold one.
    Json,
    /// As another chat system exported it.
    Export(Export),
}

impl Format {
    /// Which files of a directory or an archive are so written: names, or what stands around the `*` of names.
    pub(crate) fn files(&self) -> Vec<String> {
        let names: &[&str] = match self {
            Self::Jsonl => &["*.jsonl", "*.ndjson"],
            Self::Csv => &["*.csv", "*.tsv", "*.tab"],
            Self::Spreadsheet => &["*.xlsx", "*.xlsm", "*.xls", "*.ods"],
            Self::Json => &["*.json"],
            Self::Export(export) => return export.head().files.clone(),
        };
        names.iter().map(ToString::to_string).collect()
    }

    /// Its name in arguments: `jsonl`, `csv`, `spreadsheet`, `json`, or that of the chat system.
    pub fn name(&self) -> &str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Spreadsheet => "spreadsheet",
            Self::Json => "json",
            Self::Export(export) => export.name(),
        }
    }
}
