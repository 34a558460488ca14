//! Rows of a run, some at a time.

use tokio_postgres::{Client, Error, Row};
use topic_import_core::KnownTopicId;

use super::{Result, names, outcome};
use crate::journal::{JournalError, JournalName, JournalRow, Order, Pages};
use crate::postgres::{Database, journal_error};
use crate::summary::Outcome;

const ROWS_PER_PAGE: usize = 1000;
const STATE: &str =
    "CASE WHEN lease.number IS NULL THEN coalesce(outcome.state, 'pending') ELSE 'in_flight' END";
const EVERY_ROW: &str = "(topic_import.topic \
    LEFT JOIN topic_import.outcome USING (run, number) \
    LEFT JOIN topic_import.lease USING (run, number))";

/// Rows of a run in PostgreSQL, a thousand at a time, read on a connection of their own.
#[derive(Debug)]
pub struct PostgresPages {
    client: Client,
    run: i64,
    journal: JournalName,
    next: Next,
}

#[derive(Debug)]
enum Next {
    /// The page after a place, by this statement.
    After { place: i64, select: String },
    /// The page of the next numbers in the connection's cursor.
    Scan,
}

impl PostgresPages {
    pub(super) async fn new(
        database: &Database,
        run: i64,
        journal: &JournalName,
        outcomes: &[Outcome],
        order: Order,
    ) -> Result<Self> {
        let begin = async {
            let client = database.connect().await?;
            let next = match order {
                Order::Input => Next::After {
                    place: 0,
                    select: select_page(outcomes),
                },
                Order::Group => {
                    scan_by_group(&client, run, outcomes).await?;
                    Next::Scan
                }
            };
            Ok((client, next))
        };
        let (client, next) = begin
            .await
            .map_err(|error: Error| journal_error("read", journal, &error))?;
        Ok(Self {
            client,
            run,
            journal: journal.clone(),
            next,
        })
    }

    async fn read(&mut self) -> Result<Vec<Row>, Error> {
        match &mut self.next {
            Next::After { place, select } => {
                let rows = self.client.query(&*select, &[&self.run, &*place]).await?;
                if let Some(last) = rows.last() {
                    *place = last.get(0);
                }
                Ok(rows)
            }
            Next::Scan => {
                let fetch = format!("FETCH {ROWS_PER_PAGE} FROM scan");
                let numbers = self.client.query(&fetch, &[]).await?;
                let numbers: Vec<i64> = numbers.iter().map(|row| row.get(0)).collect();
                self.client
                    .query(&select_numbers(), &[&self.run, &numbers])
                    .await
            }
        }
    }
}

impl Pages for PostgresPages {
    async fn next_page(&mut self) -> Result<Vec<JournalRow>> {
        let rows = self
            .read()
            .await
            .map_err(|error| journal_error("read", &self.journal, &error))?;
        rows.iter()
            .map(|row| journal_row(row).map_err(|number| JournalError::Damaged { number }))
            .collect()
    }
}

/// Keeps the numbers of the sound rows with these outcomes, by group, for this connection. No transaction stays open:
/// a reader that takes hours must not keep the database from tidying up.
async fn scan_by_group(client: &Client, run: i64, outcomes: &[Outcome]) -> Result<(), Error> {
    let filter = match outcomes {
        [] => "false".to_owned(),
        outcomes => format!("{STATE} IN ({})", names(outcomes)),
    };
    client
        .batch_execute(&format!(
            "DECLARE scan NO SCROLL CURSOR WITH HOLD FOR \
             SELECT number FROM {EVERY_ROW} WHERE run = {run} AND {filter} AND request IS NOT NULL \
             ORDER BY group_id COLLATE \"C\", number"
        ))
        .await
}

fn columns(rows: &str) -> String {
    format!(
        "SELECT number, line, {STATE}, request, is_derived, as_read, topic_id, code, outcome.message FROM {rows}"
    )
}

/// The rows of these numbers, in their order.
fn select_numbers() -> String {
    columns(&format!(
        "unnest($2::bigint[]) WITH ORDINALITY AS wanted (number, place) JOIN {EVERY_ROW} USING (number) \
         WHERE run = $1 ORDER BY place"
    ))
}

/// A page of rows with these outcomes after a number.
fn select_page(outcomes: &[Outcome]) -> String {
    let limit = format!("ORDER BY number LIMIT {ROWS_PER_PAGE}");
    if outcomes.is_empty() {
        return columns(&format!(
            "{EVERY_ROW} WHERE run = $1 AND number > $2 AND false"
        ));
    }
    let names = names(outcomes);
    if outcomes.contains(&Outcome::Pending) {
        return columns(&format!(
            "{EVERY_ROW} WHERE run = $1 AND number > $2 AND {STATE} IN ({names}) {limit}"
        ));
    }
    // Without the rows of which nothing became yet: there may be many.
    let recorded = format!(
        "SELECT number FROM topic_import.outcome WHERE run = $1 AND number > $2 AND state IN ({names}) \
         AND NOT EXISTS (SELECT FROM topic_import.lease \
             WHERE lease.run = outcome.run AND lease.number = outcome.number) {limit}"
    );
    let wanted = if outcomes.contains(&Outcome::InFlight) {
        format!(
            "({recorded}) UNION \
             (SELECT number FROM topic_import.lease WHERE run = $1 AND number > $2 {limit}) {limit}"
        )
    } else {
        recorded
    };
    columns(&format!(
        "({wanted}) AS wanted JOIN {EVERY_ROW} USING (number) WHERE run = $1 {limit}"
    ))
}

/// A row, or the number of one that is not as this program writes it.
fn journal_row(row: &Row) -> Result<JournalRow, u64> {
    let number = row.get::<_, i64>(0).unsigned_abs();
    let topic_id: Option<String> = row.get(6);
    let as_read: Option<Vec<u8>> = row.get(5);
    Ok(JournalRow {
        number,
        line: row.get::<_, i64>(1).unsigned_abs(),
        outcome: outcome(row.get(2)),
        request: row.get(3),
        is_derived: row.get(4),
        as_read: as_read
            .map(String::from_utf8)
            .transpose()
            .map_err(|_| number)?,
        topic_id: topic_id.and_then(KnownTopicId::new),
        code: row.get(7),
        message: row.get(8),
    })
}
