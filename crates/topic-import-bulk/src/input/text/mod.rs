//! Bytes as texts: lines, records and documents, whatever they mean.

pub(crate) mod csv_records;
pub(crate) mod elements;
pub(crate) mod encoding;
pub(crate) mod formula_guard;
pub(crate) mod json_error;
pub(crate) mod json_text;
pub(crate) mod json_value;
pub(crate) mod legible;
pub(crate) mod lines;
pub(crate) mod members;
#[cfg(not(feature = "spreadsheets"))]
mod no_spreadsheet;
pub(crate) mod sheet;
#[cfg(feature = "spreadsheets")]
mod spreadsheet;
pub(crate) mod table;

#[cfg(not(feature = "spreadsheets"))]
pub(crate) use no_spreadsheet::SheetRecords;
#[cfg(feature = "spreadsheets")]
pub(crate) use spreadsheet::SheetRecords;
