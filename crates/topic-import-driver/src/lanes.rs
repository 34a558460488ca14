use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use topic_import_core::{Command, Feedback, Pacers, Rate, Slot};

/// What the calls of a client keep their quota by: a pacer for each command, and the turn of its next call.
///
/// Whoever holds the turn of a command asks for a slot and sleeps until there is one; the others wait for the turn. So
/// one call sleeps for each command, however many want to leave. `T` is the lock that the turn is, as a client waits
/// for it.
#[derive(Debug)]
pub struct Lanes<T> {
    pacers: Mutex<Pacers>,
    turns: Mutex<Vec<(Command, Arc<T>)>>,
}

impl<T: Default> Lanes<T> {
    /// Keeps the calls of each command to this rate.
    pub const fn new(rate: Rate) -> Self {
        Self {
            pacers: Mutex::new(Pacers::new(rate)),
            turns: Mutex::new(Vec::new()),
        }
    }

    /// The turn of a command's next call.
    pub fn turn(&self, command: Command) -> Arc<T> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, turn)) = turns.iter().find(|(of, _)| *of == command) {
            return Arc::clone(turn);
        }
        let turn = Arc::<T>::default();
        turns.push((command, Arc::clone(&turn)));
        turn
    }

    /// Takes the next slot of a command if a call of it may leave at `now`.
    pub fn take(&self, command: Command, now: Duration) -> Slot {
        let mut pacers = self.pacers.lock().unwrap_or_else(PoisonError::into_inner);
        pacers.take(command, now)
    }

    /// The service said at `now` that calls of the command are too frequent.
    pub fn throttled(&self, command: Command, now: Duration) {
        let mut pacers = self.pacers.lock().unwrap_or_else(PoisonError::into_inner);
        pacers.heed(command, Feedback::Throttled, now);
    }
}
