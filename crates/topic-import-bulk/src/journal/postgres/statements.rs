//! Statements that a worker executes on more than one of its connections.

use std::time::Duration;

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use topic_import_core::{Code, GroupId};

use super::values::{signed, storable};
use crate::journal::{Hold, Role};
use crate::outcome::Outcome;

/// Begins a worker and returns its number; `None` if another worker is at work that cannot be joined.
pub(super) async fn begin_worker(
    client: &Client,
    run: i64,
    token: i64,
    role: Role<'_>,
    by: Option<&str>,
    lasts: Duration,
) -> Result<Option<i64>, Error> {
    let (name, retry) = match role {
        // Whoever settles rows claims as an import does, and gives back the rows that need no settling.
        Role::Import(retry) | Role::Trial(retry, _) | Role::Settle(retry) => ("import", retry),
        Role::Join => ("join", &[][..]),
        Role::Undo => ("undo", &[][..]),
    };
    let mut outcomes = vec![Outcome::Held.name()];
    outcomes.extend(retry.iter().map(|retry| retry.outcome().name()));
    let row = client
        .query_typed_one(
            "SELECT topic_import.begin_worker($1, $2, $3, $4, $5, $6)",
            &[
                (&run, Type::INT8),
                (&token, Type::INT8),
                (&name, Type::TEXT),
                (&by.map(storable), Type::TEXT),
                (&outcomes, Type::TEXT_ARRAY),
                (&lasts.as_secs_f64(), Type::FLOAT8),
            ],
        )
        .await?;
    Ok(row.get(0))
}

/// Whether nobody has removed a run.
pub(super) async fn run_exists(client: &Client, run: i64) -> Result<bool, Error> {
    let exists = "SELECT EXISTS (SELECT FROM topic_import.run WHERE id = $1)";
    let row = client
        .query_typed_one(exists, &[(&run, Type::INT8)])
        .await?;
    Ok(row.get(0))
}

/// Tells the other workers about a failure.
pub(super) async fn tell(client: &Client, worker: i64, hold: &Hold) -> Result<(), Error> {
    client
        .query_typed(
            "SELECT topic_import.tell($1, $2, $3, $4, $5, $6)",
            &[
                (&worker, Type::INT8),
                (&hold.group_id.as_ref().map(GroupId::as_str), Type::TEXT),
                (&signed(hold.line), Type::INT8),
                (&hold.cause.code.map(Code::get), Type::INT8),
                (&hold.cause.said.as_deref().map(storable), Type::TEXT),
                (&hold.cause.what.as_deref().map(storable), Type::TEXT),
            ],
        )
        .await
        .map(drop)
}
