//! The quota to pass to a client.

use std::num::NonZeroU32;
use std::sync::Arc;

use tokio::task::AbortHandle;
use topic_import_async::{Quota, Waiting};
use topic_import_core::{Command, Rate, SdkAppId};

use crate::database::Database;
use crate::error::QuotaError;
use crate::keeper::Keeper;
use crate::lane::Lanes;
use crate::row::{Address, Key, Row, interval};

/// A quota that is shared by all processes that use the same database. Their calls together stay 1% below the service's
/// quota and are evenly spaced. When the service tells one of them that calls are too frequent, all slow down for a
/// while.
///
/// It follows the rules of [`pace`](topic_import_core::pace) with the database's clock. While the database cannot be
/// reached, no calls are sent. After 5 s, the calls that wait are told so, and ask again until their deadline. Once the
/// database is back, calls continue by themselves.
///
/// A process takes slots only for calls that are waiting, and at most 25 ms in advance, or four times as long as the
/// database takes to answer, if that is longer. The more processes take slots, the fewer each one takes at once, so that
/// all together hold slots for 0.2 s or, again, for four answers. Slots that a process holds when it is killed are lost. A slot that passed more
/// than 5 ms ago is not used.
#[derive(Debug)]
pub struct PostgresQuota {
    lanes: Arc<Lanes>,
    keeper: AbortHandle,
    per_second: NonZeroU32,
}

impl PostgresQuota {
    /// Joins the shared quota of an app at an endpoint. All processes must pass the same `origin` (scheme, host and
    /// port of the endpoint), written in the same way, and the same `per_second`, the service's quota for each command.
    ///
    /// Creates the schema `topic_import` and its table `quota` if they are missing. Must be called within a tokio
    /// runtime, in which the quota then runs.
    ///
    /// # Errors
    /// If the database cannot be reached or does not grant access, or if another version of this crate has set it up.
    pub async fn connect(
        database: &Database,
        sdk_app_id: SdkAppId,
        origin: &str,
        per_second: NonZeroU32,
    ) -> Result<Self, QuotaError> {
        let lanes = Arc::new(Lanes::new(interval(per_second)));
        let address = Address {
            database: database.clone(),
            key: Key::new(sdk_app_id, origin),
        };
        let keeper = Keeper::<Row>::start(Arc::clone(&lanes), address).await?;
        let keeper = tokio::spawn(keeper.keep()).abort_handle();
        Ok(Self {
            lanes,
            keeper,
            per_second,
        })
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
