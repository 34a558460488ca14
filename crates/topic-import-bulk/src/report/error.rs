use std::io;

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
        /// What CSV cannot hold, in words.
        reason: String,
    },
}
