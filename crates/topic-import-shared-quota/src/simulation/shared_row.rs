//! The arithmetic of `take.sql` and `throttle.sql` on a row, by a clock that is passed in. `tests/it/simulated_row.rs`
//! holds it against PostgreSQL.

use std::time::Duration;

use topic_import_core::pace::{
    CLIMB_MILLIS, FIRST_BACK_OFF, IN_A_ROW, STRONGEST_BACK_OFF, TOGETHER,
};

const SECOND: f64 = 1e6;
const MINUTE: i64 = 60_000_000;

/// The row of one command. All times are in microseconds since the Unix epoch.
#[derive(Clone, Debug)]
pub(super) struct SharedRow {
    pub(super) due: i64,
    pub(super) throttled_at: i64,
    pub(super) share: f64,
    pub(super) back_off: i64,
}

impl SharedRow {
    pub(super) const fn inserted(now: i64) -> Self {
        Self {
            due: now,
            throttled_at: 0,
            share: 1.0,
            back_off: 1,
        }
    }

    /// Hands out slots; the first one, and the one after the last.
    pub(super) fn take(
        &mut self,
        now: i64,
        slots: u32,
        not_within: Duration,
        interval: Duration,
    ) -> (i64, i64) {
        let earliest = now + micros(not_within.as_secs_f64());
        let first = self.due.max(earliest).min(earliest + MINUTE);
        let seconds = interval.as_secs_f64() / self.climbed(now);
        self.due = first + micros(f64::from(slots) * seconds);
        (first, self.due)
    }

    /// Reduces the rate because the service said that calls are too frequent.
    pub(super) fn throttle(&mut self, now: i64) {
        if now < self.throttled_at + micros(TOGETHER.as_secs_f64()) {
            return;
        }
        let is_in_a_row = self.since_throttled(now) < IN_A_ROW.as_secs_f64();
        let back_off = if is_in_a_row {
            (self.back_off / 2).max(STRONGEST_BACK_OFF.cast_signed())
        } else {
            FIRST_BACK_OFF.cast_signed()
        };
        let share = self.climbed(now);
        self.share = share - share / back_off as f64;
        (self.throttled_at, self.back_off) = (now, back_off);
    }

    /// The share of the full rate at this time.
    fn climbed(&self, now: i64) -> f64 {
        let climb = Duration::from_millis(CLIMB_MILLIS).as_secs_f64();
        (self.share + self.since_throttled(now) / climb).min(1.0)
    }

    fn since_throttled(&self, now: i64) -> f64 {
        ((now - self.throttled_at) as f64 / SECOND).max(0.0)
    }
}

/// As PostgreSQL multiplies an interval of a second by a number.
#[allow(clippy::cast_possible_truncation, reason = "it is minutes at most")]
fn micros(seconds: f64) -> i64 {
    (seconds * SECOND).round_ties_even() as i64
}
