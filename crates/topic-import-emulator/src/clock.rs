use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time at which a call is handled.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment {
    /// Monotonic time since the emulator was started.
    pub(crate) since_start: Duration,
    /// Time since the Unix epoch, by the machine's clock.
    pub(crate) unix: Duration,
}

impl Moment {
    /// Unix seconds: the `CreateTime` of a group or a topic that is imported without one.
    pub(crate) fn unix_seconds(self) -> u32 {
        u32::try_from(self.unix.as_secs()).unwrap_or(u32::MAX)
    }
}

/// Tells the time since the start and since the epoch.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment {
            since_start: self.started.elapsed(),
            unix: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
        }
    }
}
