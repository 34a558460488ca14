//! Which rows an invocation is about: all, or the first of the input and the communities that they name.

use std::num::NonZeroU64;

use rusqlite::Connection;

use super::schema::GROUP_ID;

/// The rows that an invocation is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    /// The number of the last topic.
    pub(super) until: i64,
    is_limited: bool,
}

impl Reach {
    /// All rows, or only so many from the beginning of the input. In the latter case, the communities that they name are
    /// written into a temporary table.
    pub(super) fn of(connection: &Connection, first: Option<NonZeroU64>) -> rusqlite::Result<Self> {
        let Some(first) = first else {
            return Ok(Self {
                until: i64::MAX,
                is_limited: false,
            });
        };
        let until = i64::try_from(first.get()).unwrap_or(i64::MAX);
        connection.execute_batch(
            "DROP TABLE IF EXISTS temp.named; \
             CREATE TEMP TABLE named (group_id TEXT PRIMARY KEY) WITHOUT ROWID",
        )?;
        connection.execute(
            &format!(
                "INSERT OR IGNORE INTO temp.named SELECT {GROUP_ID} FROM input \
                 WHERE number > 0 AND number <= ? AND request IS NOT NULL"
            ),
            [until],
        )?;
        Ok(Self {
            until,
            is_limited: true,
        })
    }

    /// The condition for communities that are meant.
    pub(super) fn of_communities(self) -> String {
        if self.is_limited {
            format!("{GROUP_ID} IN (SELECT group_id FROM temp.named)")
        } else {
            "true".to_owned()
        }
    }

    /// The condition for rows that are meant.
    pub(super) fn of_rows(self) -> String {
        let Self { until, .. } = self;
        let of_communities = self.of_communities();
        format!("(number > 0 AND number <= {until} OR number < 0 AND {of_communities})")
    }
}
