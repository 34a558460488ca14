//! Bytes as texts: lines, records and documents, whatever they mean.

pub(crate) mod csv_records;
pub(crate) mod elements;
pub(crate) mod encoding;
pub(crate) mod formula_guard;
pub(crate) mod json_text;
pub(crate) mod json_value;
pub(crate) mod legible;
pub(crate) mod lines;
pub(crate) mod members;
pub(crate) mod spreadsheet;
pub(crate) mod table;
