//! Reads rows of a run, one page at a time.

use std::sync::Arc;

use tokio_postgres::types::Type;
use tokio_postgres::{Error, Row};
use topic_import_core::{Code, KnownTopicId};
use topic_import_shared_quota::Database;

use super::error::journal_error;
use super::link::{Link, Session};
use super::values::outcome;
use super::worker::{Result, Typed, Worker, token};
use crate::journal::{Cause, JournalError, Order, Pages, RowPlace, StoredRow, names};
use crate::outcome::Outcome;

const ROWS_PER_PAGE: usize = 1000;
/// Rows are read in the order of an index, and no more of them than a page has: without statistics, the planner would read
/// all that follow and sort them.
const IN_ORDER: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; \
    SET LOCAL enable_sort = off";
/// The states that the index of all other rows leaves out.
const MOST: [Outcome; 2] = [Outcome::Imported, Outcome::Existing];
const EVERY_ROW: &str = "topic_import.row_state";

/// Reads rows of a run in PostgreSQL, a thousand at a time, on its own connection. If the connection is lost, reading
/// continues from the same place on a new one.
#[derive(Debug)]
pub struct PostgresPages {
    link: Link,
    worker: Arc<Worker>,
    next: Next,
}

#[derive(Debug)]
enum Next {
    /// The page after the row number `place`, which the statement `select` reads.
    After { place: i64, select: String },
    /// The page of the rows whose numbers come next in the connection's cursor.
    Scan {
        filter: String,
        /// The group and the number of the last row that was read.
        last: Option<(String, i64)>,
    },
}

impl PostgresPages {
    pub(super) async fn new(
        database: &Database,
        worker: &Arc<Worker>,
        outcomes: &[Outcome],
        order: Order,
    ) -> Result<Self> {
        let next = match order {
            Order::Input => Next::After {
                place: i64::MIN,
                select: select_page(outcomes, "true"),
            },
            Order::Communities => Next::After {
                place: i64::MIN,
                select: select_page(outcomes, "number < 0"),
            },
            Order::Group => Next::Scan {
                filter: match outcomes {
                    [] => "false".to_owned(),
                    outcomes => format!("number > 0 AND state IN ({})", names(outcomes)),
                },
                last: None,
            },
        };
        let pages = Self {
            link: Link::patient(database),
            worker: Arc::clone(worker),
            next,
        };
        if let Next::Scan { filter, .. } = &pages.next {
            // Open the cursor now, so that the rows are those that have these outcomes at this moment.
            let run = worker.run;
            let scanned = pages.insist(|session| async move {
                scan_by_group(&session, run, filter, None).await.map(drop)
            });
            scanned.await?;
        }
        Ok(pages)
    }

    async fn insist<T, F>(&self, reading: impl Fn(Arc<Session>) -> F) -> Result<T>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let read = self
            .link
            .insist_in_transaction(reading, |error| self.worker.note_away(error));
        read.await
            .map_err(|error| journal_error("read", &self.worker.journal, &error))
    }

    async fn read(&mut self) -> Result<Vec<Row>> {
        let run = &self.worker.run;
        match &self.next {
            Next::After { place, select } => {
                let page = self
                    .insist(|session| async move {
                        session.client.batch_execute(IN_ORDER).await?;
                        let parameters: [Typed<'_>; 2] = [(run, Type::INT8), (place, Type::INT8)];
                        session.client.query_typed(select, &parameters).await
                    })
                    .await?;
                if let (Some(read), Next::After { place, .. }) = (page.last(), &mut self.next) {
                    *place = read.get(0);
                }
                Ok(page)
            }
            Next::Scan { filter, last } => {
                let read = self.insist(|session| async move {
                    let cursor = scan_by_group(&session, *run, filter, last.as_ref()).await?;
                    let fetch = format!("FETCH {ROWS_PER_PAGE} FROM {cursor}");
                    let found = session.client.query_typed(&fetch, &[]).await?;
                    let numbers: Vec<i64> = found.iter().map(|row| row.get(1)).collect();
                    let rows = session
                        .client
                        .query_typed(
                            &select_numbers(),
                            &[(run, Type::INT8), (&numbers, Type::INT8_ARRAY)],
                        )
                        .await?;
                    Ok((rows, found.last().map(|row| (row.get(0), row.get(1)))))
                });
                let (page, read) = Box::pin(read).await?;
                if let (Some(read), Next::Scan { last, .. }) = (read, &mut self.next) {
                    *last = Some(read);
                }
                Ok(page)
            }
        }
    }
}

impl Pages for PostgresPages {
    async fn next_page(&mut self) -> Result<Vec<StoredRow>> {
        let rows = Box::pin(self.read()).await?;
        rows.iter()
            .map(|row| stored_row(row).map_err(|number| JournalError::Damaged { number }))
            .collect()
    }
}

/// Opens a cursor with the groups and numbers of the valid rows that pass the filter, ordered by group, unless the
/// connection has one, and returns its name. The cursor is kept without an open transaction, because a reader that takes
/// hours must not keep the database from vacuuming.
async fn scan_by_group(
    session: &Session,
    run: i64,
    filter: &str,
    after: Option<&(String, i64)>,
) -> Result<String, Error> {
    let scan = async {
        // With a pooler, the server's session may still have an earlier cursor, or that of another reader.
        let cursor = format!("scan_{}", token().cast_unsigned());
        let from = match after {
            None => String::new(),
            Some((group, number)) => {
                let quoted = "SELECT quote_literal($1)";
                let group = [(group as _, Type::TEXT)];
                let group = session.client.query_typed_one(quoted, &group).await?;
                let group: String = group.get(0);
                format!("AND (group_id COLLATE \"C\", number) > ({group} COLLATE \"C\", {number})")
            }
        };
        session
            .client
            .batch_execute(&format!(
                "DECLARE {cursor} NO SCROLL CURSOR WITH HOLD FOR \
                 SELECT group_id, number FROM {EVERY_ROW} \
                 WHERE run = {run} AND {filter} AND request IS NOT NULL {from} \
                 ORDER BY group_id COLLATE \"C\", number"
            ))
            .await?;
        Ok(cursor)
    };
    session.cursor.get_or_try_init(|| scan).await.cloned()
}

/// The query for rows whose numbers are the column `number` of `wanted`, with what decides which of them and in which order.
///
/// Each row is looked up by its key, in subqueries with a limit, which forces the planner to do so: it knows little about
/// tables that have grown within minutes, and would otherwise read the whole run for each page.
fn columns(wanted: &str, which: &str) -> String {
    format!(
        "SELECT number, line, state, request, is_derived, as_read, topic_id, code, said, cause, ( \
             SELECT name FROM topic_import.file WHERE run = $1 AND first_number <= number \
             ORDER BY first_number DESC LIMIT 1 \
         ) FROM {wanted} \
         CROSS JOIN LATERAL ( \
             SELECT line, request, is_derived, as_read FROM topic_import.input \
             WHERE run = $1 AND number = wanted.number LIMIT 1 \
         ) AS loaded \
         LEFT JOIN LATERAL ( \
             SELECT state AS recorded, topic_id, code, said, cause FROM topic_import.outcome \
             WHERE run = $1 AND number = wanted.number LIMIT 1 \
         ) AS outcome ON true \
         LEFT JOIN LATERAL ( \
             SELECT 'in_flight' AS leased FROM topic_import.lease \
             WHERE run = $1 AND number = wanted.number LIMIT 1 \
         ) AS lease ON true \
         CROSS JOIN LATERAL (SELECT coalesce(leased, recorded, 'pending') AS state) AS now {which}"
    )
}

/// The query for rows with given numbers, in the order of the list.
fn select_numbers() -> String {
    columns(
        "unnest($2::bigint[]) WITH ORDINALITY AS wanted (number, place)",
        "ORDER BY place",
    )
}

/// The query for a page of rows that have these outcomes and pass the filter, after a given number.
fn select_page(outcomes: &[Outcome], filter: &str) -> String {
    let after = format!("WHERE run = $1 AND number > $2 AND {filter}");
    let page = format!("ORDER BY number LIMIT {ROWS_PER_PAGE}");
    if outcomes.is_empty() {
        return columns("(SELECT $2 AS number) AS wanted", "WHERE false");
    }
    let names = names(outcomes);
    let is_pending_wanted = outcomes.contains(&Outcome::Pending);
    let are_most_wanted = outcomes.iter().any(|outcome| MOST.contains(outcome));
    if is_pending_wanted && are_most_wanted {
        return columns(
            &format!("(SELECT number FROM topic_import.input {after}) AS wanted"),
            &format!("WHERE state IN ({names}) {page}"),
        );
    }
    let recorded = |states: &str| {
        format!(
            "(SELECT number FROM topic_import.outcome {after} AND state {states} \
             AND NOT EXISTS (SELECT FROM topic_import.lease \
                 WHERE lease.run = outcome.run AND lease.number = outcome.number) {page})"
        )
    };
    let mut selects = if are_most_wanted {
        vec![recorded(&format!("IN ({names})"))]
    } else {
        // An index has these rows, and those of each state in order.
        let states = outcomes.iter().map(|outcome| outcome.name());
        states
            .map(|name| recorded(&format!("= '{name}'")))
            .collect()
    };
    if outcomes.contains(&Outcome::InFlight) {
        selects.push(format!(
            "(SELECT number FROM topic_import.lease {after} {page})"
        ));
    }
    if is_pending_wanted {
        // Rows without an outcome that is recorded: those that were never claimed, and those that were given back unsent.
        const NEXT: &str = "(SELECT next FROM topic_import.cursor WHERE run = $1)";
        let no_line_in = |table: &str| {
            format!(
                "NOT EXISTS (SELECT FROM topic_import.{table} \
                     WHERE {table}.run = queue.run AND {table}.number = queue.number)"
            )
        };
        selects.push(format!(
            "(SELECT number FROM topic_import.input {after} AND number >= {NEXT} AND request IS NOT NULL {page})"
        ));
        selects.push(format!(
            "(SELECT number FROM topic_import.queue {after} AND number < {NEXT} AND {} AND {} {page})",
            no_line_in("outcome"),
            no_line_in("lease")
        ));
    }
    let found = selects.join(" UNION ALL ");
    columns(
        &format!("(SELECT number FROM ({found}) AS found {page}) AS wanted"),
        "ORDER BY number",
    )
}

/// Reads a row. The error is the number of a row with content that this crate did not write.
fn stored_row(row: &Row) -> Result<StoredRow, i64> {
    let number = row.get(0);
    let topic_id: Option<String> = row.get(6);
    let topic_id = topic_id.map(|id| KnownTopicId::parse(id).map_err(|_| number));
    let as_read: Option<Vec<u8>> = row.get(5);
    Ok(StoredRow {
        number,
        place: RowPlace::new(row.get::<_, i64>(1).unsigned_abs(), row.get(10)),
        outcome: outcome(row.get(2)),
        request: row.get(3),
        is_derived: row.get(4),
        as_read: as_read
            .map(String::from_utf8)
            .transpose()
            .map_err(|_| number)?,
        topic_id: topic_id.transpose()?,
        cause: Cause {
            code: row.get::<_, Option<i64>>(7).map(Code::new),
            said: row.get(8),
            what: row.get(9),
        },
    })
}
