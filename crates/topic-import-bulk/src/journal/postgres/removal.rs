//! Removes a run of which the service has accepted nothing.

use tokio_postgres::{Client, Error};

use super::totals;

/// What became of a run that was to be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removal {
    Removed,
    /// Something of it was accepted, or may have been.
    Touched,
    /// A worker is at work on it.
    InUse,
}

/// Removes a run unless anything of it was accepted. No worker can begin meanwhile.
pub(super) async fn remove_untouched(client: &Client, run: i64) -> Result<Removal, Error> {
    client.batch_execute("BEGIN").await?;
    let cursor = "SELECT FROM topic_import.cursor WHERE run = $1 FOR UPDATE";
    if client.query_opt(cursor, &[&run]).await?.is_none() {
        // An earlier attempt has removed it, and its answer was lost.
        client.batch_execute("ROLLBACK").await?;
        return Ok(Removal::Removed);
    }
    let removal = decide(client, run).await?;
    if removal == Removal::Removed {
        let forget = "SELECT topic_import.forget(name) FROM topic_import.run WHERE id = $1";
        client.execute(forget, &[&run]).await?;
    }
    client.batch_execute("COMMIT").await?;
    Ok(removal)
}

async fn decide(client: &Client, run: i64) -> Result<Removal, Error> {
    // What a dead worker has left open may have been accepted, and counts as in flight from now on.
    client
        .execute("SELECT topic_import.take_over($1, NULL)", &[&run])
        .await?;
    let at_work = "SELECT EXISTS (SELECT FROM topic_import.worker WHERE run = $1 AND NOT is_over)";
    if client.query_one(at_work, &[&run]).await?.get(0) {
        return Ok(Removal::InUse);
    }
    Ok(if totals::summary(client, run).await?.is_untouched() {
        Removal::Removed
    } else {
        Removal::Touched
    })
}
