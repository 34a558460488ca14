//! The file of a journal: whose it is, who may write it, and which version it has.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _};

use super::Result;
use crate::journal::{JournalError, StorageError};

/// Says to SQLite's tools whose file it is: `TOPI`.
const APPLICATION_ID: i64 = 0x544f_5049;
/// From one version of the schema to the next.
const MIGRATIONS: [&str; 1] = [include_str!("../schema_1.sql")];
/// How long a statement waits for a reader that is just opening or closing the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// What SQLite could not do with a journal.
pub(super) fn sqlite_error(
    doing: &'static str,
    path: &Path,
    error: rusqlite::Error,
) -> JournalError {
    let is_full = error.sqlite_error_code() == Some(ErrorCode::DiskFull);
    JournalError::Storage {
        doing,
        path: path.to_owned(),
        source: StorageError::new(is_full, error),
    }
}

fn file_error(doing: &'static str, path: &Path, error: io::Error) -> JournalError {
    let is_full = matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    );
    JournalError::Storage {
        doing,
        path: path.to_owned(),
        source: StorageError::new(is_full, error),
    }
}

/// Makes a new file for a journal that is still to be loaded. One that was not loaded to its end is replaced.
pub(super) fn create(path: &Path) -> Result<Connection> {
    match open_to_write(path) {
        Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => {}
        Err(error) => return Err(error),
        Ok(_) => {
            let error = io::Error::from(io::ErrorKind::AlreadyExists);
            return Err(file_error("create", path, error));
        }
    }
    remove(path)?;
    let create = || {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        migrate(&mut connection, 0)?;
        Ok(connection)
    };
    create().map_err(|error| sqlite_error("create", path, error))
}

/// Makes sure that no other process writes the journal.
pub(super) fn lock(path: &Path) -> Result<File> {
    let mut lock_path = path.as_os_str().to_owned();
    lock_path.push("-lock");
    let cannot = |error| file_error("lock", path, error);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock_path)
        .map_err(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse { path: path.into() }),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// Removes a journal that does not count, and what SQLite keeps beside it.
fn remove(path: &Path) -> Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let mut file = path.as_os_str().to_owned();
        file.push(suffix);
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(file_error("replace", path, error));
            }
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn open_to_write(path: &Path) -> Result<Connection> {
    let mut connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let version = version(path, &connection)?;
    migrate(&mut connection, version)
        .and_then(|()| connection.pragma_update(None, "synchronous", "full"))
        .map_err(|error| sqlite_error("open", path, error))?;
    ensure_loaded(path, &connection)?;
    Ok(connection)
}

pub(super) fn open_to_read(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if version(path, &connection)? == 0 {
        return Err(JournalError::NotLoaded { path: path.into() });
    }
    ensure_loaded(path, &connection)?;
    Ok(connection)
}

pub(super) fn ensure_is_there(path: &Path) -> Result<()> {
    size(path).map(|_| ())
}

fn size(path: &Path) -> Result<u64> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(JournalError::Missing { path: path.into() })
        }
        Err(error) => Err(file_error("open", path, error)),
    }
}

/// Opens a file that is there and is one of ours.
fn open(path: &Path, access: OpenFlags) -> Result<Connection> {
    if size(path)? == 0 {
        return Err(JournalError::NotLoaded { path: path.into() });
    }
    let open = || {
        let connection =
            Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        Ok((connection, id))
    };
    match open() {
        Ok((connection, APPLICATION_ID)) => Ok(connection),
        Ok(_) => Err(JournalError::NotAJournal { path: path.into() }),
        Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::NotADatabase => {
            Err(JournalError::NotAJournal { path: path.into() })
        }
        Err(error) => Err(sqlite_error("open", path, error)),
    }
}

/// The version of the schema, if this program knows it.
fn version(path: &Path, connection: &Connection) -> Result<usize> {
    let found: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| sqlite_error("open", path, error))?;
    match usize::try_from(found) {
        Ok(version) if version <= MIGRATIONS.len() => Ok(version),
        _ => Err(JournalError::TooNew {
            path: path.into(),
            found,
            known: MIGRATIONS.len(),
        }),
    }
}

fn migrate(connection: &mut Connection, from: usize) -> rusqlite::Result<()> {
    for (version, script) in (1_i64..).zip(MIGRATIONS).skip(from) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(script)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

fn ensure_loaded(path: &Path, connection: &Connection) -> Result<()> {
    let is_loaded = rows_loaded(connection)
        .optional()
        .map_err(|error| sqlite_error("read", path, error))?;
    match is_loaded {
        Some(_) => Ok(()),
        None => Err(JournalError::NotLoaded { path: path.into() }),
    }
}

/// How many rows the input has.
pub(super) fn rows_loaded(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT rows FROM loaded", [], |row| row.get(0))
}
