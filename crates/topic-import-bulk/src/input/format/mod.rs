//! How rows are written down: one file for each format.

pub(crate) mod answer;
pub(crate) mod csv;
mod detect;
pub(crate) mod export;
pub(crate) mod json;
pub(crate) mod jsonl;

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
    /// Comma-separated values, the fields' names in the first record.
    Csv,
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
            Self::Csv => &["*.csv"],
            Self::Json => &["*.json"],
            Self::Export(export) => return export.head().files.clone(),
        };
        names.iter().map(ToString::to_string).collect()
    }

    /// Its name in arguments: `jsonl`, `csv`, `json`, or that of the chat system.
    pub fn name(&self) -> &str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Export(export) => export.name(),
        }
    }
}
