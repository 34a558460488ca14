//! Reads the history of the work, and how many rows of each community have each outcome.

use std::num::NonZeroU32;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use topic_import_core::Code;

use super::values::{kind, outcome};
use crate::journal::{
    Communities, CommunityOutcomes, Course, Destruction, FailureCount, IdentityPart,
    InvocationSpan, LatencyHistogram, MILLIS_OF_PACE, Pace, kept_part, names,
};

use crate::outcome::Outcome;

const INVOCATIONS: &str = "\
    SELECT floor(extract(epoch FROM began_at) * 1000)::bigint, floor(extract(epoch FROM at) * 1000)::bigint, \
        imports, rate \
    FROM topic_import.stretch WHERE run = $1 ORDER BY began_at";
const DESTROYED: &str = "\
    SELECT min(floor(extract(epoch FROM outcome.at) * 1000)::bigint), \
        max(floor(extract(epoch FROM outcome.at) * 1000)::bigint), \
        (SELECT coalesce(array_agg(began_by ORDER BY first), '{}') FROM ( \
            SELECT began_by, min(id) AS first FROM topic_import.worker \
            WHERE run = $1 AND role = 'undo' AND began_by IS NOT NULL AND id IN ( \
                SELECT worker FROM topic_import.outcome WHERE run = $1 AND state = 'destroyed' \
            ) GROUP BY began_by \
        ) AS undoing) \
    FROM topic_import.outcome WHERE run = $1 AND state = 'destroyed'";
const LATENCIES: &str = "\
    SELECT place, sum(took_so_long)::bigint \
    FROM topic_import.worker, unnest(imports) WITH ORDINALITY AS range (took_so_long, place) \
    WHERE run = $1 GROUP BY place";

pub(super) async fn identity(client: &Client, run: i64) -> Result<Vec<(String, String)>, Error> {
    let parts = client
        .query_typed(
            "SELECT name, value FROM topic_import.identity WHERE run = $1",
            &[(&run, Type::INT8)],
        )
        .await?;
    Ok(parts.iter().map(|row| (row.get(0), row.get(1))).collect())
}

pub(super) async fn course(client: &Client, run: i64) -> Result<Course, Error> {
    let invocations = client
        .query_typed(INVOCATIONS, &[(&run, Type::INT8)])
        .await?;
    let pace = client
        .query_typed(
            "SELECT at, sum(calls)::bigint FROM topic_import.pace WHERE run = $1 GROUP BY at ORDER BY at",
            &[(&run, Type::INT8)],
        )
        .await?;
    let failures = format!(
        "SELECT code, state, sum(rows)::bigint, kind FROM topic_import.tally \
         WHERE run = $1 AND (code <> '' OR state IN ({})) \
         GROUP BY code, state, kind HAVING sum(rows) > 0 ORDER BY 3 DESC, nullif(code, '')::bigint NULLS FIRST",
        names(&Outcome::FAILED)
    );
    let failures = client.query_typed(&failures, &[(&run, Type::INT8)]).await?;
    let identity = identity(client, run).await?;
    let part = |part| kept_part(&identity, part).to_owned();
    Ok(Course {
        sdk_app_id: part(IdentityPart::SdkAppId),
        origin: part(IdentityPart::Origin),
        invocations: invocations
            .iter()
            .map(|row| InvocationSpan {
                began_at: row.get(0),
                at: row.get(1),
                imports: row.get::<_, i64>(2).unsigned_abs(),
                rate: row.get::<_, Option<i64>>(3).and_then(rate),
            })
            .collect(),
        pace: pace
            .iter()
            .map(|row| {
                let from: i64 = row.get(0);
                Pace {
                    from,
                    to: from + MILLIS_OF_PACE,
                    calls: row.get::<_, i64>(1).unsigned_abs(),
                }
            })
            .collect(),
        latencies: latencies(client, run).await?,
        destroyed: destroyed(client, run).await?,
        failures: failures
            .iter()
            .map(|row| FailureCount {
                code: row.get::<_, &str>(0).parse().ok().map(Code::new),
                outcome: outcome(row.get(1)),
                rows: row.get::<_, i64>(2).unsigned_abs(),
                kind: kind(row.get(3)),
            })
            .collect(),
    })
}

async fn destroyed(client: &Client, run: i64) -> Result<Option<Destruction>, Error> {
    let row = client
        .query_typed_one(DESTROYED, &[(&run, Type::INT8)])
        .await?;
    let (from, to): (Option<i64>, Option<i64>) = (row.get(0), row.get(1));
    Ok(from.zip(to).map(|(from, to)| Destruction {
        from,
        to,
        by: row.get(2),
    }))
}

fn rate(rate: i64) -> Option<NonZeroU32> {
    NonZeroU32::new(u32::try_from(rate).ok()?)
}

async fn latencies(client: &Client, run: i64) -> Result<LatencyHistogram, Error> {
    let ranges: Vec<_> = LatencyHistogram::default().ranges().collect();
    let mut latencies = LatencyHistogram::default();
    for row in client.query_typed(LATENCIES, &[(&run, Type::INT8)]).await? {
        let place = usize::try_from(row.get::<_, i64>(0) - 1).unwrap_or(usize::MAX);
        if let Some(range) = ranges.get(place) {
            latencies.add(range.from, row.get::<_, i64>(1).unsigned_abs());
        }
    }
    Ok(latencies)
}

pub(super) async fn communities(
    client: &Client,
    run: i64,
    at_most: usize,
) -> Result<Communities, Error> {
    let counted: Vec<String> = Outcome::ALL
        .iter()
        .map(|outcome| {
            let name = outcome.name();
            format!("count(*) FILTER (WHERE number > 0 AND state = '{name}')")
        })
        .collect();
    // The window function counts all communities, before the limit applies.
    let select = format!(
        "SELECT count(group_id) OVER (), group_id, max(state) FILTER (WHERE number < 0 AND group_id IS NOT NULL), {} \
         FROM (SELECT number, group_id, state FROM topic_import.row_state WHERE run = $1) AS placed \
         GROUP BY group_id HAVING group_id IS NOT NULL OR count(*) FILTER (WHERE number > 0) > 0 \
         ORDER BY count(*) FILTER (WHERE state IN ({})) DESC, count(*) DESC, group_id NULLS FIRST LIMIT $2",
        counted.join(", "),
        names(&Outcome::FAILED)
    );
    let limit = i64::try_from(at_most).unwrap_or(i64::MAX);
    let rows = client
        .query_typed(&select, &[(&run, Type::INT8), (&limit, Type::INT8)])
        .await?;
    let count = |row: &tokio_postgres::Row, column| row.get::<_, i64>(column).unsigned_abs();
    Ok(Communities {
        count: rows.first().map_or(0, |row| count(row, 0)),
        listed: rows
            .iter()
            .map(|row| CommunityOutcomes {
                group_id: row.get(1),
                own: row.get::<_, Option<&str>>(2).map(outcome),
                rows: std::array::from_fn(|place| count(row, place + 3)),
            })
            .collect(),
    })
}
