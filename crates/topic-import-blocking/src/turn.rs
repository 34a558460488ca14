use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use topic_import_driver::NoSlot;

/// A lock that can be waited for until a deadline.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    is_taken: Mutex<bool>,
    is_free: Condvar,
}

/// Holds the turn; passes it on to the next caller when dropped.
pub(crate) struct Taken<'a>(&'a Turn);

impl Turn {
    /// Waits for the turn until the given time, or without a limit, and takes it.
    pub(crate) fn take(&self, until: Option<Instant>) -> Result<Taken<'_>, NoSlot> {
        let mut is_taken = self.is_taken();
        while *is_taken {
            is_taken = match until.map(|until| until.saturating_duration_since(Instant::now())) {
                Some(Duration::ZERO) => return Err(NoSlot::TooLate),
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

    /// The flag, even if the lock is poisoned: a panic cannot leave it half set.
    fn is_taken(&self) -> MutexGuard<'_, bool> {
        self.is_taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.0.is_taken() = false;
        self.0.is_free.notify_one();
    }
}
