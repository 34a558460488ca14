//! Keeps the sound rows of an input, those without problems, while it is checked.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use topic_import_core::TopicDraft;

use crate::check::repeats::TEMPORARY;
use crate::check::row_store::RowStore;
use crate::check::{CheckReport, CheckSettings, read};
use crate::input::communities::InputCommunity;
use crate::input::row::InputRow;
use crate::input::{Input, InputError};
use crate::request::json;

/// The rows of an input that have no problems, as they would be imported. They are kept in a temporary database on disk
/// so that memory stays small.
#[derive(Debug)]
pub struct ValidRows {
    database: Connection,
    /// How many rows were read so far, including those with problems.
    rows: u64,
    /// The number of the last row that `next_page` returned.
    last: u64,
}

/// How many rows `next_page` returns at most.
const ROWS_PER_PAGE: usize = 1000;

const SCHEMA: &str = "CREATE TABLE row (
    number     INTEGER PRIMARY KEY,
    line       INTEGER NOT NULL,
    group_id   TEXT NOT NULL,
    request    TEXT NOT NULL,
    is_derived INTEGER NOT NULL
);
CREATE TABLE community (group_id TEXT PRIMARY KEY) WITHOUT ROWID";

type Result<T, E = InputError> = std::result::Result<T, E>;

/// Checks an input while reading it, and keeps the rows that have no problems. If the header, the document or the
/// mapping is invalid, no rows are kept.
///
/// ```
/// use topic_import_bulk::check::{CheckSettings, TopicIds, valid_rows};
/// use topic_import_bulk::input::{Format, Input, RowSettings};
///
/// let text = "GroupId,TopicName\n@TGS#_riverside,Welcome\n,no community\n";
/// let input = Input::bytes(text.as_bytes(), Format::Csv, RowSettings::default());
/// let mut settings = CheckSettings::default();
/// settings.topic_ids = TopicIds::Service;
/// let (report, mut rows) = valid_rows(&input, &settings, |_| {})?;
/// assert_eq!((report.rows, report.invalid), (2, 1));
/// assert_eq!(rows.next_page()?, [r#"{"GroupId":"@TGS#_riverside","TopicName":"Welcome"}"#]);
/// assert!(rows.next_page()?.is_empty());
/// # Ok::<(), topic_import_bulk::input::InputError>(())
/// ```
///
/// # Errors
/// If the input cannot be read, or the temporary database fails.
pub fn valid_rows(
    input: &Input,
    settings: &CheckSettings,
    see: impl FnMut(&InputRow),
) -> Result<(CheckReport, ValidRows)> {
    let mut rows = ValidRows::new().map_err(InputError::of_comparing)?;
    let report = read(input, settings, see, &mut rows)?;
    if report.header_is_bad {
        rows.database
            .execute("DELETE FROM row", [])
            .map_err(InputError::of_comparing)?;
    }
    Ok((report, rows))
}

/// The number of the last of the first `first` rows.
fn last_of(first: u64) -> i64 {
    i64::try_from(first).unwrap_or(i64::MAX)
}

impl ValidRows {
    fn new() -> rusqlite::Result<Self> {
        let database = Connection::open("")?;
        database.execute_batch(TEMPORARY)?;
        database.execute_batch(SCHEMA)?;
        Ok(Self {
            database,
            rows: 0,
            last: 0,
        })
    }

    /// The next requests as JSON, in the order of the input; empty after the last one.
    ///
    /// # Errors
    /// If the temporary database fails.
    pub fn next_page(&mut self) -> Result<Vec<String>> {
        let page = self.page().map_err(InputError::of_comparing)?;
        if let Some((last, _)) = page.last() {
            self.last = *last;
        }
        Ok(page.into_iter().map(|(_, request)| request).collect())
    }

    fn page(&self) -> rusqlite::Result<Vec<(u64, String)>> {
        let mut statement = self.database.prepare_cached(
            "SELECT number, request FROM row WHERE number > ? ORDER BY number LIMIT ?",
        )?;
        let rows = statement.query_map(params![self.last, ROWS_PER_PAGE], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        rows.collect()
    }

    /// The temporary database, with the rows in the table `row`.
    pub(crate) const fn database(&self) -> &Connection {
        &self.database
    }

    /// How many of the first `first` rows of the input each community has, and the total size of their requests in bytes.
    pub(crate) fn by_community(&self, first: u64) -> Result<(BTreeMap<String, u64>, u64)> {
        let count = || {
            let mut statement = self.database.prepare(
                "SELECT group_id, count(*), sum(octet_length(request)) FROM row WHERE number <= ? GROUP BY group_id",
            )?;
            let mut rows = statement.query([last_of(first)])?;
            let (mut communities, mut bytes) = (BTreeMap::new(), 0);
            while let Some(row) = rows.next()? {
                communities.insert(row.get(0)?, row.get(1)?);
                bytes += row.get::<_, u64>(2)?;
            }
            Ok((communities, bytes))
        };
        count().map_err(InputError::of_comparing)
    }

    /// How many of the communities that the run creates are named by the first `first` rows of the input.
    pub(crate) fn new_communities(&self, first: u64) -> Result<u64> {
        let count = self.database.query_row(
            "SELECT count(*) FROM community WHERE group_id IN (SELECT group_id FROM row WHERE number <= ?)",
            [last_of(first)],
            |row| row.get(0),
        );
        count.map_err(InputError::of_comparing)
    }

    fn keep_communities(&self, rows: &[InputCommunity]) -> rusqlite::Result<()> {
        let mut insert = self
            .database
            .prepare_cached("INSERT OR IGNORE INTO community VALUES (?)")?;
        for community in rows.iter().filter_map(|row| row.community.as_ref().ok()) {
            insert.execute([community.group_id().as_str()])?;
        }
        Ok(())
    }

    fn keep(&mut self, rows: &[InputRow]) -> rusqlite::Result<()> {
        let mut insert = self
            .database
            .prepare_cached("INSERT INTO row VALUES (?, ?, ?, ?, ?)")?;
        for row in rows {
            self.rows += 1;
            if let Ok(topic) = &row.topic {
                let group_id = topic.group_id().as_str();
                insert.execute(params![
                    self.rows,
                    row.line,
                    group_id,
                    json(topic),
                    row.is_derived
                ])?;
            }
        }
        Ok(())
    }

    fn replace(
        &mut self,
        numbers: &[u64],
        correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> rusqlite::Result<()> {
        let mut select = self
            .database
            .prepare_cached("SELECT line, request, is_derived FROM row WHERE number = ?")?;
        let mut update = self
            .database
            .prepare_cached("UPDATE row SET group_id = ?, request = ? WHERE number = ?")?;
        let mut delete = self
            .database
            .prepare_cached("DELETE FROM row WHERE number = ?")?;
        for number in numbers {
            let kept: (u64, String, bool) =
                select.query_row([number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let (line, request, is_derived) = kept;
            let draft: Option<TopicDraft> = serde_json::from_str(&request).ok();
            let Some(topic) = draft.and_then(|draft| draft.validate().ok()) else {
                continue;
            };
            let row = InputRow {
                is_derived,
                ..InputRow::sound(line, topic)
            };
            match correct(*number, row).topic {
                Ok(topic) => {
                    let group_id = topic.group_id().as_str();
                    update.execute(params![group_id, json(&topic), number])?
                }
                Err(_) => delete.execute([number])?,
            };
        }
        Ok(())
    }
}

impl RowStore for ValidRows {
    type Error = InputError;

    fn append(&mut self, rows: &[InputRow]) -> Result<()> {
        self.keep(rows).map_err(InputError::of_comparing)
    }

    fn append_communities(&mut self, rows: &[InputCommunity]) -> Result<()> {
        self.keep_communities(rows)
            .map_err(InputError::of_comparing)
    }

    fn correct(
        &mut self,
        numbers: &[u64],
        correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> Result<()> {
        self.replace(numbers, correct)
            .map_err(InputError::of_comparing)
    }
}
