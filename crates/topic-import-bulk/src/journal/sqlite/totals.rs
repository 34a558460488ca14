//! Where all rows are.

use rusqlite::Connection;
use topic_import_core::Code;

use super::fault::{Fault, Result};
use super::file::rows_loaded;
use crate::journal::JournalError;
use crate::journal::Summary;
use crate::outcome::Outcome;

pub(super) fn summary(connection: &Connection) -> Result<Summary, Fault> {
    let mut summary = Summary {
        rows: rows_loaded(connection)?,
        ..Summary::default()
    };
    count_rows(connection, &mut summary)?;
    summary.pending += summary.rows - summary.placed();
    (summary.calls, summary.seconds) = connection.query_row(
        "SELECT coalesce(sum(calls), 0), coalesce(sum(at - began_at), 0) / 1000.0 FROM invocation",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(summary)
}

/// In one pass over the table: SQLite would sort it to group it, or compare each state with the name of each outcome.
fn count_rows(connection: &Connection, summary: &mut Summary) -> Result<(), Fault> {
    let mut statement = connection.prepare("SELECT number, state, code FROM progress")?;
    let mut rows = statement.query([])?;
    let mut last = 0;
    while let Some(row) = rows.next()? {
        let number = row.get(0)?;
        let read = || Ok((row.get::<_, Outcome>(1)?, row.get::<_, Option<i64>>(2)?));
        let (outcome, code) = read().map_err(|fault: Fault| fault.in_row(number))?;
        // No row counts twice, and none that was not loaded.
        if number <= last || number > summary.rows {
            return Err(JournalError::Damaged { number }.into());
        }
        last = number;
        summary.add(outcome, 1);
        if let Some(code) = code {
            *summary.by_code.entry(Code::new(code)).or_default() += 1;
        }
    }
    Ok(())
}
