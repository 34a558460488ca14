use std::error::Error;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::Instant;
use topic_import_core::{Command, Pacer, Rate, Slot};

use crate::clock::Clock;

/// Waits for a slot in a quota.
pub type Waiting<'a> =
    Pin<Box<dyn Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// Says when calls may leave, so that all of them together keep to the service's quota.
///
/// A client has one of its own ([`LocalQuota`]), which its clones share. Where an app is called from several
/// processes or machines, they need one in common: the crate `topic-import-bulk` keeps one in PostgreSQL, and this
/// trait is for any other place.
///
/// Every attempt takes a slot, those that repeat or read back included.
///
/// ```no_run
/// # use topic_import_core::{ClientSettings, Command, Credentials, Region, SdkAppId, SecretKey, UserId};
/// use std::sync::Arc;
/// use tokio::sync::Semaphore;
/// use topic_import_async::{Client, Quota, Waiting};
///
/// /// Slots that somebody else hands out.
/// #[derive(Debug)]
/// struct HandedOut(Arc<Semaphore>);
///
/// impl Quota for HandedOut {
///     fn slot(&self, _: Command) -> Waiting<'_> {
///         Box::pin(async {
///             self.0.acquire().await?.forget(); // fails once the semaphore is closed
///             Ok(())
///         })
///     }
///
///     fn throttled(&self, command: Command) {
///         eprintln!("the service says that calls of {command} are too frequent");
///     }
/// }
///
/// # fn client(settings: &ClientSettings) -> Result<(), Box<dyn std::error::Error>> {
/// let slots = Arc::new(Semaphore::new(0));
/// let client = Client::builder(settings).quota(HandedOut(Arc::clone(&slots))).build()?;
/// # Ok(())
/// # }
/// ```
pub trait Quota: fmt::Debug + Send + Sync {
    /// Ready when a call of the command may leave, at once. Whoever is no longer interested drops it, and a slot that
    /// was meant for it should go to the next.
    ///
    /// A call's deadline runs from its first attempt: a call that has not left yet waits here for as long as this
    /// lets it.
    ///
    /// # Errors
    /// Where the quota is kept somewhere else and cannot be asked: no call may leave. Then the deadline runs; the call
    /// asks again after a while, and ends with [`Failure::NoSlot`](topic_import_core::Failure::NoSlot) when its time
    /// is over. No error should come of what passes within a few seconds, nor hold a secret.
    fn slot(&self, command: Command) -> Waiting<'_>;

    /// The service has just said that calls of the command are too frequent.
    fn throttled(&self, command: Command);
}

impl<Q: Quota + ?Sized> Quota for Arc<Q> {
    fn slot(&self, command: Command) -> Waiting<'_> {
        Q::slot(self, command)
    }

    fn throttled(&self, command: Command) {
        Q::throttled(self, command);
    }
}

/// A quota for each command, kept in this process: 1% under the service's, evenly spaced, and slower for a while
/// when the service says so ([`Pacer`]).
///
/// Several clients of one app share it as an `Arc`.
#[derive(Debug)]
pub struct LocalQuota {
    rate: Rate,
    clock: Clock,
    lanes: Mutex<Vec<(Command, Arc<Lane>)>>,
}

/// The calls of one command, in the order in which they asked.
#[derive(Debug)]
struct Lane {
    /// Held by the call that is next: only that one sleeps, the others wait in line.
    turn: tokio::sync::Mutex<()>,
    pacer: Mutex<Pacer>,
}

/// There is no slot before the call's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no slot in the quota before the deadline")]
pub(crate) struct TooLate;

impl LocalQuota {
    /// A quota of this rate for each command.
    pub fn new(rate: Rate) -> Self {
        Self {
            rate,
            clock: Clock::start(),
            lanes: Mutex::new(Vec::new()),
        }
    }

    /// Waits until a call of the command may leave; no longer than until a given time, and no slot is taken then.
    async fn wait(&self, command: Command, until: Option<Instant>) -> Result<(), TooLate> {
        let Some(lane) = self.lane(command) else {
            return Ok(());
        };
        let _turn = match until {
            Some(until) => tokio::time::timeout_at(until, lane.turn.lock())
                .await
                .map_err(|_| TooLate)?,
            None => lane.turn.lock().await,
        };
        loop {
            let left = until.map_or(Duration::MAX, |until| until - Instant::now());
            if left.is_zero() {
                return Err(TooLate);
            }
            let slot = lock(&lane.pacer).take(self.clock.elapsed());
            match slot {
                Slot::After(wait) if wait < left => tokio::time::sleep(wait).await,
                Slot::After(_) => return Err(TooLate),
                _ => return Ok(()),
            }
        }
    }

    fn lane(&self, command: Command) -> Option<Arc<Lane>> {
        let per_second = self.rate.per_second()?;
        let mut lanes = lock(&self.lanes);
        if let Some((_, lane)) = lanes.iter().find(|(of, _)| *of == command) {
            return Some(Arc::clone(lane));
        }
        let lane = Arc::new(Lane {
            turn: tokio::sync::Mutex::new(()),
            pacer: Mutex::new(Pacer::new(per_second)),
        });
        lanes.push((command, Arc::clone(&lane)));
        Some(lane)
    }
}

impl Quota for LocalQuota {
    fn slot(&self, command: Command) -> Waiting<'_> {
        Box::pin(async move {
            self.wait(command, None).await?;
            Ok(())
        })
    }

    fn throttled(&self, command: Command) {
        if let Some(lane) = self.lane(command) {
            lock(&lane.pacer).throttle(self.clock.elapsed());
        }
    }
}

/// Why an attempt may not leave.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoSlot {
    #[error(transparent)]
    TooLate(#[from] TooLate),
    /// The quota cannot be asked now.
    #[error(transparent)]
    Failed(Box<dyn Error + Send + Sync>),
}

/// The quota of a client.
#[derive(Debug)]
pub(crate) enum ClientQuota {
    /// Its own, which needs no allocation for a slot.
    Local(LocalQuota),
    Given(Box<dyn Quota>),
}

impl ClientQuota {
    /// Waits until a call of the command may leave, no longer than until a given time.
    pub(crate) async fn slot(
        &self,
        command: Command,
        until: Option<Instant>,
    ) -> Result<(), NoSlot> {
        let quota = match self {
            Self::Local(quota) => return Ok(quota.wait(command, until).await?),
            Self::Given(quota) => quota,
        };
        let Some(until) = until else {
            return quota.slot(command).await.map_err(NoSlot::Failed);
        };
        if Instant::now() >= until {
            return Err(TooLate.into());
        }
        // The time is looked at first: a slot that comes too late goes to the next.
        match select(pin!(tokio::time::sleep_until(until)), quota.slot(command)).await {
            Either::Left(_) => Err(TooLate.into()),
            Either::Right((slot, _)) => slot.map_err(NoSlot::Failed),
        }
    }

    pub(crate) fn throttled(&self, command: Command) {
        match self {
            Self::Local(quota) => quota.throttled(command),
            Self::Given(quota) => quota.throttled(command),
        }
    }
}

/// A task that panicked leaves nothing half done in what these locks guard.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
