//! Where all rows are.

use rusqlite::Connection;

use super::file::rows_loaded;
use crate::summary::{Outcome, Summary};

pub(super) fn summary(connection: &Connection) -> rusqlite::Result<Summary> {
    let mut summary = Summary {
        rows: rows_loaded(connection)?,
        ..Summary::default()
    };
    count_outcomes(connection, &mut summary)?;
    summary.pending += summary.rows - summary.placed();
    let mut by_code = connection
        .prepare("SELECT code, count(*) FROM progress WHERE code IS NOT NULL GROUP BY code")?;
    for pair in by_code.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
        let (code, rows) = pair?;
        summary.by_code.insert(code, rows);
    }
    (summary.calls, summary.seconds) = connection.query_row(
        "SELECT coalesce(sum(calls), 0), coalesce(sum(at - began_at), 0) / 1000.0 FROM invocation",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    Ok(summary)
}

/// In one pass over the table, which grouping would sort.
fn count_outcomes(connection: &Connection, summary: &mut Summary) -> rusqlite::Result<()> {
    let counted: Vec<String> = Outcome::ALL
        .iter()
        .map(|outcome| format!("count(*) FILTER (WHERE state = '{}')", outcome.name()))
        .collect();
    let select = format!("SELECT {} FROM progress", counted.join(", "));
    connection.query_row(&select, [], |row| {
        for (column, outcome) in Outcome::ALL.into_iter().enumerate() {
            summary.add(outcome, row.get(column)?);
        }
        Ok(())
    })
}
