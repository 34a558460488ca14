//! Where all rows are, from what is counted as they are recorded: however many there are, it takes no longer.

use tokio_postgres::{Client, Error};
use topic_import_core::Code;

use super::values::outcome;
use crate::journal::Summary;
use crate::outcome::Outcome;

/// In one statement, which sees one moment. Rows that are called again have an outcome as well, which does not count
/// meanwhile.
const SUMMARY: &str = "\
    WITH counted AS ( \
        SELECT state, code, sum(rows)::bigint AS rows FROM topic_import.tally WHERE run = $1 GROUP BY state, code \
        UNION ALL SELECT 'in_flight', '', count(*) FROM topic_import.lease WHERE run = $1 \
        UNION ALL SELECT state, '', -count(*) FROM topic_import.lease \
            JOIN topic_import.outcome USING (run, number) WHERE run = $1 GROUP BY state \
    ) \
    SELECT (SELECT rows FROM topic_import.run WHERE id = $1), \
        coalesce(sum(calls), 0)::bigint, \
        (SELECT coalesce(sum(extract(epoch FROM at - began_at)), 0)::float8 FROM topic_import.stretch WHERE run = $1), \
        (SELECT array_agg(state) FROM counted), (SELECT array_agg(code) FROM counted), \
        (SELECT array_agg(rows) FROM counted) \
    FROM topic_import.worker WHERE run = $1";

pub(super) async fn summary(client: &Client, run: i64) -> Result<Summary, Error> {
    let row = client.query_one(SUMMARY, &[&run]).await?;
    let mut summary = Summary {
        rows: row.get::<_, i64>(0).unsigned_abs(),
        calls: row.get::<_, i64>(1).unsigned_abs(),
        seconds: row.get(2),
        ..Summary::default()
    };
    let (states, codes): (Vec<&str>, Vec<&str>) = (row.get(3), row.get(4));
    let mut counts = [0_i64; Outcome::ALL.len()];
    for ((state, code), rows) in states.into_iter().zip(codes).zip(row.get::<_, Vec<i64>>(5)) {
        counts[outcome(state) as usize] += rows;
        if let Ok(code) = code.parse().map(Code::new)
            && rows > 0
        {
            *summary.by_code.entry(code).or_default() += rows.unsigned_abs();
        }
    }
    for (outcome, rows) in Outcome::ALL.into_iter().zip(counts) {
        summary.add(outcome, u64::try_from(rows).unwrap_or(0));
    }
    summary.pending += summary.rows.saturating_sub(summary.placed());
    Ok(summary)
}
