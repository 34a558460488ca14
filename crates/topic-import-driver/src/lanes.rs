use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use topic_import_core::{Command, Feedback, Pacers, Rate, Slot};

/// Paces the calls of a client: a pacer for each command, and a lock called its turn.
///
/// The call that holds a command's turn asks for a slot and sleeps until there is one; the others wait for the turn. So
/// only one call per command sleeps on a timer, however many are waiting. `T` is the type of the lock, which differs
/// between the clients.
#[derive(Debug)]
pub struct Lanes<T> {
    pacers: Mutex<Pacers>,
    turns: Mutex<Vec<(Command, Arc<T>)>>,
}

impl<T: Default> Lanes<T> {
    /// Lanes that keep the calls of each command to this rate.
    pub const fn new(rate: Rate) -> Self {
        Self {
            pacers: Mutex::new(Pacers::new(rate)),
            turns: Mutex::new(Vec::new()),
        }
    }

    /// The lock to hold while waiting for a slot of this command.
    pub fn turn(&self, command: Command) -> Arc<T> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, turn)) = turns.iter().find(|(of, _)| *of == command) {
            return Arc::clone(turn);
        }
        let turn = Arc::<T>::default();
        turns.push((command, Arc::clone(&turn)));
        turn
    }

    /// Takes the next slot of a command if a call of it may be sent at `now`.
    pub fn take(&self, command: Command, now: Duration) -> Slot {
        let mut pacers = self.pacers.lock().unwrap_or_else(PoisonError::into_inner);
        pacers.take(command, now)
    }

    /// Slows down the calls of a command because the service said at `now` that they are too frequent.
    pub fn throttled(&self, command: Command, now: Duration) {
        let mut pacers = self.pacers.lock().unwrap_or_else(PoisonError::into_inner);
        pacers.heed(command, Feedback::Throttled, now);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn lanes() -> Lanes<Mutex<()>> {
        Lanes::new(Rate::PerSecond(NonZeroU32::MIN))
    }

    #[test]
    fn the_calls_of_a_command_wait_in_one_line_and_those_of_another_in_another() {
        let lanes = lanes();
        let turn = || lanes.turn(Command::IMPORT_TOPIC);
        assert!(Arc::ptr_eq(&turn(), &turn()));
        assert!(!Arc::ptr_eq(&turn(), &lanes.turn(Command::GET_TOPIC)));
    }

    #[test]
    fn a_command_that_was_throttled_is_slower_than_another() {
        let lanes = lanes();
        lanes.throttled(Command::IMPORT_TOPIC, Duration::ZERO);
        let wait = |command| {
            assert_eq!(lanes.take(command, Duration::ZERO), Slot::Taken);
            match lanes.take(command, Duration::ZERO) {
                Slot::After(wait) => wait,
                Slot::Taken => panic!("two calls at once"),
            }
        };
        assert!(wait(Command::IMPORT_TOPIC) > wait(Command::GET_TOPIC));
    }
}
