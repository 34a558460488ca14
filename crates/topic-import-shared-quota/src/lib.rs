//! One quota of calls that several processes share through a PostgreSQL database.
//!
//! [`PostgresQuota`] takes the place of the quota that a client keeps by itself: every process gives one to
//! `topic_import_async::Client::with_quota`.
//!
//! A row for each command of an app hands out slots, a few at a time, by the database's clock and with one statement.
//! Every process translates them into its own time and lets its calls leave in them.
//!
//! [`Database`] is where the quota is kept, and how it is reached. A crate that keeps further tables in the same database
//! connects with it as well, and makes them with [`schema`].

mod clock;
mod database;
mod error;
mod keeper;
mod lane;
mod outage;
mod quota;
mod row;
pub mod schema;
mod slots;
mod tls;

pub use database::{Database, DatabaseError};
pub use error::{DatabaseFailure, QuotaError, said};
pub use quota::PostgresQuota;
