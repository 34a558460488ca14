//! The slots that the database has handed out to this process, and how many more to ask for.

use std::collections::VecDeque;
use std::time::Duration;

use topic_import_core::pace::TOLERANCE;

use crate::clock::{DatabaseClock, Reading};

/// How long in advance slots are taken: long enough for the next ones to arrive before these are used up, but not
/// longer, because the slots of a process that dies are lost.
const AHEAD: Duration = Duration::from_millis(25);
/// If the database answers slowly, slots are taken in advance for this many times as long as it takes to answer.
const ROUND_TRIPS_AHEAD: u32 = 4;
/// The longest time for which slots are taken in advance, however slowly the database answers.
const MOST_AHEAD: Duration = Duration::from_secs(1);

/// For how long all processes together are to hold slots in advance, unless a single one needs more. A change of the rate
/// does not affect slots that are already taken: if these last for seconds, it comes too late.
const AHEAD_TOGETHER: Duration = Duration::from_millis(200);

/// Consecutive slots, as the database hands them out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batch {
    /// The first slot.
    pub(crate) first: Reading,
    /// The slot after the last one.
    pub(crate) due: Reading,
    pub(crate) slots: u32,
}

/// Whether a call may be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The call may be sent now, in a slot that was taken for it.
    Taken,
    /// The next slot is at this time; ask again then.
    At(Duration),
    /// There are no slots; ask again when more have arrived.
    None,
}

/// What to ask the database for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) slots: u32,
    /// How far in the future the first slot must be at least, so that it has not passed when the answer arrives.
    pub(crate) not_within: Duration,
}

/// The slots of one command. It reads no clock: callers pass the time of this machine's clock.
#[derive(Debug)]
pub(crate) struct Slots {
    ahead: VecDeque<Duration>,
    /// The time from one slot to the next.
    interval: Duration,
    /// The most slots to ask for at once: fewer, the further ahead other processes have taken slots already.
    most: usize,
    /// Slots that had passed before a call could use them.
    wasted: u64,
}

impl Slots {
    pub(crate) const fn new(interval: Duration) -> Self {
        Self {
            ahead: VecDeque::new(),
            interval,
            most: usize::MAX,
            wasted: 0,
        }
    }

    #[cfg(test)]
    pub(crate) const fn wasted(&self) -> u64 {
        self.wasted
    }

    /// Takes the next slot if a call may be sent in it at `now`: from its time until [`TOLERANCE`] later. Removes older
    /// slots.
    pub(crate) fn next(&mut self, now: Duration) -> Next {
        while let Some(slot) = self.ahead.front().copied() {
            if now < slot {
                return Next::At(slot);
            }
            self.ahead.pop_front();
            if now <= slot.saturating_add(TOLERANCE) {
                return Next::Taken;
            }
            self.wasted += 1;
        }
        Next::None
    }

    /// What to ask the database for while this many calls wait: never more slots than calls.
    pub(crate) fn wanted(&self, waiting: usize, round_trip: Duration) -> Option<Wanted> {
        let full = self.full(round_trip);
        let missing = waiting.saturating_sub(self.ahead.len());
        if missing == 0 || self.ahead.len() > full / 2 {
            return None;
        }
        let slots = u32::try_from(missing.min(full)).unwrap_or(u32::MAX);
        Some(Wanted {
            slots,
            not_within: round_trip.min(MOST_AHEAD),
        })
    }

    /// How many slots to hold in advance at most.
    fn full(&self, round_trip: Duration) -> usize {
        let slots = ahead(round_trip).as_nanos() / self.interval.as_nanos().max(1);
        let slots = usize::try_from(slots).unwrap_or(usize::MAX);
        slots.clamp(1, self.most)
    }

    /// Adds the slots that the database has handed out when its clock showed `now`.
    pub(crate) fn receive(&mut self, batch: Batch, now: Reading, clock: &DatabaseClock) {
        let Batch { first, due, slots } = batch;
        self.share_with_others(first.0.saturating_sub(now.0), clock.round_trip());
        let span = due.0.saturating_sub(first.0);
        self.interval = Duration::from_micros(u64::try_from(span).unwrap_or(0)) / slots.max(1);
        let slots = i64::from(slots);
        // Rounded up, so that no slot is too early.
        let since_first = |slot| (span.saturating_mul(slot) + slots - 1) / slots;
        let times = (0..slots).map(|slot| clock.local(Reading(first.0 + since_first(slot))));
        self.ahead.extend(times);
    }

    /// Adjusts how many slots to ask for by how many microseconds those just received are away, which shows what all
    /// processes hold together.
    fn share_with_others(&mut self, away: i64, round_trip: Duration) {
        let wanted = ahead(round_trip).max(AHEAD_TOGETHER).as_micros();
        let away = u128::try_from(away).unwrap_or(0).max(1);
        let most = self.full(round_trip) as u128;
        let adjusted = if away > wanted {
            (most * wanted / away).max(most / 2)
        } else {
            (most * wanted).div_ceil(away).min(most * 2)
        };
        self.most = usize::try_from(adjusted).unwrap_or(usize::MAX).max(1);
    }
}

/// For how long to take slots in advance.
fn ahead(round_trip: Duration) -> Duration {
    (round_trip * ROUND_TRIPS_AHEAD).clamp(AHEAD, MOST_AHEAD)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::Exchange;

    const SECOND: i64 = 1_000_000;
    /// Microseconds from one slot to the next, for a rate 1% below 200 per second.
    const INTERVAL: i64 = 5_051;
    const EPOCH: i64 = 1_700_000_000_000_000;

    fn micros(micros: i64) -> Duration {
        Duration::from_micros(u64::try_from(micros).unwrap())
    }

    /// A model of the database's row and its statement, in true time.
    #[derive(Default)]
    struct Row {
        due: i64,
    }

    impl Row {
        fn take(&mut self, now: i64, wanted: Wanted) -> Batch {
            let not_within = i64::try_from(wanted.not_within.as_micros()).unwrap();
            let first = self.due.max(now + not_within);
            self.due = first + i64::from(wanted.slots) * INTERVAL;
            Batch {
                first: Reading(EPOCH + first),
                due: Reading(EPOCH + self.due),
                slots: wanted.slots,
            }
        }
    }

    /// A model of a process with its own clock, and the answer that is on its way to it.
    struct Worker {
        /// Its clock minus true time, and how that grows, in millionths.
        skew: i64,
        drift: i64,
        clock: DatabaseClock,
        slots: Slots,
        arriving: Option<(i64, Exchange, Reading, Batch)>,
        /// The process does nothing until then, as if it were stopped or did not get the processor.
        stalled_until: i64,
    }

    impl Worker {
        fn new(skew: i64, drift: i64, round_trip: i64) -> Self {
            let local = |now: i64| micros(skew + now + now * drift / 1_000_000);
            let exchange = Exchange {
                asked: local(0),
                answered: local(round_trip),
            };
            Self {
                skew,
                drift,
                clock: DatabaseClock::new(exchange, Reading(EPOCH + round_trip / 2)),
                slots: Slots::new(micros(INTERVAL)),
                arriving: None,
                stalled_until: round_trip,
            }
        }

        fn local(&self, now: i64) -> Duration {
            micros(self.skew + now + now * self.drift / 1_000_000)
        }

        /// Does what there is to do at this moment. Returns whether a call is sent.
        fn act(&mut self, now: i64, row: &mut Row, delays: &mut impl FnMut() -> i64) -> bool {
            if now < self.stalled_until {
                return false;
            }
            if let Some((_, exchange, reading, batch)) =
                self.arriving.take_if(|(at, ..)| *at <= now)
            {
                self.clock.note(exchange, reading);
                self.slots.receive(batch, reading, &self.clock);
            }
            if self.arriving.is_none()
                && let Some(wanted) = self.slots.wanted(16, self.clock.round_trip())
            {
                let (there, back) = (delays(), delays());
                let exchange = Exchange {
                    asked: self.local(now),
                    answered: self.local(now + there + back),
                };
                let reading = Reading(EPOCH + now + there);
                let batch = row.take(now + there, wanted);
                self.arriving = Some((now + there + back, exchange, reading, batch));
            }
            self.slots.next(self.local(now)) == Next::Taken
        }
    }

    fn assert_within_quota(left: &[i64], quota: usize) {
        for window in left.windows(quota + 1) {
            let span = window[quota] - window[0];
            assert!(span >= SECOND, "{} calls within {span} µs", quota + 1);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

        /// With clocks that disagree and drift, slow answers, and processes that are stopped for a while.
        #[test]
        fn all_processes_together_keep_to_the_quota_in_every_second(
            clocks in prop::collection::vec((0_i64..100 * SECOND, -200_i64..200), 1..6),
            delays in prop::collection::vec(50_i64..2_500, 1..40),
            stalls in prop::collection::vec((0_usize..6, 0_i64..4_000, 0_i64..400_000), 0..60),
        ) {
            let mut delays = delays.into_iter().cycle();
            let mut delay = || delays.next().unwrap();
            let mut row = Row::default();
            let mut workers: Vec<Worker> = clocks
                .into_iter()
                .map(|(skew, drift)| Worker::new(skew, drift, delay() + delay()))
                .collect();
            let mut left = Vec::new();
            for tick in 0..40_000 {
                let now = tick * 100;
                for (worker, at, time) in &stalls {
                    if *at == tick / 10 {
                        let count = workers.len();
                        workers[worker % count].stalled_until = now + time;
                    }
                }
                for worker in &mut workers {
                    if worker.act(now, &mut row, &mut delay) {
                        left.push(now);
                    }
                }
            }
            assert_within_quota(&left, 200);
            prop_assert!(!stalls.is_empty() || left.len() >= 4 * 194, "{} calls", left.len());
        }
    }

    fn received(slots: u32) -> Slots {
        let exchange = Exchange {
            asked: micros(0),
            answered: micros(0),
        };
        let clock = DatabaseClock::new(exchange, Reading(EPOCH));
        let mut held = Slots::new(micros(INTERVAL));
        held.receive(
            Batch {
                first: Reading(EPOCH + SECOND),
                due: Reading(EPOCH + SECOND + i64::from(slots) * INTERVAL),
                slots,
            },
            Reading(EPOCH + SECOND),
            &clock,
        );
        held
    }

    #[test]
    fn a_slot_is_used_from_its_time_on_and_5_ms_late_at_most() {
        for (late, next) in [
            (-1, Next::At(micros(SECOND))),
            (0, Next::Taken),
            (5_000, Next::Taken),
            (5_001, Next::None),
        ] {
            assert_eq!(received(1).next(micros(SECOND + late)), next, "{late}");
        }
        let mut slots = received(4);
        assert_eq!(slots.next(micros(SECOND + 3 * INTERVAL)), Next::Taken);
        // Even the third slot was one interval old, which is more than the tolerance.
        assert_eq!((slots.wasted(), slots.ahead.len()), (3, 0));
    }

    /// Slots that were handed out for so long after they were asked for are a sign of how many others take some.
    #[test]
    fn fewer_slots_are_asked_for_at_once_the_further_ahead_others_have_taken_theirs() {
        let exchange = Exchange {
            asked: micros(0),
            answered: micros(25_000),
        };
        let clock = DatabaseClock::new(exchange, Reading(EPOCH));
        let mut slots = Slots::new(micros(INTERVAL));
        let mut wanted_after = |away| {
            let batch = Batch {
                first: Reading(EPOCH + away),
                due: Reading(EPOCH + away + INTERVAL),
                slots: 1,
            };
            slots.receive(batch, Reading(EPOCH), &clock);
            slots.ahead.clear();
            slots.wanted(1_000, clock.round_trip()).unwrap().slots
        };
        assert_eq!(wanted_after(25_000), 19);
        assert_eq!(wanted_after(400_000), 9);
        assert_eq!(wanted_after(250_000), 7);
        assert_eq!(wanted_after(6 * SECOND), 3);
        assert_eq!(wanted_after(6 * SECOND), 1);
        assert_eq!(wanted_after(6 * SECOND), 1);
        assert_eq!(wanted_after(200_000), 1);
        assert_eq!(wanted_after(150_000), 2);
        assert_eq!(wanted_after(25_000), 4);
        assert_eq!(wanted_after(25_000), 8);
        assert_eq!(wanted_after(25_000), 16);
        assert_eq!(wanted_after(25_000), 19);
    }

    #[test]
    fn no_more_slots_are_asked_for_than_calls_wait_nor_for_longer_than_is_needed() {
        let near = micros(300);
        let slots = |slots: Slots, waiting, round_trip| {
            let wanted = slots.wanted(waiting, round_trip);
            wanted.map(|wanted| wanted.slots)
        };
        let none = || Slots::new(micros(INTERVAL));
        assert_eq!(slots(none(), 0, near), None);
        assert_eq!(slots(none(), 1, near), Some(1));
        assert_eq!(slots(none(), 100, near), Some(4));
        assert_eq!(slots(none(), 100, micros(25_000)), Some(19));
        assert_eq!(slots(none(), 1_000, micros(3 * SECOND)), Some(197));
        assert_eq!(slots(received(2), 2, near), None);
        assert_eq!(slots(received(2), 3, near), Some(1));
        assert_eq!(slots(received(3), 100, near), None);
        let slow = Slots::new(micros(SECOND));
        assert_eq!(slots(slow, 5, near), Some(1));
    }
}
