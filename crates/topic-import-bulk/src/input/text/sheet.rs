//! Which sheet of a spreadsheet was read.

use serde::Serialize;

/// The name of the thread in which a spreadsheet is read. A damaged one may make the library that reads it panic. That is
/// caught and becomes an error like any other, but the process's panic hook is called, and can tell such a panic by the
/// thread's name.
pub const SPREADSHEET_THREAD: &str = "spreadsheet";

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
