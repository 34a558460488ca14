use std::io;

use topic_import_core::Field;

use crate::journal::JournalError;

/// Why rows cannot be reported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// They cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// They cannot be written.
    #[error(transparent)]
    Write(#[from] io::Error),
    /// CSV cannot hold a row without changing it.
    #[error("line {line} cannot be written as CSV: {reason}")]
    NotInCsv {
        /// The line of the input on which the row began.
        line: u64,
        /// What CSV cannot hold.
        reason: NotInCsv,
    },
}

/// What CSV cannot hold of a row.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotInCsv {
    /// The row has no fields.
    #[error("it is not a JSON object")]
    NoObject,
    /// The row has something that a header must not name.
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
    /// A cell would be read as something else.
    #[error("{field} is {found}")]
    Value {
        /// The field.
        field: Field,
        /// What it is, in words.
        found: &'static str,
    },
    /// A cell of digits is a number in every row, or text in every row.
    #[error(
        "its From_Account is {found}, that of line {other_line} is {other}, and CSV cannot tell them apart"
    )]
    Accounts {
        /// What it is, in words.
        found: &'static str,
        /// The line of a row whose digits are the other.
        other_line: u64,
        /// What they are, in words.
        other: &'static str,
    },
}
