//! Loads a journal.

use std::fs::File;
use std::path::Path;

use rusqlite::{Connection, params};

use super::SqliteJournal;
use super::clock::unix_millis;
use super::fault::{Fault, Result, file_error, sqlite_error};
use super::file;
use super::place::Place;
use crate::input::communities::InputCommunity;
use crate::input::row::InputRow;
use crate::journal::input_line::{Files, InputLine};
use crate::journal::{Identity, Loading, topic};
use crate::request::json;

/// After how many pages the write-ahead log is written back into the file: while rows are loaded, and afterwards.
const PAGES_PER_CHECKPOINT_OF_LOADING: i64 = 8192;
const PAGES_PER_CHECKPOINT: i64 = 1000;

/// Loads the rows of an input into a new journal.
///
/// A journal that was not loaded completely cannot be used, and [`SqliteJournal::create`] replaces it. It stays on disk
/// if this is dropped; [`Loading::discard`] removes it.
#[derive(Debug)]
pub struct SqliteLoading {
    place: Place,
    connection: Connection,
    lock: File,
    rows: i64,
    communities: i64,
    files: Files,
    /// Where the finished journal is to be moved, and the lock there; `None` if it stays where it is.
    target: Option<(Place, File)>,
}

impl SqliteLoading {
    pub(super) fn new(place: Place) -> Result<Self> {
        let lock = file::lock(&place)?;
        let connection = file::create(&place)?;
        let prepare = || {
            // After a crash, the journal must be loaded anew in any case, so only the last commit must be durable.
            connection.pragma_update(None, "synchronous", "normal")?;
            connection.pragma_update(None, "wal_autocheckpoint", PAGES_PER_CHECKPOINT_OF_LOADING)
        };
        prepare().map_err(|error| sqlite_error("create", place.given(), &error))?;
        Ok(Self {
            place,
            connection,
            lock,
            rows: 0,
            communities: 0,
            files: Files::default(),
            target: None,
        })
    }

    /// Makes the journal move to this path when it is finished, for callers that did not know its name when loading
    /// began. The path must be in the same file system.
    ///
    /// # Errors
    /// If there is another journal at this path, or the path cannot be used.
    pub fn move_to(mut self, path: &Path) -> Result<Self> {
        let place = Place::of(path).map_err(|error| file_error("create", path, error))?;
        let lock = file::lock(&place)?;
        file::ensure_none_is_there(&place)?;
        self.target = Some((place, lock));
        Ok(self)
    }
}

impl Loading for SqliteLoading {
    type Journal = SqliteJournal;

    fn append(&mut self, rows: &[InputRow]) -> Result<()> {
        let lines = InputLine::of_topics(self.rows, rows);
        insert(&mut self.connection, lines, &mut self.files)
            .map_err(|error| sqlite_error("write", self.place.given(), &error))?;
        self.rows += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        Ok(())
    }

    fn append_communities(&mut self, rows: &[InputCommunity]) -> Result<()> {
        let lines = InputLine::of_communities(rows);
        insert(&mut self.connection, lines, &mut Files::default())
            .map_err(|error| sqlite_error("write", self.place.given(), &error))?;
        self.communities = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        Ok(())
    }

    fn correct(
        &mut self,
        numbers: &[u64],
        correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> Result<()> {
        correct_rows(&mut self.connection, numbers, correct)
            .map_err(|fault| fault.into_error("write", self.place.given()))
    }

    fn finish(self, identity: &Identity) -> Result<SqliteJournal> {
        let Self {
            place,
            connection,
            lock,
            rows,
            communities,
            target,
            files: _,
        } = self;
        let finish = || {
            file::make_durable(&connection)?;
            connection.pragma_update(None, "wal_autocheckpoint", PAGES_PER_CHECKPOINT)?;
            connection.execute_batch("BEGIN")?;
            for part in identity.parts() {
                connection.execute(
                    "INSERT INTO identity VALUES (?, ?)",
                    (part.0.name(), part.1),
                )?;
            }
            connection.execute(
                "INSERT INTO loaded VALUES (?, ?, ?)",
                (rows, communities, unix_millis()),
            )?;
            connection.execute_batch("COMMIT")?;
            // The log has grown with the input, and would keep its size.
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        finish().map_err(|error| sqlite_error("write", place.given(), &error))?;
        let Some((target, target_lock)) = target else {
            return SqliteJournal::new(place, connection, Some(lock));
        };
        drop(connection);
        file::move_to(&place, &target)?;
        let connection = file::open_to_write(&target)?;
        SqliteJournal::new(target, connection, Some(target_lock))
    }

    fn discard(self) {
        drop(self.connection);
        file::remove(&self.place);
    }
}

const REJECT: &str = "INSERT INTO progress (number, state, cause, at) VALUES (?, 'rejected', ?, ?)";

fn insert<'a>(
    connection: &mut Connection,
    lines: impl Iterator<Item = InputLine<'a>>,
    files: &mut Files,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO input (number, line, request, is_derived, as_read) VALUES (?, ?, ?, ?, ?)",
        )?;
        let mut begin = transaction.prepare_cached("INSERT INTO file VALUES (?, ?)")?;
        let mut reject = transaction.prepare_cached(REJECT)?;
        let now = unix_millis();
        for line in lines {
            let number = line.number;
            if files.begin_with(&line) {
                begin.execute(params![number, line.file])?;
            }
            insert.execute(params![
                number,
                line.line,
                line.request,
                line.is_derived,
                line.as_read
            ])?;
            if let Some(cause) = line.cause {
                reject.execute(params![number, cause, now])?;
            }
        }
    }
    transaction.commit()
}

fn correct_rows(
    connection: &mut Connection,
    numbers: &[u64],
    correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
) -> Result<(), Fault> {
    let transaction = connection.transaction()?;
    {
        let mut select = transaction
            .prepare_cached("SELECT line, request, is_derived FROM input WHERE number = ?")?;
        let mut update = transaction.prepare_cached(
            "UPDATE input SET request = ?2, as_read = ?3, is_derived = ?4 WHERE number = ?1",
        )?;
        let mut reject = transaction.prepare_cached(REJECT)?;
        let now = unix_millis();
        for number in numbers {
            let (line, request, is_derived): (u64, Option<String>, bool) =
                select.query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let topic = topic(number.cast_signed(), request.as_deref().unwrap_or_default())?;
            let row = InputRow {
                is_derived,
                ..InputRow::sound(line, topic)
            };
            let row = correct(*number, row);
            let request = row.topic.as_ref().ok().map(json);
            update.execute(params![number, request, row.as_read, row.is_derived])?;
            if let Some(cause) = row.cause() {
                reject.execute(params![number, cause, now])?;
            }
        }
    }
    Ok(transaction.commit()?)
}
