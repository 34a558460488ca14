//! Counts what an import would still do.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use topic_import_core::Code;

use super::values::outcome;
use super::worker::Result;
use crate::journal::remaining::{Alike, Counting};
use crate::journal::{Remaining, names};
use crate::outcome::Outcome;

/// What an import would still do that takes up the rows with these outcomes.
pub(super) async fn remaining(
    client: &Client,
    run: i64,
    outcomes: &[Outcome],
) -> Result<Result<Remaining>, Error> {
    // What is compared with the missing communities is each community, not each row.
    let select = format!(
        "WITH counted AS ( \
             SELECT min(number) AS number, state, code, is_taken_up, group_id, count(*) AS rows, \
                 coalesce(sum(octet_length(request)), 0)::bigint AS bytes \
             FROM ( \
                 SELECT number, state, code, group_id, request, request IS NOT NULL AND state IN ({}) AS is_taken_up \
                 FROM topic_import.row_state \
                 WHERE run = $1 AND state NOT IN ('imported', 'existing') \
             ) AS not_there \
             GROUP BY number < 0, state, code, is_taken_up, group_id \
         ), missing AS ( \
             SELECT group_id FROM counted WHERE number < 0 AND NOT is_taken_up AND group_id IS NOT NULL GROUP BY 1 \
         ) \
         SELECT number, state, code, is_taken_up, number > 0 AND missing.group_id IS NOT NULL, \
             coalesce(counted.group_id, ''), rows, bytes \
         FROM counted LEFT JOIN missing USING (group_id)",
        names(outcomes)
    );
    let rows = client.query_typed(&select, &[(&run, Type::INT8)]).await?;
    let mut counting = Counting::default();
    for row in &rows {
        let alike = Alike {
            number: row.get(0),
            outcome: outcome(row.get(1)),
            code: row.get::<_, Option<i64>>(2).map(Code::new),
            is_taken_up: row.get(3),
            is_blocked: row.get(4),
            rows: row.get::<_, i64>(6).unsigned_abs(),
            bytes: row.get::<_, i64>(7).unsigned_abs(),
        };
        if let Err(damaged) = counting.add(&alike, row.get(5)) {
            return Ok(Err(damaged));
        }
    }
    Ok(Ok(counting.finish()))
}
