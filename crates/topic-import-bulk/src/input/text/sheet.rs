//! Which sheet of a spreadsheet was read.

use serde::Serialize;

/// The sheet of a spreadsheet that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Sheet {
    /// The file in which it is, where an input is several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Its name.
    pub name: String,
    /// The names of the others.
    pub others: Vec<String>,
}
