//! Why the database of a quota cannot be used.

use std::error::Error as _;
use std::time::Duration;

use crate::database::Database;

/// Why the database of a quota cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuotaError {
    /// It cannot be reached, or refused what it was asked.
    #[error("the quota in {database} cannot be used")]
    Unusable {
        /// Where.
        database: Database,
        /// Why.
        source: DatabaseFailure,
    },
    /// A later version made its table.
    #[error("the quota in {database} was made by a later version of this program")]
    TooNew {
        /// Where.
        database: Database,
    },
}

/// Why a database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseFailure {
    /// It refused, or could not be reached. What it said takes the place of the driver's own words.
    #[error("{}", said(.0))]
    Refused(tokio_postgres::Error),
    /// It did not answer in time.
    #[error("no answer within {} s", .0.as_secs())]
    NoAnswer(Duration),
}

/// What the database itself said, or the network: the driver's own words say less.
pub fn said(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return said.message().to_owned();
    }
    match error.source() {
        Some(cause) => cause.to_string(),
        None => error.to_string(),
    }
}
