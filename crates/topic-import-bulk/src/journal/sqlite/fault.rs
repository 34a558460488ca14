//! Errors of a journal in a file.

use std::io;
use std::path::Path;

use rusqlite::{ErrorCode, ffi};

use crate::journal::error::Obstacle;
use crate::journal::{JournalError, StorageError};

pub(super) type Result<T, E = JournalError> = std::result::Result<T, E>;

/// Why a piece of work failed: an error of SQLite, or an error about the journal.
#[derive(Debug)]
pub(super) enum Fault {
    Sqlite(rusqlite::Error),
    Journal(JournalError),
}

impl Fault {
    pub(super) fn into_error(self, doing: &'static str, path: &Path) -> JournalError {
        match self {
            Self::Sqlite(error) => sqlite_error(doing, path, &error),
            Self::Journal(error) => error,
        }
    }

    /// Turns an error about a value into one that names its row. What is wrong with the value does not matter.
    pub(super) fn in_row(self, number: i64) -> Self {
        match self {
            Self::Sqlite(
                rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::Utf8Error(..),
            ) => Self::Journal(JournalError::Damaged { number }),
            other => other,
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<JournalError> for Fault {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

/// Makes text that may come from a file safe to print: shortened, in one line, with control characters escaped.
pub(super) fn legible(text: &str) -> String {
    const MOST: usize = 200;
    let legible = |char: char| {
        let (escaped, plain) = if char.is_control() {
            (Some(char.escape_default()), None)
        } else {
            (None, Some(char))
        };
        escaped.into_iter().flatten().chain(plain)
    };
    text.chars().take(MOST).flat_map(legible).collect()
}

/// The error for something that SQLite could not do with a journal.
pub(super) fn sqlite_error(
    doing: &'static str,
    path: &Path,
    error: &rusqlite::Error,
) -> JournalError {
    let is_damage = match error {
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::Utf8Error(..)
        | rusqlite::Error::QueryReturnedNoRows
        | rusqlite::Error::SqlInputError { .. } => true,
        _ => {
            // One of SQLite's functions could not take a value: a request that is no JSON, a sum beyond 64 bits.
            let is_of_value = |error: &ffi::Error| error.extended_code == ffi::SQLITE_ERROR;
            error.sqlite_error().is_some_and(is_of_value)
                || matches!(
                    error.sqlite_error_code(),
                    Some(
                        ErrorCode::DatabaseCorrupt
                            | ErrorCode::NotADatabase
                            | ErrorCode::TooBig
                            // A row that was claimed is not among those of the input any more.
                            | ErrorCode::ConstraintViolation
                    )
                )
        }
    };
    // If SQLite rejects a statement, the error contains its text, which does not help the user.
    let what = match error {
        rusqlite::Error::SqlInputError { msg, .. } => legible(msg),
        _ => legible(&error.to_string()),
    };
    if is_damage {
        let journal = path.into();
        return JournalError::Corrupt { journal, what };
    }
    let obstacle = match error.sqlite_error_code() {
        _ if is_full(error) => Obstacle::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Obstacle::Locked,
        Some(ErrorCode::ReadOnly) => Obstacle::ReadOnly,
        _ => Obstacle::Other,
    };
    JournalError::Storage {
        doing,
        journal: path.into(),
        source: StorageError::new(obstacle, what),
    }
}

/// Whether the disk has no room left for the data, or for the index that SQLite keeps beside it.
pub(super) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        error.code == ErrorCode::DiskFull || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE
    })
}

/// The error that SQLite returns if the disk is full.
pub(super) fn full() -> rusqlite::Error {
    let words = "database or disk is full".to_owned();
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_FULL), Some(words))
}

pub(super) fn file_error(doing: &'static str, path: &Path, error: io::Error) -> JournalError {
    let obstacle = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Obstacle::Full,
        // If opening fails, it may be the permission to read that is missing.
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem if doing != "open" => {
            Obstacle::ReadOnly
        }
        _ => Obstacle::Other,
    };
    JournalError::Storage {
        doing,
        journal: path.into(),
        source: StorageError::new(obstacle, error),
    }
}
