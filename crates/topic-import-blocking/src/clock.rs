use std::time::{Duration, Instant, SystemTime};

use topic_import_core::Now;

/// The two clocks that the core asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            start: Instant::now(),
        }
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) fn now(self) -> Now {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Now {
            elapsed: self.elapsed(),
            unix_seconds: since_epoch.unwrap_or_default().as_secs(),
        }
    }
}
