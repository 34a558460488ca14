//! Creates and updates the tables of this project in a database. They form parts, each with its own version.

use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};

use crate::database::in_transaction;

/// The advisory lock (`TOPI`) that lets one process at a time change the schema.
const LOCK: i64 = 0x544f_5049;

/// Some tables of the schema `topic_import` that belong together.
#[derive(Debug)]
#[allow(
    clippy::exhaustive_structs,
    reason = "a part is written as a constant, field by field"
)]
pub struct Part {
    /// Its name in the table of versions.
    pub name: &'static str,
    /// The SQL scripts, each of which leads from one version to the next.
    pub migrations: &'static [&'static str],
}

/// The version of a part in the database; 0 if the part does not exist.
pub async fn version(client: &Client, part: &Part) -> Result<i64, Error> {
    match in_transaction(client, kept_version(client, part)).await {
        Ok(version) => Ok(version),
        Err(error)
            if [SqlState::UNDEFINED_TABLE, SqlState::INVALID_SCHEMA_NAME]
                .iter()
                .any(|state| error.code() == Some(state)) =>
        {
            Ok(0)
        }
        Err(error) => Err(error),
    }
}

async fn kept_version(client: &Client, part: &Part) -> Result<i64, Error> {
    let found = client
        .query_typed_opt(
            "SELECT version FROM topic_import.version WHERE part = $1",
            &[(&part.name, Type::TEXT)],
        )
        .await?;
    Ok(found.map_or(0, |row| row.get(0)))
}

/// Updates a part to the version that this program knows, and returns the version that the database has then. It is
/// higher if a later version of the program has been there.
pub async fn bring_up_to_date(client: &Client, part: &Part) -> Result<i64, Error> {
    let known = i64::try_from(part.migrations.len()).unwrap_or(i64::MAX);
    let found = version(client, part).await?;
    if found >= known {
        return Ok(found);
    }
    in_transaction(client, migrate(client, part, known)).await
}

async fn migrate(client: &Client, part: &Part, known: i64) -> Result<i64, Error> {
    client
        .query_typed("SELECT pg_advisory_xact_lock($1)", &[(&LOCK, Type::INT8)])
        .await?;
    let has_schema = client
        .query_typed_one(
            "SELECT to_regclass('topic_import.version') IS NOT NULL",
            &[],
        )
        .await?;
    if !has_schema.get::<_, bool>(0) {
        client
            .batch_execute(
                "CREATE SCHEMA IF NOT EXISTS topic_import; \
                 CREATE TABLE topic_import.version (part text PRIMARY KEY, version bigint NOT NULL)",
            )
            .await?;
    }
    let found = kept_version(client, part).await?;
    let missing = part
        .migrations
        .iter()
        .skip(usize::try_from(found).unwrap_or(usize::MAX));
    for script in missing {
        client.batch_execute(script).await?;
    }
    let now = found.max(known);
    client
        .query_typed(
            "INSERT INTO topic_import.version VALUES ($1, $2) \
             ON CONFLICT (part) DO UPDATE SET version = excluded.version",
            &[(&part.name, Type::TEXT), (&now, Type::INT8)],
        )
        .await?;
    Ok(now)
}
