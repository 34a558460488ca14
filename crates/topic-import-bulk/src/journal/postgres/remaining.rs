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
    let select = format!(
        "WITH not_there AS ( \
             SELECT number, state, code, group_id, request, request IS NOT NULL AND state IN ({}) AS is_taken_up \
             FROM topic_import.row_state WHERE run = $1 AND state NOT IN ('imported', 'existing') \
         ), judged AS ( \
             SELECT *, number > 0 AND group_id IN ( \
                 SELECT group_id FROM not_there WHERE number < 0 AND request IS NOT NULL AND NOT is_taken_up \
             ) AS is_blocked FROM not_there \
         ) \
         SELECT min(number), state, code, is_taken_up, coalesce(is_blocked, false), \
             coalesce(group_id, ''), count(*), coalesce(sum(octet_length(request)), 0)::bigint \
         FROM judged GROUP BY number < 0, state, code, is_taken_up, is_blocked, group_id",
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
