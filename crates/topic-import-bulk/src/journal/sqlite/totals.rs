//! Where all rows are.

use rusqlite::Connection;

use super::file::rows_loaded;
use crate::summary::Summary;

pub(super) fn summary(connection: &Connection) -> rusqlite::Result<Summary> {
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
fn count_rows(connection: &Connection, summary: &mut Summary) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("SELECT state, code FROM progress")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        summary.add(row.get(0)?, 1);
        if let Some(code) = row.get(1)? {
            *summary.by_code.entry(code).or_default() += 1;
        }
    }
    Ok(())
}
