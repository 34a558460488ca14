use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use topic_import_core::{Command, Rate, Slot};
use topic_import_driver::{Lanes, NoSlot};

use crate::turn::Turn;

/// Decides when calls may be sent, so that all of them together stay within the service's quota.
///
/// By default a client has its own [`LocalQuota`], which its clones share. This trait is for keeping a quota anywhere
/// else.
///
/// Every attempt takes a slot, including repetitions and read-backs.
///
/// ```no_run
/// use std::sync::Mutex;
/// use std::sync::mpsc::{Receiver, RecvTimeoutError};
/// use std::time::Instant;
/// use topic_import_blocking::{Client, ClientSettings, Command, NoSlot, Quota};
///
/// /// A quota whose slots are handed out by other code.
/// #[derive(Debug)]
/// struct HandedOut(Mutex<Receiver<()>>);
///
/// impl Quota for HandedOut {
///     fn slot(&self, _: Command, until: Option<Instant>) -> Result<(), NoSlot> {
///         let slots = self.0.lock().map_err(|error| NoSlot::Failed(error.to_string().into()))?;
///         let Some(until) = until else {
///             return slots.recv().map_err(|error| NoSlot::Failed(error.into()));
///         };
///         match slots.recv_timeout(until.saturating_duration_since(Instant::now())) {
///             Ok(()) => Ok(()),
///             Err(RecvTimeoutError::Timeout) => Err(NoSlot::TooLate),
///             Err(error) => Err(NoSlot::Failed(error.into())),
///         }
///     }
///
///     fn throttled(&self, command: Command) {
///         eprintln!("the service says that calls of {command} are too frequent");
///     }
/// }
///
/// # fn client(settings: &ClientSettings) -> Result<(), Box<dyn std::error::Error>> {
/// let (hand_out, slots) = std::sync::mpsc::channel();
/// let client = Client::with_quota(settings, HandedOut(Mutex::new(slots)))?;
/// hand_out.send(())?;
/// # Ok(())
/// # }
/// ```
pub trait Quota: fmt::Debug + Send + Sync {
    /// Waits until a call of the command may be sent, but no longer than `until`, the call's deadline. The call is sent
    /// as soon as this returns.
    ///
    /// A call's deadline counts from its first attempt; before that, `until` is `None` and the wait has no limit.
    ///
    /// # Errors
    /// [`NoSlot::TooLate`] if no slot is free in time; none is taken then. [`NoSlot::Failed`] if the quota is kept
    /// elsewhere and cannot be reached, so no call may be sent. The call asks again after a wait, and ends with
    /// [`Failure::NoSlot`](crate::Failure::NoSlot) at its deadline, which counts from the first error at the latest. Do
    /// not return an error for a disturbance of a few seconds, nor one that contains a secret.
    fn slot(&self, command: Command, until: Option<Instant>) -> Result<(), NoSlot>;

    /// Called when the service has said that calls of the command are too frequent.
    fn throttled(&self, command: Command);
}

impl<Q: Quota + ?Sized> Quota for Arc<Q> {
    fn slot(&self, command: Command, until: Option<Instant>) -> Result<(), NoSlot> {
        Q::slot(self, command, until)
    }

    fn throttled(&self, command: Command) {
        Q::throttled(self, command);
    }
}

/// A quota for each command, kept in this process. Calls are evenly spaced at 1% under the given rate, and slow down
/// for a while when the service says that they are too frequent ([`Pacers`](topic_import_core::Pacers)).
///
/// Several clients of the same app can share it in an `Arc`.
#[derive(Debug)]
pub struct LocalQuota {
    lanes: Lanes<Turn>,
    start: Instant,
}

impl LocalQuota {
    /// A quota with this rate for each command.
    pub fn new(rate: Rate) -> Self {
        Self {
            lanes: Lanes::new(rate),
            start: Instant::now(),
        }
    }
}

impl Quota for LocalQuota {
    fn slot(&self, command: Command, until: Option<Instant>) -> Result<(), NoSlot> {
        let is_in_time = |at: Instant| until.is_none_or(|until| at < until);
        let turn = self.lanes.turn(command);
        let _turn = turn.take(until)?;
        loop {
            let now = Instant::now();
            if !is_in_time(now) {
                return Err(NoSlot::TooLate);
            }
            match self.lanes.take(command, now - self.start) {
                Slot::Taken => return Ok(()),
                Slot::After(wait) if is_in_time(now + wait) => thread::sleep(wait),
                Slot::After(_) => return Err(NoSlot::TooLate),
            }
        }
    }

    fn throttled(&self, command: Command) {
        self.lanes.throttled(command, self.start.elapsed());
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use topic_import_core::{ImportTopic, Operation as _};

    use super::*;

    const COMMAND: Command = ImportTopic::COMMAND;

    /// A quota of one call a second whose pacer is throttled so far that the next slot is half a minute away.
    fn throttled_down() -> LocalQuota {
        let quota = LocalQuota::new(Rate::PerSecond(NonZeroU32::MIN));
        let mut at = Duration::from_secs(3600);
        for _ in 0..100 {
            at += Duration::from_millis(200);
            quota.lanes.throttled(COMMAND, at);
        }
        quota
    }

    #[test]
    fn a_hundred_threads_give_up_at_their_deadline_and_use_up_no_slot() {
        let quota = throttled_down();
        quota.slot(COMMAND, None).unwrap();
        let begun = Instant::now();
        thread::scope(|scope| {
            for number in 0..100 {
                let until = Instant::now() + Duration::from_millis(number);
                let quota = &quota;
                scope.spawn(move || {
                    let slot = quota.slot(COMMAND, Some(until));
                    assert!(matches!(slot, Err(NoSlot::TooLate)), "{slot:?}");
                });
            }
        });
        // If each had waited in turn, it would have taken an hour.
        assert!(begun.elapsed() < Duration::from_secs(20));
        // No slot was taken: the next one is still the second.
        let Slot::After(wait) = quota.lanes.take(COMMAND, quota.start.elapsed()) else {
            panic!("a slot before its time");
        };
        assert!(wait < Duration::from_secs(50), "{wait:?}");
    }

    #[test]
    fn whoever_waits_in_line_gives_up_at_the_deadline_while_the_turn_is_taken() {
        let quota = throttled_down();
        let turn = quota.lanes.turn(COMMAND);
        let taken = turn.take(None).unwrap();
        let until = Instant::now() + Duration::from_millis(50);
        let slot = quota.slot(COMMAND, Some(until));
        assert!(matches!(slot, Err(NoSlot::TooLate)), "{slot:?}");
        assert!(Instant::now() >= until);
        drop(taken);
        // The first slot of the quota is free at once, so the deadline is kept.
        let until = Instant::now() + Duration::from_secs(60);
        quota.slot(COMMAND, Some(until)).unwrap();
    }
}
