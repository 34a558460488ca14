use std::error::Error;
use std::fmt;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::{Instant, sleep};
use topic_import_core::{Command, Rate, Slot};
use topic_import_driver::{Lanes, NoSlot};

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
/// use std::sync::Arc;
/// use tokio::sync::Semaphore;
/// use topic_import_async::{Client, ClientSettings, Command, Quota, Waiting};
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
/// let client = Client::with_quota(settings, HandedOut(Arc::clone(&slots)))?;
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

    /// The rate to which it keeps the calls of each command. Whoever makes many calls has as many in flight as it asks
    /// for; where it is not known, or there is none, a fixed number.
    fn rate(&self) -> Rate {
        Rate::Unlimited
    }
}

impl<Q: Quota + ?Sized> Quota for Arc<Q> {
    fn slot(&self, command: Command) -> Waiting<'_> {
        Q::slot(self, command)
    }

    fn throttled(&self, command: Command) {
        Q::throttled(self, command);
    }

    fn rate(&self) -> Rate {
        Q::rate(self)
    }
}

/// A quota for each command, kept in this process: 1% under the service's, evenly spaced, and slower for a while
/// when the service says so ([`Pacers`](topic_import_core::Pacers)).
///
/// Several clients of one app share it as an `Arc`.
#[derive(Debug)]
pub struct LocalQuota {
    lanes: Lanes<tokio::sync::Mutex<()>>,
    /// On tokio's clock, by which waits are slept as well: where a test pauses it, both stand still.
    start: Instant,
    rate: Rate,
}

impl LocalQuota {
    /// A quota of this rate for each command.
    pub fn new(rate: Rate) -> Self {
        Self {
            lanes: Lanes::new(rate),
            start: Instant::now(),
            rate,
        }
    }
}

impl Quota for LocalQuota {
    fn slot(&self, command: Command) -> Waiting<'_> {
        Box::pin(async move {
            let turn = self.lanes.turn(command);
            let _turn = turn.lock().await;
            while let Slot::After(wait) = self.lanes.take(command, self.start.elapsed()) {
                sleep(wait).await;
            }
            Ok(())
        })
    }

    fn throttled(&self, command: Command) {
        self.lanes.throttled(command, self.start.elapsed());
    }

    fn rate(&self) -> Rate {
        self.rate
    }
}

/// Waits until a call of the command may leave, no longer than so long.
pub(crate) async fn slot_within(
    quota: &dyn Quota,
    command: Command,
    left: Option<Duration>,
) -> Result<(), NoSlot> {
    let Some(left) = left else {
        return quota.slot(command).await.map_err(NoSlot::Failed);
    };
    if left.is_zero() {
        return Err(NoSlot::TooLate);
    }
    // The time is looked at first: a slot that comes too late goes to the next.
    match select(pin!(sleep(left)), quota.slot(command)).await {
        Either::Left(_) => Err(NoSlot::TooLate),
        Either::Right((slot, _)) => slot.map_err(NoSlot::Failed),
    }
}
