use std::time::{Duration, SystemTime};

use tokio::time::Instant;
use topic_import_core::Now;

/// The two clocks that the core asks for. The first one is tokio's, by which waits are slept as well: where a test
/// pauses it, both stand still.
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

    /// What is left until this time.
    pub(crate) fn left(self, until: Duration) -> Duration {
        until.saturating_sub(self.elapsed())
    }

    pub(crate) fn now(self) -> Now {
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Now {
            elapsed: self.elapsed(),
            unix_seconds: since_epoch.unwrap_or_default().as_secs(),
        }
    }
}
