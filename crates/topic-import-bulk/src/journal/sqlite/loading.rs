//! Loading a journal.

use std::fs::File;

use rusqlite::{Connection, params};

use super::SqliteJournal;
use super::clock::unix_millis;
use super::fault::{Result, sqlite_error};
use super::file;
use super::place::Place;
use crate::journal::{Identity, Loading, NewRow};

/// So many pages of the write-ahead log are written back at once while rows are loaded, and afterwards.
const PAGES_PER_CHECKPOINT_OF_LOADING: i64 = 8192;
const PAGES_PER_CHECKPOINT: i64 = 1000;

/// Loads the rows of an input into a new journal.
///
/// A journal that is not loaded to its end is as good as none: [`SqliteJournal::create`] begins it anew.
#[derive(Debug)]
pub struct SqliteLoading {
    place: Place,
    connection: Connection,
    lock: File,
    rows: i64,
}

impl SqliteLoading {
    pub(super) fn new(place: Place, identity: &Identity) -> Result<Self> {
        let lock = file::lock(&place)?;
        let connection = file::create(&place)?;
        let prepare = || {
            // A crash costs the whole journal here in any case: only its end must be on disk.
            connection.pragma_update(None, "synchronous", "normal")?;
            connection.pragma_update(
                None,
                "wal_autocheckpoint",
                PAGES_PER_CHECKPOINT_OF_LOADING,
            )?;
            for part in identity.parts() {
                connection.execute(
                    "INSERT INTO identity VALUES (?, ?)",
                    (part.0.name(), part.1),
                )?;
            }
            Ok(())
        };
        prepare().map_err(|error| sqlite_error("create", place.given(), &error))?;
        Ok(Self {
            place,
            connection,
            lock,
            rows: 0,
        })
    }
}

impl Loading for SqliteLoading {
    type Journal = SqliteJournal;

    fn append(&mut self, rows: &[NewRow]) -> Result<()> {
        let first = self.rows + 1;
        insert_rows(&mut self.connection, first, rows)
            .map_err(|error| sqlite_error("write", self.place.given(), &error))?;
        self.rows += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        Ok(())
    }

    fn finish(self) -> Result<SqliteJournal> {
        let connection = self.connection;
        let finish = || {
            file::make_durable(&connection)?;
            connection.pragma_update(None, "wal_autocheckpoint", PAGES_PER_CHECKPOINT)?;
            let loaded = (self.rows, unix_millis());
            connection.execute("INSERT INTO loaded VALUES (?, ?)", loaded)?;
            // The log has grown with the input, and would stay as large.
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        };
        finish().map_err(|error| sqlite_error("write", self.place.given(), &error))?;
        SqliteJournal::new(self.place, connection, Some(self.lock))
    }
}

fn insert_rows(connection: &mut Connection, first: i64, rows: &[NewRow]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    {
        let mut topic = transaction.prepare_cached(
            "INSERT INTO topic (number, line, request, is_derived, as_read) VALUES (?, ?, ?, ?, ?)",
        )?;
        let mut progress = transaction.prepare_cached(
            "INSERT INTO progress (number, state, cause, at) VALUES (?, 'rejected', ?, ?)",
        )?;
        let now = unix_millis();
        for (number, row) in (first..).zip(rows) {
            match row {
                NewRow::Sound {
                    line,
                    topic: request,
                    is_derived,
                } => {
                    let request = serde_json::to_string(request).unwrap_or_default();
                    topic.execute(params![number, line, request, is_derived, None::<&str>])?;
                }
                NewRow::Invalid {
                    line,
                    as_read,
                    message,
                } => {
                    topic.execute(params![number, line, None::<&str>, false, as_read])?;
                    progress.execute(params![number, message, now])?;
                }
            }
        }
    }
    transaction.commit()
}
