//! Waiting for what must come.

use std::thread;
use std::time::{Duration, Instant};

/// Only what hangs takes so long.
const LIMIT: Duration = Duration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// Returns once `is_so`.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < LIMIT, "in vain until {what}");
        thread::sleep(LOOK_EVERY);
    }
}
