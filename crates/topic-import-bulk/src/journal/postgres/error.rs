//! Decides which errors of a database are temporary, and turns the others into errors of a journal.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;
use topic_import_shared_quota::said;

use crate::journal::{JournalError, JournalName, StorageError};

/// Errors with which a database that can be reached refuses a statement for now, because of other users or of a limit
/// that its owner has set.
const REFUSED_FOR_NOW: [SqlState; 7] = [
    SqlState::LOCK_NOT_AVAILABLE,
    SqlState::QUERY_CANCELED,
    SqlState::T_R_SERIALIZATION_FAILURE,
    SqlState::T_R_DEADLOCK_DETECTED,
    SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN,
    SqlState::READ_ONLY_SQL_TRANSACTION,
    SqlState::TOO_MANY_CONNECTIONS,
];
/// Codes with which a database ends a connection that may be made again.
const CONNECTION_ENDED: [&str; 6] = ["57P01", "57P02", "57P03", "57P05", "25P03", "25P04"];

/// Whether an error is temporary: the same statement may succeed later without anybody's help.
pub(super) fn is_passing(error: &Error) -> bool {
    let Some(state) = error.code() else {
        // The connection was lost, could not be made, or took too long.
        let is_io = |source: &(dyn std::error::Error + 'static)| source.is::<std::io::Error>();
        return error.is_closed() || error.source().is_none_or(is_io);
    };
    state.code().starts_with("08")
        || CONNECTION_ENDED.contains(&state.code())
        || is_refused_for_now(error)
}

/// Whether a connection has no cursor any more, because a pooler has given it another session of the server.
pub(super) fn lacks_cursor(error: &Error) -> bool {
    error.code() == Some(&SqlState::INVALID_CURSOR_NAME)
}

/// Whether the database can be reached, and refused the statement only for now.
pub(super) fn is_refused_for_now(error: &Error) -> bool {
    error
        .code()
        .is_some_and(|state| REFUSED_FOR_NOW.contains(state))
}

/// Turns an error of the database into one of the journal.
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
