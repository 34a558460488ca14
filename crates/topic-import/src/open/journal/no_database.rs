//! In place of databases, where the feature `postgres` is off.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use topic_import_async::LocalQuota;
use topic_import_bulk::journal::{JournalError, OpenJournal};
use topic_import_core::SdkAppId;

use crate::cli::journal::DatabaseUrl;
use crate::exit::CannotStart;

/// There are none.
pub(crate) enum Database {}

impl Database {
    /// # Errors
    /// Always: what is asked for was left out.
    pub(crate) fn of(_: &DatabaseUrl) -> Result<Self, CannotStart> {
        Err(CannotStart::new(
            "--journal: this topic-import was built without PostgreSQL.\n\
             Name a file, or build it with PostgreSQL: `cargo build --release --features postgres`",
        ))
    }

    pub(crate) fn in_a_command(&self, _: Option<&str>) -> String {
        match *self {}
    }

    #[allow(clippy::unused_async, reason = "a database would be waited for")]
    pub(crate) async fn quota(
        &self,
        _: SdkAppId,
        _: &str,
        _: NonZeroU32,
    ) -> Result<LocalQuota, CannotStart> {
        match *self {}
    }

    #[allow(clippy::unused_async, reason = "a database would be waited for")]
    pub(crate) async fn run(&self, _: Option<&str>) -> Result<String, CannotStart> {
        match *self {}
    }

    #[allow(clippy::unused_async, reason = "a database would be waited for")]
    pub(crate) async fn open(
        &self,
        _: &str,
        _: Option<Duration>,
    ) -> Result<OpenJournal, JournalError> {
        match *self {}
    }
}

impl fmt::Display for Database {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}
