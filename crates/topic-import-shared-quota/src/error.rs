//! Why the database of a quota cannot be used.

use std::error::Error as _;
use std::time::Duration;

use crate::database::Database;

/// Why the database of a quota cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuotaError {
    /// The database cannot be reached, or refused a statement.
    #[error("the quota in {database} cannot be used")]
    Unusable {
        /// The database.
        database: Database,
        /// Why it cannot be used.
        source: DatabaseFailure,
    },
    /// Another version of this crate created the table of quotas.
    #[error(
        "the quota in {database} was made by {} version of this program (its schema version is {found}, not {known})",
        if found > known { "a later" } else { "an earlier" }
    )]
    AnotherVersion {
        /// The database.
        database: Database,
        /// The version of the table.
        found: i64,
        /// The version that this crate can use.
        known: i64,
    },
}

/// Why a database did not execute a statement.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseFailure {
    /// The database refused, or could not be reached. Shows its own message instead of the driver's.
    #[error("{}", said(.0))]
    Refused(tokio_postgres::Error),
    /// The database did not answer in time.
    #[error("no answer within {} s", .0.as_secs())]
    NoAnswer(Duration),
}

/// The message of the database, or of the network, which says more than the driver's own.
pub fn said(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return said.message().to_owned();
    }
    match error.source() {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}
