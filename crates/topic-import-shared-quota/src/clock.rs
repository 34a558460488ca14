//! Translates times of the database's clock into times of this machine's clock.

use std::time::Duration;

/// How far two clocks may drift apart, in millionths: as much as a clock that is being corrected may run fast or slow.
const MOST_DRIFT: i64 = 500;
/// What a single exchange may always make the round trip.
const LEAST_GROWN: Duration = Duration::from_millis(5);

/// A reading of the database's clock, in microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reading(pub(crate) i64);

/// When, by this machine's clock, the database was asked for a reading and when it had answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    pub(crate) asked: Duration,
    pub(crate) answered: Duration,
}

impl Exchange {
    fn took(self) -> Duration {
        self.answered.saturating_sub(self.asked)
    }
}

/// Translates readings into this machine's time. The result is never too early, and too late by no more than the fastest
/// recent exchange took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DatabaseClock {
    /// An upper bound of this machine's time minus the database's, in microseconds.
    offset: i64,
    as_of: Duration,
    /// How long an exchange recently took at most. Each exchange can at most double it, because one during which the process
    /// was stopped says nothing about the next, and a process that expects to wait for a second takes slots so far away
    /// that nobody can use those before them.
    round_trip: Duration,
}

impl DatabaseClock {
    pub(crate) fn new(exchange: Exchange, reading: Reading) -> Self {
        Self {
            offset: micros(exchange.answered) - reading.0,
            as_of: exchange.answered,
            round_trip: exchange.took(),
        }
    }

    pub(crate) const fn round_trip(&self) -> Duration {
        self.round_trip
    }

    /// Corrects the offset by a reading, which was made at some moment of the exchange. If a clock was set, the offset
    /// follows at once.
    pub(crate) fn note(&mut self, exchange: Exchange, reading: Reading) {
        let Exchange { asked, answered } = exchange;
        let since = micros(answered.saturating_sub(self.as_of));
        let drifted = self.offset + since * MOST_DRIFT / 1_000_000 + 1;
        self.offset = drifted.clamp(micros(asked) - reading.0, micros(answered) - reading.0);
        self.as_of = answered;
        let at_most = (self.round_trip * 2).max(LEAST_GROWN);
        self.round_trip = (self.round_trip * 7 / 8).max(exchange.took().min(at_most));
    }

    /// This machine's time at that reading.
    pub(crate) fn local(&self, reading: Reading) -> Duration {
        let micros = reading.0.saturating_add(self.offset);
        Duration::from_micros(u64::try_from(micros).unwrap_or(0))
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EPOCH: i64 = 1_700_000_000_000_000;

    fn exchange(asked: i64, answered: i64) -> Exchange {
        let [asked, answered] =
            [asked, answered].map(|micros| Duration::from_micros(u64::try_from(micros).unwrap()));
        Exchange { asked, answered }
    }

    proptest! {
        /// With clocks that drift, and exchanges that are slow in either direction.
        #[test]
        fn it_is_never_early_and_late_by_the_fastest_exchange_at_most(
            drift in -400_i64..400,
            exchanges in prop::collection::vec((1_000_i64..1_000_000, 0_i64..50_000, 0_i64..50_000), 1..60),
        ) {
            let mut clock: Option<DatabaseClock> = None;
            let mut now = 1_000_000;
            let mut latest = i64::MAX;
            let drifted = |micros: i64| micros * (MOST_DRIFT + drift.abs()) / 1_000_000 + 2;
            for (pause, there, back) in exchanges {
                now += pause;
                let database = |local: i64| EPOCH + local + local * drift / 1_000_000;
                let (asked, read, answered) = (now, now + there, now + there + back);
                now = answered;
                let reading = Reading(database(read));
                let exchange = exchange(asked, answered);
                match &mut clock {
                    Some(clock) => clock.note(exchange, reading),
                    None => clock = Some(DatabaseClock::new(exchange, reading)),
                }
                let local = clock.unwrap().local(Reading(database(now)));
                let late = micros(local) - now;
                let took = there + back;
                // The bound from an older exchange weakens by both drifts.
                latest = latest.saturating_add(drifted(pause + took)).min(took + drifted(took));
                prop_assert!(late >= -2, "{late} µs");
                prop_assert!(late <= latest, "{late} µs late, not {latest}");
            }
        }
    }

    #[test]
    fn a_fast_exchange_is_remembered_through_slow_ones() {
        let mut clock =
            DatabaseClock::new(exchange(1_000_000, 1_000_200), Reading(EPOCH + 1_000_100));
        for second in 2..10_i64 {
            let asked = second * 1_000_000;
            clock.note(
                exchange(asked, asked + 40_000),
                Reading(EPOCH + asked + 20_000),
            );
        }
        let late = micros(clock.local(Reading(EPOCH + 9_500_000))) - 9_500_000;
        assert!((100..=100 + 9 * 501).contains(&late), "{late}");
    }

    #[test]
    fn one_exchange_during_which_the_process_was_stopped_makes_the_round_trip_no_longer_than_twice()
    {
        let mut clock = DatabaseClock::new(exchange(0, 20_000), Reading(EPOCH));
        clock.note(exchange(30_000, 40_030_000), Reading(EPOCH + 40_000));
        assert_eq!(clock.round_trip(), Duration::from_millis(40));
        for second in 41..60 {
            let asked = second * 1_000_000;
            clock.note(exchange(asked, asked + 500_000), Reading(EPOCH + asked));
        }
        assert_eq!(clock.round_trip(), Duration::from_millis(500));
        let mut near = DatabaseClock::new(exchange(0, 0), Reading(EPOCH));
        near.note(exchange(1_000, 5_000), Reading(EPOCH + 2_000));
        assert_eq!(near.round_trip(), Duration::from_millis(4));
    }

    #[test]
    fn a_clock_that_was_set_is_followed_at_once() {
        for step in [-3_600_000_000, 3_600_000_000] {
            let mut clock = DatabaseClock::new(exchange(1_000, 1_200), Reading(EPOCH));
            clock.note(exchange(2_000, 2_200), Reading(EPOCH + step));
            let local = micros(clock.local(Reading(EPOCH + step)));
            assert!((2_000..=2_200).contains(&local), "{local}");
        }
    }
}
