//! Creates, locks, opens, moves and removes the file of a journal.

use std::ffi::CStr;
use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::fault::{Fault, Result, file_error, legible, sqlite_error};
use super::place::{Place, open_or_create};
use super::schema;
use crate::journal::error::Obstacle;
use crate::journal::{JournalError, StorageError};

/// How long a statement waits while another program has the file locked.
const BUSY_TIMEOUT: Duration = Duration::from_mins(1);

/// How much of a journal SQLite keeps in memory during a run.
const CACHE_KIB: i64 = 400;

/// Creates an empty journal to be loaded. Replaces one that was not loaded completely.
pub(super) fn create(place: &Place) -> Result<Connection> {
    ensure_none_is_there(place)?;
    begin(place).map_err(|error| file_error("create", place.given(), error))?;
    let create = || {
        let mut connection = connect(place, Access::Write)?;
        schema::make(&mut connection)?;
        Ok(connection)
    };
    create().map_err(|error| sqlite_error("create", place.given(), &error))
}

/// Returns an error if there is a completely loaded journal in this place.
pub(super) fn ensure_none_is_there(place: &Place) -> Result<()> {
    match open_to_write(place) {
        Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => {}
        Err(error) => return Err(error),
        // Another process has created it meanwhile, and has ended already.
        Ok(_) => {
            return Err(JournalError::InUse {
                journal: place.name(),
            });
        }
    }
    place.ensure_index_is_own()
}

/// Moves a journal that no connection has open to a place where there is none.
pub(super) fn move_to(place: &Place, target: &Place) -> Result<()> {
    let clear = || {
        remove_if_there(&target.beside("-wal"))?;
        fs::rename(place.real(), target.real())
    };
    clear().map_err(|error| file_error("create", target.given(), error))?;
    let _ = fs::remove_file(place.beside("-lock"));
    Ok(())
}

/// Removes the files of an abandoned journal. The lock goes last, so that a process that waits for it finds no journal.
pub(super) fn remove(place: &Place) {
    for path in [
        place.real().to_owned(),
        place.beside("-wal"),
        place.beside("-shm"),
        place.beside("-lock"),
    ] {
        // A file that cannot be removed is replaced when the next journal is created.
        let _ = fs::remove_file(path);
    }
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Creates an empty file with the permissions of the one that it replaces. SQLite gives the same permissions to the
/// files that it creates beside it.
fn begin(place: &Place) -> io::Result<()> {
    let before = fs::metadata(place.real()).ok();
    remove_if_there(&place.beside("-wal"))?;
    remove_if_there(place.real())?;
    let file = open_or_create(place.real())?;
    match before {
        Some(before) => file.set_permissions(before.permissions()),
        None => Ok(()),
    }
}

/// Takes the lock that keeps other processes from writing the journal.
pub(super) fn lock(place: &Place) -> Result<File> {
    place.ensure_nothing_is_in_the_way()?;
    let cannot = |error| file_error("lock", place.given(), error);
    let file = open_or_create(&place.beside("-lock")).map_err(cannot)?;
    match try_lock(&file) {
        // A process that abandons a journal removes its lock file, and a lock on a removed file keeps nobody out.
        Ok(()) if !place.is_lock(&file).map_err(cannot)? => lock(place),
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(JournalError::InUse {
            journal: place.name(),
        }),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// Whether a process holds the lock of a journal, which is not taken.
pub(super) fn is_locked(place: &Place) -> Result<bool> {
    place.ensure_nothing_is_in_the_way()?;
    let cannot = |error| file_error("open", place.given(), error);
    let file = match File::open(place.beside("-lock")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        opened => opened.map_err(cannot)?,
    };
    // Shared, so that two processes that look at the same time do not take each other for one that writes. Who wants to
    // write meanwhile tries for longer than this lasts.
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(cannot(error)),
    }
}

/// Tries for a while: a child process that this process starts also holds its locks until the child executes its own
/// program.
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

pub(super) fn open_to_write(place: &Place) -> Result<Connection> {
    let connection = open(place, Access::Write)?;
    ensure_rows(place, &connection, false)?;
    let prepare = || {
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
        if mode != "wal" {
            return Err(Fault::Journal(JournalError::Altered {
                journal: place.name(),
                what: "its journal_mode".to_owned(),
            }));
        }
        Ok(make_durable(&connection)?)
    };
    prepare().map_err(|fault| fault.into_error("open", place.given()))?;
    if connection.is_readonly("main").unwrap_or(true) {
        drop(connection);
        return Err(why_read_only(place));
    }
    Ok(connection)
}

/// Why SQLite opens a journal for reading only. No connection may be open here: closing the file releases its locks.
fn why_read_only(place: &Place) -> JournalError {
    match OpenOptions::new().write(true).open(place.real()) {
        Err(error) => file_error("write", place.given(), error),
        // Its header asks for a version of SQLite that is not known.
        Ok(_) => JournalError::Altered {
            journal: place.name(),
            what: "its file format".to_owned(),
        },
    }
}

/// Makes every commit durable from now on. The cache can be small, since a run goes through the rows in order and reads
/// few pages a second time.
pub(super) fn make_durable(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "synchronous", "full")?;
    // On macOS, syncing alone may leave the data in the disk's own cache.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)
}

/// Opens a journal for reading. The whole file is checked first: reading would not end if damaged pages formed a cycle.
pub(super) fn open_to_read(place: &Place) -> Result<Connection> {
    let connection = look(place)?;
    ensure_rows(place, &connection, false)?;
    let check: rusqlite::Result<String> =
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    let what = check.map_err(|error| sqlite_error("read", place.given(), &error))?;
    if what != "ok" {
        return Err(JournalError::Corrupt {
            journal: place.name(),
            // The line before it only names the database.
            what: legible(what.lines().last().unwrap_or_default()),
        });
    }
    ensure_rows(place, &connection, true)?;
    Ok(connection)
}

/// Returns an error unless the file is a journal. Called before a lock file is created beside it.
pub(super) fn ensure_is_ours(place: &Place) -> Result<()> {
    look(place).map(drop)
}

/// Opens a journal for reading, even on a disk or in a directory where nothing can be written.
fn look(place: &Place) -> Result<Connection> {
    // Without a log, no process is working on it. A log that SQLite created beside it would be read-only as well, and
    // would stay there.
    if place.metadata()?.permissions().readonly() && !place.has_log() {
        return open(place, Access::Still);
    }
    match open(place, Access::Read) {
        Err(JournalError::Storage { source, .. }) if source.is_read_only() => {
            open(place, Access::Still)
        }
        opened => opened,
    }
}

/// What a connection is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    Write,
    /// Reading, even while another process writes.
    Read,
    /// Reading where no file can be created beside the journal, so that no process can be writing.
    Still,
}

/// The name of SQLite's file system layer that takes no locks, and so needs no index file for the log.
const WITHOUT_LOCKS: &CStr = if cfg!(windows) {
    c"win32-none"
} else {
    c"unix-none"
};

/// Connects to the real path, which is absolute, so that SQLite does not interpret it as `:memory:` or `file:…`.
fn connect(place: &Place, access: Access) -> rusqlite::Result<Connection> {
    let path = place.real();
    let common = OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let read = common | OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = match access {
        Access::Write => {
            Connection::open_with_flags(path, common | OpenFlags::SQLITE_OPEN_READ_WRITE)?
        }
        Access::Read => Connection::open_with_flags(path, read)?,
        Access::Still if place.has_log() => {
            Connection::open_with_flags_and_vfs(path, read, WITHOUT_LOCKS)?
        }
        Access::Still => {
            Connection::open_with_flags(unchanging(path), read | OpenFlags::SQLITE_OPEN_URI)?
        }
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    schema::distrust(&connection)?;
    if access == Access::Still {
        // SQLite then keeps the index of the log in memory.
        connection.pragma_update(None, "locking_mode", "exclusive")?;
    }
    Ok(connection)
}

/// The URI with which SQLite opens a file that does not change.
fn unchanging(path: &Path) -> String {
    let mut address = "file:".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        // Writing to a `String` cannot fail.
        let _ = write!(address, "%{byte:02x}");
    }
    address + "?immutable=1"
}

/// Opens an existing file, and checks that it is a journal.
fn open(place: &Place, access: Access) -> Result<Connection> {
    let is_empty = || place.metadata().map(|metadata| metadata.len() == 0);
    let not_loaded = || JournalError::NotLoaded {
        journal: place.name(),
    };
    let is_empty_before = is_empty()?;
    place.ensure_nothing_is_in_the_way()?;
    if is_empty_before {
        return Err(not_loaded());
    }
    let open = || {
        let connection = connect(place, access)?;
        schema::ensure(place, &connection)?;
        Ok(connection)
    };
    match open() {
        Ok(connection) => Ok(connection),
        // Another process has emptied the file to create the journal anew.
        Err(_) if is_empty()? => Err(not_loaded()),
        Err(Fault::Sqlite(error)) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Err(JournalError::NotAJournal {
                journal: place.name(),
            })
        }
        Err(Fault::Sqlite(error)) if error.sqlite_error_code() == Some(ErrorCode::CannotOpen) => {
            Err(why_not_opened(place, access, error))
        }
        Err(fault) => Err(fault.into_error("open", place.given())),
    }
}

/// Why SQLite cannot open a journal, which it does not say itself.
fn why_not_opened(place: &Place, access: Access, error: rusqlite::Error) -> JournalError {
    if let Err(error) = File::open(place.real()) {
        return file_error("open", place.given(), error);
    }
    if access == Access::Still {
        return sqlite_error("open", place.given(), &error);
    }
    // It cannot create the log's files beside the journal.
    JournalError::Storage {
        doing: "open",
        journal: place.name(),
        source: StorageError::new(Obstacle::ReadOnly, error),
    }
}

/// Returns an error unless exactly the rows of the input were loaded. Compares only the first and last numbers; with
/// `one_by_one`, also counts the rows.
fn ensure_rows(place: &Place, connection: &Connection, one_by_one: bool) -> Result<()> {
    let check = || {
        let mut statement = connection.prepare("SELECT rows, communities FROM loaded LIMIT 2")?;
        let loaded = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
        let [(rows, communities)] = *loaded else {
            return Err(Fault::Journal(if loaded.is_empty() {
                JournalError::NotLoaded {
                    journal: place.name(),
                }
            } else {
                corrupt(place, "it was loaded twice")
            }));
        };
        // Communities are numbered up to -1, and topics from 1.
        let ends = "SELECT coalesce((SELECT min(number) FROM input), 1), \
                    coalesce((SELECT max(number) FROM input), 0), \
                    coalesce((SELECT min(number) FROM progress), 1), \
                    coalesce((SELECT max(number) FROM progress), 0)";
        let (first, last, first_claimed, last_claimed): (i64, i64, i64, i64) = connection
            .query_row(ends, [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })?;
        let first_loaded = if communities > 0 { -communities } else { 1 };
        let last_loaded = if rows > 0 || communities == 0 {
            rows
        } else {
            -1
        };
        let mut is_whole = rows >= 0
            && communities >= 0
            && first == first_loaded
            && last == last_loaded
            && first_claimed >= first
            && last_claimed <= last.max(0);
        if one_by_one {
            let count = "SELECT count(*) FILTER (WHERE number > 0), count(*) FILTER (WHERE number < 0) FROM input";
            let counted: (i64, i64) =
                connection.query_row(count, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
            is_whole &= counted == (rows, communities);
        }
        if is_whole {
            Ok(())
        } else {
            Err(corrupt(place, "its rows are not those that were loaded").into())
        }
    };
    check().map_err(|fault| fault.into_error("read", place.given()))
}

fn corrupt(place: &Place, what: &str) -> JournalError {
    JournalError::Corrupt {
        journal: place.name(),
        what: what.to_owned(),
    }
}

/// The parts of the run's identity, by name.
pub(super) fn identity(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare("SELECT name, value FROM identity")?;
    let parts = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    parts.collect()
}

/// How many topics and communities the input has.
pub(super) fn rows_loaded(connection: &Connection) -> rusqlite::Result<(u64, u64)> {
    connection.query_row("SELECT rows, communities FROM loaded", [], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
}
