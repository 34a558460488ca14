//! Counts what an import would still do.

use std::num::NonZeroU64;

use rusqlite::Connection;
use topic_import_core::Code;

use super::fault::{Fault, Result};
use super::invocation::{missing, taken_up};
use super::reach::Reach;
use super::schema::{GROUP_ID, STATE};
use super::stored_outcome::StoredOutcome;
use crate::journal::remaining::{Alike, Counting};
use crate::journal::{JournalError, Remaining};
use crate::outcome::Outcome;

/// What an import would still do that takes up the rows with these outcomes: all, or only so many from the beginning of the
/// input and the communities that they name.
pub(super) fn remaining(
    connection: &Connection,
    outcomes: &[Outcome],
    first: Option<NonZeroU64>,
) -> Result<Remaining, Fault> {
    let reach = Reach::of(connection, first)?;
    // Rows are counted here: SQLite itself would sort all of them to group them.
    let mut statement = connection.prepare(&format!(
        "SELECT number, {STATE}, code, {taken_up}, number > 0 AND {GROUP_ID} IN ({missing}), \
             coalesce({GROUP_ID}, ''), coalesce(octet_length(request), 0) \
         FROM input LEFT JOIN progress USING (number) \
         WHERE {STATE} NOT IN ('imported', 'existing') AND {rows} ORDER BY number",
        taken_up = taken_up(outcomes),
        missing = missing(outcomes),
        rows = reach.of_rows()
    ))?;
    let mut rows = statement.query([])?;
    let mut counting = Counting::default();
    let mut last = i64::MIN;
    while let Some(row) = rows.next()? {
        let number = row.get(0)?;
        if number <= last {
            return Err(JournalError::Damaged { number }.into());
        }
        last = number;
        let read = || {
            let alike = Alike {
                number,
                outcome: row.get::<_, StoredOutcome>(1)?.0,
                code: row.get::<_, Option<i64>>(2)?.map(Code::new),
                is_taken_up: row.get(3)?,
                is_blocked: row.get::<_, Option<bool>>(4)?.unwrap_or_default(),
                rows: 1,
                bytes: row.get(6)?,
            };
            Ok((
                alike,
                row.get_ref(5)?.as_str().map_err(rusqlite::Error::from)?,
            ))
        };
        let (alike, group_id) = read().map_err(|fault: Fault| fault.in_row(number))?;
        counting.add(&alike, group_id)?;
    }
    Ok(counting.finish())
}
