//! What keeps a journal in a file from being read or written.

use std::io;
use std::path::Path;

use rusqlite::{ErrorCode, ffi};

use crate::journal::error::Obstacle;
use crate::journal::{JournalError, StorageError};

pub(super) type Result<T, E = JournalError> = std::result::Result<T, E>;

/// What keeps a piece of work from being done: SQLite, or what stands in the journal.
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

    /// What is wrong with a value is no matter: it is known where it stands.
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

/// Text that may be a file's, in a line that does nothing to a terminal.
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

/// What SQLite could not do with a journal.
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
        _ => matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::TooBig)
        ),
    };
    // Where a statement itself is what fails, the error repeats it: it is no matter of the file's owner.
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

/// Whether no room is left for the data, or for the index that SQLite keeps beside it.
pub(super) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        error.code == ErrorCode::DiskFull || error.extended_code == ffi::SQLITE_IOERR_SHMSIZE
    })
}

/// What SQLite says of a full disk.
pub(super) fn full() -> rusqlite::Error {
    let words = "database or disk is full".to_owned();
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_FULL), Some(words))
}

pub(super) fn file_error(doing: &'static str, path: &Path, error: io::Error) -> JournalError {
    let obstacle = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Obstacle::Full,
        // What cannot be opened may not be readable either.
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
