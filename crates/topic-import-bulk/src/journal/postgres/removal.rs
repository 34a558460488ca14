//! Removes a run of which the service has accepted nothing.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};

use super::totals;
use super::worker::Typed;

/// What became of a run that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    Removed,
    /// Something of it was accepted, or may have been.
    Touched,
    /// A worker is at work on it.
    InUse,
}

const CURSOR: &str = "SELECT 1 FROM topic_import.cursor WHERE run = $1 FOR UPDATE";
const TAKE_OVER: &str = "SELECT topic_import.take_over($1, NULL)";
const AT_WORK: &str =
    "SELECT EXISTS (SELECT FROM topic_import.worker WHERE run = $1 AND NOT is_over)";
const FORGET: &str = "SELECT topic_import.forget(name) FROM topic_import.run WHERE id = $1";

/// Removes a run unless anything of it was accepted. Must be called in a transaction, in which no worker can begin.
pub(super) async fn remove_untouched(client: &Client, run: i64) -> Result<Removal, Error> {
    let of_run: [Typed<'_>; 1] = [(&run, Type::INT8)];
    if client.query_typed_opt(CURSOR, &of_run).await?.is_none() {
        // An earlier attempt has removed it, and its answer was lost.
        return Ok(Removal::Removed);
    }
    // What a dead worker has left open may have been accepted, and counts as in flight from now on.
    client.query_typed(TAKE_OVER, &of_run).await?;
    let at_work = client.query_typed_one(AT_WORK, &of_run).await?;
    if at_work.get(0) {
        return Ok(Removal::InUse);
    }
    if !totals::summary(client, run).await?.is_untouched() {
        return Ok(Removal::Touched);
    }
    client.query_typed(FORGET, &of_run).await?;
    Ok(Removal::Removed)
}
