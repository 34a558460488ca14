//! What a database that does not do what it is asked means for a journal.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;
use topic_import_shared_quota::said;

use crate::journal::{JournalError, JournalName, StorageError};

/// What a database that is there does not do for now: others are in the way, or a limit that its owner has set.
const REFUSED_FOR_NOW: [SqlState; 7] = [
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::QUERY_CANCELED,
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
    SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN,
    SqlState::READ_ONLY_SQL_TRANSACTION,
    SqlState::TOO_MANY_CONNECTIONS,
];
/// How a database ends a connection that may be made anew.
const CONNECTION_ENDED: [&str; 6] = ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04"];

/// Whether the same statement may work later without anybody doing something about it.
pub(super) fn is_passing(error: &Error) -> bool {
    let Some(state) = error.code() else {
        // The connection is cut, could not be made, or took too long.
        let is_io = |source: &(dyn std::error::Error + 'static)| source.is::<std::io::Error>();
        return error.is_closed() || error.source().is_none_or(is_io);
    };
    state.code().starts_with("08")
        || CONNECTION_ENDED.contains(&state.code())
        || is_refused_for_now(error)
}

/// Whether the database is there and only refused this time.
pub(super) fn is_refused_for_now(error: &Error) -> bool {
    error
        .code()
        .is_some_and(|state| REFUSED_FOR_NOW.contains(state))
}

/// Why a journal cannot be used.
pub(super) fn journal_error(
    doing: &'static str,
    journal: &JournalName,
    error: &Error,
) -> JournalError {
    let journal = journal.clone();
    let source = StorageError::other(said(error));
    let Some(state) = error.code() else {
        return match said(error).as_str() {
            _ if is_passing(error) => JournalError::Unreachable { journal, source },
            "password missing" => JournalError::AccessDenied { journal, source },
            _ => JournalError::Storage {
                doing,
                journal,
                source,
            },
        };
    };
    match state {
        state if state.code().starts_with("28") => JournalError::AccessDenied { journal, source },
        &SqlState::INVALID_CATALOG_NAME => JournalError::NoDatabase { journal, source },
        &SqlState::INSUFFICIENT_PRIVILEGE => JournalError::NotPermitted {
            doing,
            journal,
            source,
        },
        _ if is_passing(error) => JournalError::Unreachable { journal, source },
        _ => JournalError::Storage {
            doing,
            journal,
            source,
        },
    }
}
