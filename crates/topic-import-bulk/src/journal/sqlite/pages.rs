//! Reads rows of a journal, one page at a time.

use std::sync::Arc;

use rusqlite::Row;
use topic_import_core::{Code, KnownTopicId};

use super::fault::{Fault, Result};
use super::schema::{FILE, GROUP_ID, STATE};
use super::stored_outcome::StoredOutcome;
use super::{SqliteJournal, Store};
use crate::journal::{Cause, JournalError, Order, Pages, RowPlace, StoredRow, names};
use crate::outcome::Outcome;

const ROWS_PER_PAGE: i64 = 1000;
const EVERY_ROW: &str = "input LEFT JOIN progress USING (number)";
const SCANNED_ROWS: &str = "input USING (number) LEFT JOIN progress USING (number)";
/// Leaves out the valid rows that were never claimed.
const CLAIMED_ROWS: &str = "progress CROSS JOIN input USING (number)";

/// Reads rows of a journal in a file, a thousand at a time.
#[derive(Debug)]
pub struct SqlitePages {
    journal: SqliteJournal,
    select: Arc<str>,
    after: i64,
}

impl SqlitePages {
    pub(super) async fn new(
        journal: &SqliteJournal,
        outcomes: &[Outcome],
        order: Order,
    ) -> Result<Self> {
        let names = names(outcomes);
        let select = match order {
            Order::Input => {
                let rows = if outcomes.contains(&Outcome::Pending) {
                    EVERY_ROW
                } else {
                    CLAIMED_ROWS
                };
                select_page("number", rows, &format!("AND {STATE} IN ({names})"))
            }
            Order::Communities => {
                let filter = format!("AND number < 0 AND {STATE} IN ({names})");
                select_page("number", EVERY_ROW, &filter)
            }
            Order::Group => {
                let scan = journal.blocking("read", move |store| scan_by_group(store, &names));
                let rows = format!("{} AS scan CROSS JOIN {SCANNED_ROWS}", scan.await?);
                select_page("scan.rowid", &rows, "")
            }
        };
        Ok(Self {
            journal: journal.clone(),
            select: select.into(),
            after: i64::MIN,
        })
    }
}

impl Pages for SqlitePages {
    async fn next_page(&mut self) -> Result<Vec<StoredRow>> {
        let select = Arc::clone(&self.select);
        let after = self.after;
        let (rows, last) = self
            .journal
            .blocking("read", move |store| {
                let mut statement = store.connection.prepare_cached(&select)?;
                let mut rows = statement.query([after])?;
                let mut page = Vec::new();
                let mut last = after;
                while let Some(row) = rows.next()? {
                    let row = (row.get(0)?, stored_row(row)?);
                    if row.0 <= last {
                        let number = row.1.number;
                        return Err(JournalError::Damaged { number }.into());
                    }
                    last = row.0;
                    page.push(row.1);
                }
                Ok::<_, Fault>((page, last))
            })
            .await?;
        self.after = last;
        Ok(rows)
    }
}

/// Writes the numbers of the valid topics with these outcomes into a temporary table, ordered by group, and returns its
/// name. Without it, a reader that takes hours would hold up the log's checkpoints.
fn scan_by_group(store: &mut Store, outcomes: &str) -> rusqlite::Result<String> {
    store.scans += 1;
    let scan = format!("scan_{}", store.scans);
    store.connection.execute_batch(&format!(
        "CREATE TEMP TABLE {scan} AS SELECT number FROM {EVERY_ROW} \
         WHERE number > 0 AND {STATE} IN ({outcomes}) AND request IS NOT NULL \
         ORDER BY {GROUP_ID}, number"
    ))?;
    Ok(scan)
}

/// The SQL query for the next page of rows, in the order of the column `place`.
fn select_page(place: &str, rows: &str, filter: &str) -> String {
    format!(
        "SELECT {place}, number, line, {STATE}, request, is_derived, as_read, topic_id, code, said, cause, {FILE} \
         FROM {rows} WHERE {place} > ? {filter} ORDER BY {place} LIMIT {ROWS_PER_PAGE}"
    )
}

fn stored_row(row: &Row<'_>) -> Result<StoredRow, Fault> {
    let number = row.get(1)?;
    let read = || {
        let topic_id: Option<String> = row.get(7)?;
        let topic_id = topic_id.map(|topic_id| {
            KnownTopicId::parse(topic_id)
                .map_err(|_| Fault::Journal(JournalError::Damaged { number }))
        });
        Ok(StoredRow {
            number,
            place: RowPlace::new(row.get(2)?, row.get(11)?),
            outcome: row.get::<_, StoredOutcome>(3)?.0,
            request: row.get(4)?,
            is_derived: row.get(5)?,
            as_read: row.get(6)?,
            topic_id: topic_id.transpose()?,
            cause: Cause {
                code: row.get::<_, Option<i64>>(8)?.map(Code::new),
                said: row.get(9)?,
                what: row.get(10)?,
            },
        })
    };
    read().map_err(|fault: Fault| fault.in_row(number))
}
