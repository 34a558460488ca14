use std::time::{SystemTime, UNIX_EPOCH};

/// The system's clock, in Unix milliseconds.
pub(super) fn unix_millis() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    since_epoch.map_or(0, |time| {
        i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
    })
}
