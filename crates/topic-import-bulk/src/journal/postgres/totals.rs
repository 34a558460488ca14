//! Where all rows are, from what is counted as they are recorded: however many there are, it takes no longer.

use tokio_postgres::{Client, Error};

use super::outcome;
use crate::summary::{Outcome, Summary};

const TALLY: &str = "\
    SELECT state, code, sum(rows)::bigint FROM topic_import.tally WHERE run = $1 GROUP BY state, code";
/// Rows that are called again have an outcome as well, which does not count meanwhile.
const CALLED: &str = "\
    SELECT outcome.state, count(*) FROM topic_import.lease \
    LEFT JOIN topic_import.outcome USING (run, number) WHERE lease.run = $1 GROUP BY outcome.state";
const WORK: &str = "\
    SELECT rows, coalesce(sum(calls), 0)::bigint, \
        coalesce(sum(extract(epoch FROM at - began_at)), 0)::float8 \
    FROM topic_import.run LEFT JOIN topic_import.worker ON worker.run = run.id \
    WHERE run.id = $1 GROUP BY rows";

pub(super) async fn summary(client: &Client, run: i64) -> Result<Summary, Error> {
    let transaction = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    client.batch_execute(transaction).await?;
    let summary = read(client, run).await;
    client.batch_execute("COMMIT").await?;
    summary
}

async fn read(client: &Client, run: i64) -> Result<Summary, Error> {
    let mut counts = [0_i64; Outcome::ALL.len()];
    let mut summary = Summary::default();
    for row in client.query(TALLY, &[&run]).await? {
        let rows: i64 = row.get(2);
        counts[outcome(row.get(0)) as usize] += rows;
        if let Ok(code) = row.get::<_, &str>(1).parse()
            && rows > 0
        {
            *summary.by_code.entry(code).or_default() += rows.unsigned_abs();
        }
    }
    for row in client.query(CALLED, &[&run]).await? {
        let rows: i64 = row.get(1);
        counts[Outcome::InFlight as usize] += rows;
        if let Some(state) = row.get::<_, Option<&str>>(0) {
            counts[outcome(state) as usize] -= rows;
        }
    }
    let work = client.query_one(WORK, &[&run]).await?;
    summary.rows = work.get::<_, i64>(0).unsigned_abs();
    summary.calls = work.get::<_, i64>(1).unsigned_abs();
    summary.seconds = work.get(2);
    for (outcome, rows) in Outcome::ALL.into_iter().zip(counts) {
        summary.add(outcome, u64::try_from(rows).unwrap_or(0));
    }
    summary.pending += summary.rows.saturating_sub(summary.placed());
    Ok(summary)
}
