use std::io;

use topic_import_core::Field;

use crate::journal::{JournalError, RowPlace};

/// Why rows cannot be reported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The output cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// CSV cannot hold a row without changing it.
    #[error("{place} cannot be written as CSV: {reason}")]
    NotInCsv {
        /// Where the row stands in the input.
        place: RowPlace,
        /// What CSV cannot hold.
        reason: NotInCsv,
    },
}

/// Why CSV cannot hold a row without changing it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotInCsv {
    /// The row is not a JSON object, so it has no fields.
    #[error("it is not a JSON object")]
    NoObject,
    /// The row has no value, and a line of empty cells is passed over where a CSV is read.
    #[error("nothing stands in it")]
    Nothing,
    /// The row has a field that is not part of the API, so it cannot be a column.
    #[error("{name:?} is no field of import_topic")]
    UnknownField {
        /// The beginning of its name.
        name: String,
    },
    /// The row has a field twice.
    #[error("{field} is given twice")]
    FieldTwice {
        /// The field.
        field: Field,
    },
    /// A cell with the field's value would be read as a different value.
    #[error("{field} is {found}")]
    Value {
        /// The field.
        field: Field,
        /// What it is, in words.
        found: &'static str,
    },
    /// One row has digits as a number, another one as text; in a CSV, they are read in the same way in every row.
    #[error(
        "its From_Account is {found}, that of {first} is {other}, and CSV cannot tell them apart"
    )]
    Accounts {
        /// What it is, in words.
        found: &'static str,
        /// Where the first row stands, whose digits are of the other kind.
        first: RowPlace,
        /// What that row's digits are, in words.
        other: &'static str,
    },
}
