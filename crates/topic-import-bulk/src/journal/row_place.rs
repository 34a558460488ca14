//! Where a row of a journal stands in the input.

use std::fmt;

use serde::Serialize;
use topic_import_core::escaped;

use crate::input::problem::line_of;

/// Where a row stands in the input. Displayed as `line 3` or, if the input is several files, `line 3 of b.jsonl`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[non_exhaustive]
pub struct RowPlace {
    /// The line on which the row begins.
    pub line: u64,
    /// The file; `None` if the input is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
}

impl RowPlace {
    /// A line of this file.
    pub const fn new(line: u64, file: Option<String>) -> Self {
        Self { line, file }
    }

    /// A line of an input that is only one file.
    pub const fn line(line: u64) -> Self {
        Self::new(line, None)
    }
}

impl fmt::Display for RowPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.as_ref().map(|file| escaped(file).to_string());
        f.write_str(&line_of(self.line, file.as_deref()))
    }
}
