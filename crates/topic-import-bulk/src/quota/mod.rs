//! A quota that several processes share through PostgreSQL.
//!
//! One row for each command of an app hands out slots, a few at a time, by the database's clock and with one
//! statement. Every process translates them into its own time, and lets calls leave in them.

mod clock;
mod keeper;
mod lane;
mod row;
mod slots;

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use topic_import_async::{Quota, Waiting};
use topic_import_core::{Command, Rate, SdkAppId};

use self::keeper::Keeper;
use self::lane::Lane;
use self::row::Key;
pub use self::row::QuotaError;
use crate::postgres::Database;

/// So long a database may be away before the calls that wait are told.
const PATIENCE: Duration = Duration::from_secs(5);

/// A quota that every process which uses the same database shares: all of them together keep 1% under the service's,
/// evenly spaced, and when one of them is told that calls are too frequent, all slow down for a while.
///
/// It goes by the rules of [`pace`](topic_import_core::pace), with the database's clock. While the database is away,
/// no call leaves; after 5 s, those that wait are told, and ask again until their deadline. Once it is back, it goes
/// on by itself.
///
/// A process takes no more slots than calls wait for one, for 25 ms in advance, or for as long as the database takes
/// to answer four times; what it holds when it is killed is lost. A slot that passed more than 5 ms ago is not used:
/// [`wasted`](Self::wasted).
#[derive(Debug)]
pub struct PostgresQuota {
    shared: Arc<Shared>,
    keeper: AbortHandle,
}

/// What those who wait for slots share with the keeper, who fetches them.
#[derive(Debug)]
struct Shared {
    key: Key,
    /// From one slot to the next at the full rate.
    interval: Duration,
    per_second: NonZeroU32,
    start: Instant,
    lanes: Mutex<Vec<Arc<Lane>>>,
    /// A call waits for a slot that is not there, or was throttled.
    wanted: Notify,
    /// Since when the database is away.
    away: watch::Sender<Option<Away>>,
}

#[derive(Clone, Debug)]
struct Away {
    since: Instant,
    why: Arc<QuotaError>,
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
        let shared = Arc::new(Shared {
            key: Key::new(sdk_app_id, origin),
            interval: row::interval(per_second),
            per_second,
            start: Instant::now(),
            lanes: Mutex::default(),
            wanted: Notify::new(),
            away: watch::Sender::new(None),
        });
        let keeper = Keeper::start(Arc::clone(&shared), database.clone()).await?;
        let keeper = tokio::spawn(keeper.keep()).abort_handle();
        Ok(Self { shared, keeper })
    }

    /// How many slots passed before a call could use them, as this process was late.
    pub fn wasted(&self) -> u64 {
        let lanes = lock(&self.shared.lanes);
        lanes.iter().map(|lane| lane.wasted()).sum()
    }
}

impl Drop for PostgresQuota {
    fn drop(&mut self) {
        self.keeper.abort();
    }
}

impl Quota for PostgresQuota {
    fn slot(&self, command: Command) -> Waiting<'_> {
        Box::pin(async move {
            let lane = self.shared.lane(command);
            lane.slot(&self.shared).await.map_err(Into::into)
        })
    }

    fn throttled(&self, command: Command) {
        self.shared.lane(command).throttle();
        self.shared.wanted.notify_one();
    }

    fn rate(&self) -> Rate {
        Rate::PerSecond(self.shared.per_second)
    }
}

impl Shared {
    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn lane(&self, command: Command) -> Arc<Lane> {
        let mut lanes = lock(&self.lanes);
        if let Some(lane) = lanes.iter().find(|lane| lane.command() == command) {
            return Arc::clone(lane);
        }
        let lane = Arc::new(Lane::new(command, self.interval));
        lanes.push(Arc::clone(&lane));
        lane
    }

    /// The database is there.
    fn note_there(&self) {
        self.away.send_if_modified(|away| away.take().is_some());
    }

    /// The database is away, since now unless it already was.
    fn note_away(&self, why: QuotaError) {
        self.away.send_modify(|away| {
            let since = away.as_ref().map_or_else(Instant::now, |away| away.since);
            let why = Arc::new(why);
            *away = Some(Away { since, why });
        });
    }

    /// Ready when the database has been away for longer than can be borne.
    async fn given_up(&self) -> Arc<QuotaError> {
        let mut changes = self.away.subscribe();
        loop {
            let away = changes.borrow_and_update().clone();
            let patience = async {
                match &away {
                    Some(away) => tokio::time::sleep_until((away.since + PATIENCE).into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = changes.changed() => {}
                () = patience => if let Some(away) = away {
                    return away.why;
                },
            }
        }
    }
}

/// A task that panicked leaves nothing half done in what these locks guard.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
