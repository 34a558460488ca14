//! The quota that a client is given.

use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::task::AbortHandle;
use topic_import_async::{Quota, Waiting};
use topic_import_core::{Command, Rate, SdkAppId};

use crate::database::Database;
use crate::error::QuotaError;
use crate::keeper::Keeper;
use crate::lane::Lanes;
use crate::row::{Key, interval};

/// A quota that every process which uses the same database shares: all of them together keep 1% under the service's,
/// evenly spaced, and when one of them is told that calls are too frequent, all slow down for a while.
///
/// It goes by the rules of [`pace`](topic_import_core::pace), with the database's clock. While the database is away,
/// no call leaves; after 5 s, those that wait are told, and ask again until their deadline. Once it is back, it goes
/// on by itself.
///
/// A process takes slots only for calls that wait, and no further in advance than 25 ms, or four times what the database
/// takes to answer; slots that it holds when it is killed are lost. A slot that passed more than 5 ms ago is not used, and
/// counts as [`wasted`](Self::wasted).
#[derive(Debug)]
pub struct PostgresQuota {
    lanes: Arc<Lanes>,
    keeper: AbortHandle,
    per_second: NonZeroU32,
}

impl PostgresQuota {
    /// Shares the quota of an app at an endpoint, whose origin (scheme, host and port) must be written alike
    /// everywhere, as must `per_second`: the service's quota for each command.
    ///
    /// Makes the schema `topic_import` and its table `quota` where they are missing. Must be called within a tokio
    /// runtime, in which the quota then lives.
    ///
    /// # Errors
    /// Where the database cannot be reached now, or may not be used.
    pub async fn connect(
        database: &Database,
        sdk_app_id: SdkAppId,
        origin: &str,
        per_second: NonZeroU32,
    ) -> Result<Self, QuotaError> {
        let lanes = Arc::new(Lanes::new(interval(per_second)));
        let key = Key::new(sdk_app_id, origin);
        let keeper = Keeper::start(Arc::clone(&lanes), database.clone(), key).await?;
        let keeper = tokio::spawn(keeper.keep()).abort_handle();
        Ok(Self {
            lanes,
            keeper,
            per_second,
        })
    }

    /// How many slots passed unused because this process was late.
    pub fn wasted(&self) -> u64 {
        self.lanes.wasted()
    }
}

impl Drop for PostgresQuota {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Quota for PostgresQuota {
    fn slot(&self, command: Command) -> Waiting<'_> {
        Box::pin(async move { self.lanes.slot(command).await.map_err(Into::into) })
    }

    fn throttled(&self, command: Command) {
        self.lanes.throttled(command);
    }

    fn rate(&self) -> Rate {
        Rate::PerSecond(self.per_second)
    }
}
