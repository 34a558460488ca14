//! Counts the rows by outcome.

use std::num::NonZeroU64;

use rusqlite::Connection;
use topic_import_core::Code;

use super::fault::{Fault, Result};
use super::file::rows_loaded;
use super::reach::Reach;
use super::stored_outcome::StoredOutcome;
use crate::journal::JournalError;
use crate::journal::Summary;
use crate::request::Kind;

pub(super) fn summary(connection: &Connection) -> Result<Summary, Fault> {
    let mut summary = Summary::default();
    (summary.rows, summary.communities.rows) = rows_loaded(connection)?;
    count_rows(
        connection,
        "SELECT number, state, code FROM progress ORDER BY number",
        &mut summary,
    )?;
    summary.add_pending();
    add_usage(connection, &mut summary)?;
    Ok(summary)
}

/// The summary of the first `first` rows of the input and of the communities that they name.
pub(super) fn summary_of_first(
    connection: &Connection,
    first: NonZeroU64,
) -> Result<Summary, Fault> {
    let reach = Reach::of(connection, Some(first))?;
    let mut summary = Summary::default();
    (summary.rows, summary.communities.rows) = rows_loaded(connection)?;
    count_rows(
        connection,
        &format!(
            "SELECT number, state, code FROM progress JOIN input USING (number) WHERE {} ORDER BY number",
            reach.of_rows()
        ),
        &mut summary,
    )?;
    summary.rows = summary.rows.min(first.get());
    summary.communities.rows = connection.query_row(
        &format!(
            "SELECT count(*) FROM input WHERE number < 0 AND {}",
            reach.of_communities()
        ),
        [],
        |row| row.get(0),
    )?;
    summary.add_pending();
    add_usage(connection, &mut summary)?;
    Ok(summary)
}

fn add_usage(connection: &Connection, summary: &mut Summary) -> rusqlite::Result<()> {
    (summary.calls, summary.throttled, summary.seconds) = connection.query_row(
        "SELECT coalesce(sum(calls), 0), coalesce(sum(throttled), 0), coalesce(sum(at - began_at), 0) / 1000.0 \
         FROM invocation",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    Ok(())
}

/// Counts the selected rows in one pass. SQLite itself would either sort the table to group it, or compare each state with
/// the name of every outcome.
fn count_rows(connection: &Connection, select: &str, summary: &mut Summary) -> Result<(), Fault> {
    let mut statement = connection.prepare(select)?;
    let mut rows = statement.query([])?;
    let mut last = i64::MIN;
    while let Some(row) = rows.next()? {
        let number: i64 = row.get(0)?;
        let read = || {
            Ok((
                row.get::<_, StoredOutcome>(1)?.0,
                row.get::<_, Option<i64>>(2)?,
            ))
        };
        let (outcome, code) = read().map_err(|fault: Fault| fault.in_row(number))?;
        // A damaged file may contain a row twice, or one that was not loaded.
        let kind = Kind::of_number(number);
        let most = match kind {
            Kind::Community => summary.communities.rows,
            Kind::Topic => summary.rows,
        };
        if number <= last || number.unsigned_abs() > most {
            return Err(JournalError::Damaged { number }.into());
        }
        last = number;
        summary.add(kind, outcome, 1);
        if let Some(code) = code {
            summary.add_code(kind, Code::new(code), 1);
        }
    }
    Ok(())
}
