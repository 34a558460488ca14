//! Reads the history of the work, and how many rows of each community have each outcome.

use std::num::NonZeroU32;
use std::time::Duration;

use rusqlite::{Connection, Row};
use topic_import_core::Code;

use super::file::identity;
use super::schema::{GROUP_ID, STATE};
use super::stored_outcome::StoredOutcome;
use crate::journal::{
    Communities, CommunityOutcomes, Course, Destruction, FailureCount, IdentityPart,
    InvocationSpan, LatencyHistogram, MILLIS_OF_PACE, Pace, kept_part, names,
};
use crate::outcome::Outcome;
use crate::request::Kind;

pub(super) fn course(connection: &Connection) -> rusqlite::Result<Course> {
    let failures = format!(
        "SELECT code, state, count(*), number < 0 FROM progress WHERE code IS NOT NULL OR state IN ({}) \
         GROUP BY code, state, number < 0 ORDER BY count(*) DESC, code",
        names(&Outcome::FAILED)
    );
    let identity = identity(connection)?;
    let part = |part| kept_part(&identity, part).to_owned();
    Ok(Course {
        sdk_app_id: part(IdentityPart::SdkAppId),
        origin: part(IdentityPart::Origin),
        invocations: all(
            connection,
            "SELECT began_at, at, imports, rate FROM invocation ORDER BY id",
            |row| {
                Ok(InvocationSpan {
                    began_at: moment(row, 0)?,
                    at: moment(row, 1)?,
                    imports: calls(row, 2)?,
                    rate: row.get::<_, Option<u32>>(3)?.and_then(NonZeroU32::new),
                })
            },
        )?,
        pace: all(
            connection,
            "SELECT at, calls FROM pace ORDER BY at",
            |row| {
                let from = moment(row, 0)?;
                Ok(Pace {
                    from,
                    to: from + MILLIS_OF_PACE,
                    calls: calls(row, 1)?,
                })
            },
        )?,
        latencies: latencies(connection)?,
        destroyed: destroyed(connection)?,
        failures: all(connection, &failures, |row| {
            Ok(FailureCount {
                code: row.get::<_, Option<i64>>(0)?.map(Code::new),
                outcome: row.get::<_, StoredOutcome>(1)?.0,
                rows: row.get(2)?,
                kind: kind(row.get(3)?),
            })
        })?,
    })
}

fn destroyed(connection: &Connection) -> rusqlite::Result<Option<Destruction>> {
    let times =
        "SELECT min(at), max(at) FROM progress WHERE state = 'destroyed' HAVING count(at) > 0";
    let times = all(connection, times, |row| {
        Ok((moment(row, 0)?, moment(row, 1)?))
    })?;
    let Some((from, to)) = times.first().copied() else {
        return Ok(None);
    };
    // One process works on a file at a time, so the time of an outcome tells the invocation.
    let by = "SELECT began_by FROM invocation WHERE began_by IS NOT NULL AND EXISTS ( \
                  SELECT 1 FROM progress WHERE state = 'destroyed' \
                  AND progress.at BETWEEN invocation.began_at AND invocation.at \
              ) GROUP BY began_by ORDER BY min(id)";
    let by = all(connection, by, |row| row.get(0))?;
    Ok(Some(Destruction { from, to, by }))
}

const fn kind(is_community: bool) -> Kind {
    if is_community {
        Kind::Community
    } else {
        Kind::Topic
    }
}

fn latencies(connection: &Connection) -> rusqlite::Result<LatencyHistogram> {
    let mut latencies = LatencyHistogram::default();
    let counted = all(connection, "SELECT micros, calls FROM latency", |row| {
        Ok((row.get(0)?, calls(row, 1)?))
    })?;
    for (micros, calls) in counted {
        latencies.add(Duration::from_micros(micros), calls);
    }
    Ok(latencies)
}

pub(super) fn communities(
    connection: &Connection,
    at_most: usize,
) -> rusqlite::Result<Communities> {
    let counted: Vec<String> = Outcome::ALL
        .iter()
        .map(|outcome| {
            let name = outcome.name();
            format!("count(*) FILTER (WHERE number > 0 AND {STATE} = '{name}')")
        })
        .collect();
    // The window function counts all communities, before the limit applies.
    let select = format!(
        "SELECT count({GROUP_ID}) OVER (), {GROUP_ID} AS group_id, \
             max({STATE}) FILTER (WHERE number < 0 AND request IS NOT NULL) AS own, {} \
         FROM input LEFT JOIN progress USING (number) GROUP BY group_id \
         HAVING own IS NOT NULL OR count(*) FILTER (WHERE number > 0) > 0 \
         ORDER BY count(*) FILTER (WHERE state IN ({})) DESC, count(*) DESC, group_id LIMIT {at_most}",
        counted.join(", "),
        names(&Outcome::FAILED)
    );
    let mut count = 0;
    let listed = all(connection, &select, |row| {
        count = row.get(0)?;
        let mut rows = [0; Outcome::ALL.len()];
        for (column, rows) in rows.iter_mut().enumerate() {
            *rows = row.get(column + 3)?;
        }
        Ok(CommunityOutcomes {
            group_id: row.get(1)?,
            own: row.get::<_, Option<StoredOutcome>>(2)?.map(|own| own.0),
            rows,
        })
    })?;
    Ok(Communities { count, listed })
}

/// Reads a time. Times from the year 10000 on are refused, so that callers can calculate with it.
fn moment(row: &Row<'_>, column: usize) -> rusqlite::Result<i64> {
    const END: i64 = 253_402_300_800_000;
    let moment = row.get(column)?;
    if (0..END).contains(&moment) {
        Ok(moment)
    } else {
        Err(rusqlite::Error::IntegralValueOutOfRange(column, moment))
    }
}

/// Reads a number of calls. Impossibly large numbers are refused, so that callers can add them up.
fn calls(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    const MOST: i64 = 1 << 40;
    let calls = row.get(column)?;
    match u64::try_from(calls) {
        Ok(number) if calls < MOST => Ok(number),
        _ => Err(rusqlite::Error::IntegralValueOutOfRange(column, calls)),
    }
}

fn all<T>(
    connection: &Connection,
    select: &str,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare(select)?;
    let rows = statement.query_map([], read)?;
    rows.collect()
}
