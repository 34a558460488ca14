//! Measures how fast a run is going, and estimates how long it will take.

use std::collections::VecDeque;
use std::time::Duration;

use topic_import_bulk::calls::Snapshot;

/// Rates are averages over this time.
const WINDOW: Duration = Duration::from_secs(20);
/// No rate is given for a shorter time than this.
const LEAST: Duration = Duration::from_secs(1);

/// What a run had done at several moments within the last [`WINDOW`].
#[derive(Default)]
pub(super) struct Pace {
    moments: VecDeque<Moment>,
}

#[derive(Clone, Copy)]
struct Moment {
    at: Duration,
    own_calls: u64,
    done: u64,
}

impl Pace {
    /// Records what had been done at a moment, which must not be before the one recorded last.
    pub(super) fn note(&mut self, at: Duration, now: &Snapshot) {
        self.moments.push_back(Moment {
            at,
            own_calls: now.own_calls,
            done: now.done,
        });
        while let Some(second) = self.moments.get(1)
            && second.at + WINDOW <= at
        {
            self.moments.pop_front();
        }
    }

    /// Calls per second that count against the quota; `None` while too little has been recorded.
    pub(super) fn calls_per_second(&self) -> Option<f64> {
        let (first, last, seconds) = self.span()?;
        Some(per_second(last.own_calls - first.own_calls, seconds))
    }

    /// How long this number of rows will take; `None` while nothing is known, or if no row was done lately.
    pub(super) fn time_for(&self, rows: u64) -> Option<Duration> {
        let (first, last, seconds) = self.span()?;
        let rate = per_second(last.done - first.done, seconds);
        Duration::try_from_secs_f64(precise(rows) / rate).ok()
    }

    fn span(&self) -> Option<(Moment, Moment, f64)> {
        let (first, last) = (*self.moments.front()?, *self.moments.back()?);
        let span = last.at.saturating_sub(first.at);
        (span >= LEAST).then_some((first, last, span.as_secs_f64()))
    }
}

fn per_second(count: u64, seconds: f64) -> f64 {
    precise(count) / seconds
}

#[allow(clippy::cast_precision_loss, reason = "it is rounded to be shown")]
const fn precise(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noted(moments: &[(u64, u64, u64)]) -> Pace {
        let mut pace = Pace::default();
        for (millis, own_calls, done) in moments {
            let mut now = topic_import_bulk::calls::WorkProgress::default().snapshot();
            (now.own_calls, now.done) = (*own_calls, *done);
            pace.note(Duration::from_millis(*millis), &now);
        }
        pace
    }

    #[test]
    fn nothing_is_said_of_the_first_moment() {
        assert_eq!(noted(&[]).calls_per_second(), None);
        assert_eq!(noted(&[(0, 5, 5), (900, 9, 9)]).calls_per_second(), None);
    }

    #[test]
    fn rates_are_those_of_the_last_while() {
        let pace = noted(&[(0, 0, 0), (10_000, 9_000, 9_000), (30_000, 11_000, 10_000)]);
        assert_eq!(pace.calls_per_second(), Some(100.0));
        assert_eq!(pace.time_for(500), Some(Duration::from_secs(10)));
    }

    #[test]
    fn a_run_that_stands_still_has_no_end_in_sight() {
        let pace = noted(&[(0, 7, 7), (5_000, 9, 7)]);
        assert_eq!(pace.time_for(3), None);
    }
}
