//! One quota of calls that several processes share through a PostgreSQL database.
//!
//! [`PostgresQuota`] replaces the quota that each client would keep for itself: every process passes one to
//! `topic_import_async::Client::with_quota`.
//!
//! A slot is a moment at which one call may be sent. The database has a row for each command of an app, and a single
//! statement takes a few slots from it, by the database's clock. Every process translates its slots into its own time
//! and sends its calls in them.
//!
//! [`Database`] is the address of the database that keeps the quota. A crate that has other tables in the same database
//! uses it to connect as well, and creates the tables with [`schema`].

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod clock;
mod database;
mod error;
mod keeper;
mod lane;
mod outage;
mod quota;
mod row;
pub mod schema;
#[cfg(test)]
mod simulation;
mod slots;
mod source;
mod tls;

pub use database::{Database, DatabaseError, begin, in_transaction};
pub use error::{DatabaseFailure, QuotaError, said};
pub use quota::PostgresQuota;
