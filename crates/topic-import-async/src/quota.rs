use std::error::Error;
use std::fmt;
use std::future::ready;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::time::{Instant, sleep};
use topic_import_core::{Command, Rate, Slot};
use topic_import_driver::{Lanes, NoSlot};

/// A future that waits for a slot in a quota.
pub type Waiting<'a> =
    Pin<Box<dyn Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// Decides when calls may be sent, so that all of them together stay within the service's quota.
///
/// By default a client has its own [`LocalQuota`], which its clones share. If several processes or machines make calls
/// for the same app, they must share one quota. The crate `topic-import-shared-quota` keeps one in PostgreSQL; this trait is
/// for keeping one anywhere else.
///
/// Every attempt takes a slot, including repetitions and read-backs.
///
/// ```no_run
/// use std::sync::Arc;
/// use tokio::sync::Semaphore;
/// use topic_import_async::{Client, ClientSettings, Command, Quota, Waiting};
///
/// /// A quota whose slots are handed out by other code.
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
    /// Completes when a call of the command may be sent; the call is then sent at once. If the future is dropped first,
    /// its slot should go to the next caller.
    ///
    /// A call's deadline counts from its first attempt, so before that a call waits here without a limit of its own.
    ///
    /// # Errors
    /// The quota is kept elsewhere and cannot be reached, so no call may be sent. The call asks again after a wait, and
    /// ends with [`Failure::NoSlot`](topic_import_core::Failure::NoSlot) at its deadline, which counts from the first
    /// error at the latest. Do not return an error for a disturbance of a few seconds, nor one that contains a secret.
    fn slot(&self, command: Command) -> Waiting<'_>;

    /// Called when the service has said that calls of the command are too frequent.
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

/// A quota for each command, kept in this process. Calls are evenly spaced at 1% under the given rate, and slow down
/// for a while when the service says that they are too frequent ([`Pacers`](topic_import_core::Pacers)).
///
/// Several clients of the same app can share it in an `Arc`.
#[derive(Debug)]
pub struct LocalQuota {
    lanes: Lanes<tokio::sync::Mutex<()>>,
    /// On tokio's clock, like the waits, so that a test that pauses the clock stops both.
    start: Instant,
    rate: Rate,
}

impl LocalQuota {
    /// A quota with this rate for each command.
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
        if self.rate == Rate::Unlimited {
            return Box::pin(ready(Ok(())));
        }
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

/// Waits until a call of the command may be sent, but no longer than `left`.
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
    // The timer is polled first, so that a slot that comes too late is not taken.
    match select(pin!(sleep(left)), quota.slot(command)).await {
        Either::Left(_) => Err(NoSlot::TooLate),
        Either::Right((slot, _)) => slot.map_err(NoSlot::Failed),
    }
}
