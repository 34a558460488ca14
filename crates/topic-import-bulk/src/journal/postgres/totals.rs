//! Counts the rows by outcome. It adds up counts that are kept as outcomes are recorded, so that it takes no longer for
//! more rows.

use std::collections::BTreeMap;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use topic_import_core::Code;

use super::values::{self, outcome};
use crate::journal::Summary;
use crate::outcome::Outcome;

/// A single statement, so that all counts are from the same moment. Rows that are processed again also have an earlier
/// outcome, which must not count while they are in flight; it is looked up by its key, for which the limit is there: the
/// planner, which knows little about tables that grow, would otherwise read all outcomes.
const SUMMARY: &str = "\
    WITH counted AS ( \
        SELECT kind, state, code, sum(rows)::bigint AS rows FROM topic_import.tally WHERE run = $1 GROUP BY 1, 2, 3 \
        UNION ALL SELECT topic_import.kind(number), 'in_flight', '', count(*) \
            FROM topic_import.lease WHERE run = $1 GROUP BY 1 \
        UNION ALL SELECT topic_import.kind(number), former.state, '', -count(*) FROM topic_import.lease \
            CROSS JOIN LATERAL ( \
                SELECT state FROM topic_import.outcome \
                WHERE outcome.run = lease.run AND outcome.number = lease.number LIMIT 1 \
            ) AS former WHERE run = $1 GROUP BY 1, 2 \
    ), loaded AS (SELECT rows, communities FROM topic_import.run WHERE id = $1) \
    SELECT coalesce((SELECT rows FROM loaded), 0), \
        coalesce(sum(calls), 0)::bigint, \
        (SELECT coalesce(sum(extract(epoch FROM at - began_at)), 0)::float8 FROM topic_import.stretch WHERE run = $1), \
        (SELECT coalesce(array_agg(state), '{}') FROM counted), (SELECT coalesce(array_agg(code), '{}') FROM counted), \
        (SELECT coalesce(array_agg(rows), '{}') FROM counted), \
        (SELECT coalesce(array_agg(kind), '{}') FROM counted), \
        coalesce((SELECT communities FROM loaded), 0), \
        coalesce(sum(throttled), 0)::bigint \
    FROM topic_import.worker WHERE run = $1";

pub(super) async fn summary(client: &Client, run: i64) -> Result<Summary, Error> {
    let row = client
        .query_typed_one(SUMMARY, &[(&run, Type::INT8)])
        .await?;
    let mut summary = Summary {
        rows: row.get::<_, i64>(0).unsigned_abs(),
        calls: row.get::<_, i64>(1).unsigned_abs(),
        throttled: row.get::<_, i64>(8).unsigned_abs(),
        seconds: row.get(2),
        ..Summary::default()
    };
    summary.communities.rows = row.get::<_, i64>(7).unsigned_abs();
    let [states, codes, kinds]: [Vec<&str>; 3] = [row.get(3), row.get(4), row.get(6)];
    let mut counts = BTreeMap::<_, i64>::new();
    let counted = states
        .into_iter()
        .zip(codes)
        .zip(kinds)
        .zip(row.get::<_, Vec<i64>>(5));
    for (((state, code), kind), rows) in counted {
        let kind = values::kind(kind);
        *counts.entry((kind, outcome(state) as usize)).or_default() += rows;
        if let Ok(code) = code.parse().map(Code::new)
            && rows > 0
        {
            summary.add_code(kind, code, rows.unsigned_abs());
        }
    }
    for ((kind, place), rows) in counts {
        summary.add(kind, Outcome::ALL[place], u64::try_from(rows).unwrap_or(0));
    }
    summary.add_pending();
    Ok(summary)
}
