//! The file of a journal: whose it is, who may write it, and which version it has.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension as _, ffi};

use super::Result;
use crate::journal::error::Obstacle;
use crate::journal::{JournalError, StorageError};

/// Says to SQLite's tools whose file it is: `TOPI`.
const APPLICATION_ID: i64 = 0x544f_5049;
/// From one version of the schema to the next.
const MIGRATIONS: [&str; 1] = [include_str!("../schema_1.sql")];
/// How long a statement waits for somebody else who has locked the file.
const BUSY_TIMEOUT: Duration = Duration::from_mins(1);

/// How much of a journal SQLite keeps in memory while a run goes on.
const CACHE_KIB: i64 = 400;

/// What SQLite could not do with a journal.
pub(super) fn sqlite_error(
    doing: &'static str,
    path: &Path,
    error: rusqlite::Error,
) -> JournalError {
    let obstacle = match error.sqlite_error_code() {
        _ if is_full(&error) => Obstacle::Full,
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Obstacle::Locked,
        _ => Obstacle::Other,
    };
    JournalError::Storage {
        doing,
        journal: path.into(),
        source: StorageError::new(obstacle, error),
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
        _ => Obstacle::Other,
    };
    JournalError::Storage {
        doing,
        journal: path.into(),
        source: StorageError::new(obstacle, error),
    }
}

/// Makes a new file for a journal that is still to be loaded. One that was not loaded to its end is replaced.
pub(super) fn create(path: &Path) -> Result<Connection> {
    match open_to_write(path) {
        Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => {}
        Err(error) => return Err(error),
        // Another process has begun it meanwhile, and has even ended.
        Ok(_) => {
            return Err(JournalError::InUse {
                journal: path.into(),
            });
        }
    }
    remove(path)?;
    let create = || {
        let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let mut connection = connect(path, access)?;
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        migrate(&mut connection, 0)?;
        Ok(connection)
    };
    create().map_err(|error| sqlite_error("create", path, error))
}

/// Makes sure that no other process writes the journal.
pub(super) fn lock(path: &Path) -> Result<File> {
    let cannot = |error| file_error("lock", path, error);
    // Under whatever name it is given, a journal has one lock.
    let mut lock_path = real(path).map_err(cannot)?.into_os_string();
    lock_path.push("-lock");
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock_path)
        .map_err(cannot)?;
    match try_lock(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse {
            journal: path.into(),
        }),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// A process that this one starts holds a lock of this one as well until its own program runs: that is waited for.
fn try_lock(file: &File) -> std::result::Result<(), TryLockError> {
    const TRIES: u32 = 10;
    const BETWEEN: Duration = Duration::from_millis(30);
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(BETWEEN),
            result => return result,
        }
    }
    file.try_lock()
}

/// Where a file is or will be, links followed.
fn real(path: &Path) -> io::Result<PathBuf> {
    if let Ok(real) = fs::canonicalize(path) {
        return Ok(real);
    }
    if let Ok(target) = fs::read_link(path) {
        let directory = path.parent().unwrap_or(Path::new(""));
        return real(&directory.join(target));
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let directory = fs::canonicalize(directory).map_err(|error| {
        let directory = directory.display();
        io::Error::new(error.kind(), format!("there is no directory {directory}"))
    })?;
    Ok(directory.join(path.file_name().unwrap_or_default()))
}

/// Removes a journal that does not count, and what SQLite keeps beside it.
fn remove(path: &Path) -> Result<()> {
    let real = real(path).map_err(|error| file_error("replace", path, error))?;
    for suffix in ["", "-wal", "-shm"] {
        let mut file = real.clone().into_os_string();
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
        .and_then(|()| make_durable(&connection))
        .map_err(|error| sqlite_error("open", path, error))?;
    ensure_loaded(path, &connection)?;
    Ok(connection)
}

/// From now on, what is committed is on disk, and rows pass by: more than the last pages are read no second time.
pub(super) fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "synchronous", "full")?;
    // Where syncing alone leaves the data in the disk's own memory: macOS.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)
}

pub(super) fn open_to_read(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    if version(path, &connection)? == 0 {
        return Err(JournalError::NotLoaded {
            journal: path.into(),
        });
    }
    ensure_loaded(path, &connection)?;
    Ok(connection)
}

/// Before a lock is put beside it.
pub(super) fn ensure_is_ours(path: &Path) -> Result<()> {
    open(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map(|_| ())
}

fn size(path: &Path) -> Result<u64> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(metadata.len()),
        Ok(_) => Err(JournalError::NotAJournal {
            journal: path.into(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(JournalError::Missing {
            journal: path.into(),
        }),
        Err(error) => Err(file_error("open", path, error)),
    }
}

/// With a directory before it, SQLite takes neither `:memory:` nor `file:…` for anything but a file's name.
fn connect(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let path = Path::new(".").join(path);
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Opens a file that is there and is one of ours.
fn open(path: &Path, access: OpenFlags) -> Result<Connection> {
    if size(path)? == 0 {
        return Err(JournalError::NotLoaded {
            journal: path.into(),
        });
    }
    let open = || {
        let connection = connect(path, access)?;
        let id: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        Ok((connection, id))
    };
    match open() {
        Ok((connection, APPLICATION_ID)) => Ok(connection),
        // A process was killed while it began the journal: what it had done was taken back just now …
        Ok(_) if size(path)? == 0 => Err(JournalError::NotLoaded {
            journal: path.into(),
        }),
        Ok(_) => Err(JournalError::NotAJournal {
            journal: path.into(),
        }),
        Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::NotADatabase => {
            Err(JournalError::NotAJournal {
                journal: path.into(),
            })
        }
        // … or will be by one that may write.
        Err(rusqlite::Error::SqliteFailure(error, _))
            if error.extended_code == ffi::SQLITE_READONLY_ROLLBACK =>
        {
            Err(JournalError::NotLoaded {
                journal: path.into(),
            })
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
            journal: path.into(),
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
        None => Err(JournalError::NotLoaded {
            journal: path.into(),
        }),
    }
}

/// What the run is.
pub(super) fn identity(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare("SELECT name, value FROM identity")?;
    let parts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    parts.collect()
}

/// How many rows the input has.
pub(super) fn rows_loaded(connection: &Connection) -> rusqlite::Result<u64> {
    connection.query_row("SELECT rows FROM loaded", [], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The files of a process that was killed while it wrote the first page: some of it stands in the file already,
    /// and the rollback journal that takes it back stands beside it.
    fn cut_off(directory: &Path) -> rusqlite::Result<Connection> {
        let connection = Connection::open(directory.join("alive"))?;
        connection.execute_batch(
            "PRAGMA cache_size = 1; BEGIN; CREATE TABLE filler (bytes); \
             INSERT INTO filler SELECT zeroblob(100000);",
        )?;
        for suffix in ["", "-journal"] {
            let [from, to] = ["alive", "run.journal"].map(|name| format!("{name}{suffix}"));
            fs::copy(directory.join(from), directory.join(to)).unwrap();
        }
        Ok(connection)
    }

    #[test]
    fn a_journal_whose_beginning_was_cut_off_is_not_loaded() {
        for open in [open_to_read, open_to_write] {
            let directory = tempfile::tempdir().unwrap();
            let _alive = cut_off(directory.path()).unwrap();
            let path = directory.path().join("run.journal");
            assert!(size(&path).unwrap() > 0);
            let opened = open(&path);
            assert!(
                matches!(opened, Err(JournalError::NotLoaded { .. })),
                "{opened:?}"
            );
        }
    }
}
