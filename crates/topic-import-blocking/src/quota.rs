use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use topic_import_core::{Command, Pacer, Rate, Slot};

use crate::clock::Clock;

/// The quota of every command, shared by all calls of a client.
#[derive(Debug)]
pub(crate) struct Quota {
    rate: Rate,
    lanes: Mutex<Vec<(Command, Arc<Lane>)>>,
}

/// The calls of one command.
#[derive(Debug)]
struct Lane {
    /// Taken by the call that is next: only that one sleeps, the others wait for it.
    turn: Turn,
    pacer: Mutex<Pacer>,
}

/// There is no slot before the call's deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no slot in the quota before the deadline")]
pub(crate) struct TooLate;

impl Quota {
    /// A quota of this rate for each command.
    pub(crate) const fn new(rate: Rate) -> Self {
        Self {
            rate,
            lanes: Mutex::new(Vec::new()),
        }
    }

    /// Waits until a call of the command may leave; no longer than to a deadline, and no slot is taken then.
    pub(crate) fn slot(
        &self,
        command: Command,
        clock: Clock,
        deadline: Option<Duration>,
    ) -> Result<(), TooLate> {
        let Some(lane) = self.lane(command) else {
            return Ok(());
        };
        let left = || deadline.map(|deadline| deadline.saturating_sub(clock.elapsed()));
        let _turn = lane.turn.take(left)?;
        loop {
            let left = left().unwrap_or(Duration::MAX);
            if left.is_zero() {
                return Err(TooLate);
            }
            let slot = lock(&lane.pacer).take(clock.elapsed());
            match slot {
                Slot::After(wait) if wait < left => thread::sleep(wait),
                Slot::After(_) => return Err(TooLate),
                _ => return Ok(()),
            }
        }
    }

    /// The service said that calls of the command are too frequent.
    pub(crate) fn throttle(&self, command: Command, clock: Clock) {
        if let Some(lane) = self.lane(command) {
            lock(&lane.pacer).throttle(clock.elapsed());
        }
    }

    fn lane(&self, command: Command) -> Option<Arc<Lane>> {
        let per_second = self.rate.per_second()?;
        let mut lanes = lock(&self.lanes);
        if let Some((_, lane)) = lanes.iter().find(|(of, _)| *of == command) {
            return Some(Arc::clone(lane));
        }
        let lane = Arc::new(Lane {
            turn: Turn::default(),
            pacer: Mutex::new(Pacer::new(per_second)),
        });
        lanes.push((command, Arc::clone(&lane)));
        Some(lane)
    }
}

/// A lock that is waited for no longer than to a deadline.
#[derive(Debug, Default)]
struct Turn {
    is_taken: Mutex<bool>,
    is_free: Condvar,
}

/// Gives the turn to the next when dropped.
struct Taken<'a>(&'a Turn);

impl Turn {
    /// Takes the turn; `left` is what is left of the time for it, `None` where there is no end to it.
    fn take(&self, left: impl Fn() -> Option<Duration>) -> Result<Taken<'_>, TooLate> {
        let mut is_taken = lock(&self.is_taken);
        while *is_taken {
            is_taken = match left() {
                Some(Duration::ZERO) => return Err(TooLate),
                Some(left) => {
                    let waited = self.is_free.wait_timeout(is_taken, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let waited = self.is_free.wait(is_taken);
                    waited.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
        *is_taken = true;
        Ok(Taken(self))
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *lock(&self.0.is_taken) = false;
        self.0.is_free.notify_one();
    }
}

/// A thread that panicked leaves nothing half done in what these locks guard.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Instant;

    use topic_import_core::{ImportTopic, Operation as _};

    use super::*;

    const COMMAND: Command = ImportTopic::COMMAND;

    /// Of one call a second, with a pacer that was throttled down and stays so: a slot in half a minute.
    fn throttled_down() -> (Quota, Clock) {
        let quota = Quota::new(Rate::PerSecond(NonZeroU32::MIN));
        let lane = quota.lane(COMMAND).unwrap();
        let mut at = Duration::from_hours(1);
        for _ in 0..100 {
            at += Duration::from_millis(200);
            lock(&lane.pacer).throttle(at);
        }
        (quota, Clock::start())
    }

    #[test]
    fn a_hundred_threads_give_up_at_their_deadline_and_use_up_no_slot() {
        let (quota, clock) = throttled_down();
        quota.slot(COMMAND, clock, None).unwrap();
        let begun = Instant::now();
        thread::scope(|scope| {
            for number in 0..100 {
                let deadline = clock.elapsed() + Duration::from_millis(number);
                let quota = &quota;
                scope.spawn(move || {
                    let slot = quota.slot(COMMAND, clock, Some(deadline));
                    assert_eq!(slot, Err(TooLate));
                });
            }
        });
        // One behind the other, they would have waited for an hour.
        assert!(begun.elapsed() < Duration::from_secs(20));
        // The next slot is still the second one.
        let lane = quota.lane(COMMAND).unwrap();
        let Slot::After(wait) = lock(&lane.pacer).take(clock.elapsed()) else {
            panic!("a slot before its time");
        };
        assert!(wait < Duration::from_secs(50), "{wait:?}");
    }

    #[test]
    fn whoever_waits_in_line_gives_up_at_the_deadline_while_the_turn_is_taken() {
        let (quota, clock) = throttled_down();
        let lane = quota.lane(COMMAND).unwrap();
        let turn = lane.turn.take(|| None).unwrap();
        let deadline = clock.elapsed() + Duration::from_millis(50);
        let slot = quota.slot(COMMAND, clock, Some(deadline));
        assert_eq!(slot, Err(TooLate));
        assert!(clock.elapsed() >= deadline);
        drop(turn);
        // There is a slot at once, and the deadline is not before it.
        let deadline = clock.elapsed() + Duration::from_mins(1);
        quota.slot(COMMAND, clock, Some(deadline)).unwrap();
    }
}
