//! Creates the tables of this project in a database. They form parts, each with its own version.

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
    /// The version of its tables that this program knows. There is no way from one version to another.
    pub version: i64,
    /// The SQL script that creates them.
    pub tables: &'static str,
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

/// Creates the tables of a part that does not exist, and returns the version that the database has then: an existing
/// part is left as it is, whatever its version.
pub async fn create_if_missing(client: &Client, part: &Part) -> Result<i64, Error> {
    match version(client, part).await? {
        0 => in_transaction(client, create(client, part)).await,
        found => Ok(found),
    }
}

async fn create(client: &Client, part: &Part) -> Result<i64, Error> {
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
    // Another process may have been faster.
    let found = kept_version(client, part).await?;
    if found != 0 {
        return Ok(found);
    }
    client.batch_execute(part.tables).await?;
    client
        .query_typed(
            "INSERT INTO topic_import.version VALUES ($1, $2)",
            &[(&part.name, Type::TEXT), (&part.version, Type::INT8)],
        )
        .await?;
    Ok(part.version)
}
