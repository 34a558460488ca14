//! How many rows may be in flight at the same time, computed from numbers that are passed in.

use std::num::NonZeroUsize;
use std::time::Duration;

use topic_import_core::Rate;

/// After this many failed attempts in succession, the service is considered down.
const MOST_FAILED_IN_TURN: u64 = 16;
/// How often a further row is started while the service is considered down: perhaps only the rows in flight fail.
const PROBE_EVERY: Duration = Duration::from_secs(2);
/// Rows in flight without pacing, unless the caller sets a number.
const UNPACED_CONCURRENCY: usize = 64;
/// Rows in flight beyond those that the average latency requires, at least.
const SPARE_CONCURRENCY: usize = 8;
/// At large quotas there are more: as many as are sent in a second divided by this. A shared quota hands out
/// several slots at once, one for each call that waits; with few of them, the database would be asked for every slot.
const SPARE_PER_SECOND: usize = 40;
/// The same for rows without a TopicId. There are fewer, because those that wait for their slot when the process is
/// killed end as unknown although they were not sent.
const SPARE_UNNAMED: usize = 2;
/// Up to this many rows that wait for the service or the network to recover do not keep others from being started.
const MOST_TROUBLED: usize = 1024;
/// Rows claimed in advance without pacing.
const UNPACED_AHEAD: usize = 1024;
/// With pacing, as many rows are claimed in advance as are sent in a second divided by this.
const AHEAD_PER_SECOND: usize = 5;
/// With pacing, at most as many rows wait for their first slot as are sent in a second divided by this.
const UNSENT_PER_SECOND: usize = 10;

/// The numbers at one moment that decide whether a further row may be started.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) rate: Rate,
    /// The most rows in flight, if the caller has set it.
    pub(super) most_in_flight: Option<NonZeroUsize>,
    /// Whether the service has answered at all.
    pub(super) has_answered: bool,
    /// Whether there are rows without a TopicId.
    pub(super) has_unnamed: bool,
    /// How long an attempt takes on average.
    pub(super) latency: Duration,
    pub(super) in_flight: usize,
    /// Rows in flight that wait for their first slot.
    pub(super) unsent: usize,
    /// Rows in flight that wait for the service or the network to recover.
    pub(super) troubled: usize,
    /// Attempts that failed since the service last decided a call.
    pub(super) failed_in_turn: u64,
    pub(super) since_last_start: Duration,
}

impl Load {
    /// Whether a further row may be started.
    pub(super) fn has_room(self) -> bool {
        self.in_flight < self.concurrency()
            && self.unsent < self.most_unsent()
            && (self.failed_in_turn < MOST_FAILED_IN_TURN || self.may_probe())
    }

    fn may_probe(self) -> bool {
        self.in_flight == 0 || self.since_last_start >= PROBE_EVERY
    }

    /// The most rows in flight: twice as many as are on their way at the same time when calls are sent at the quota's
    /// rate and take the average latency, because some are slower. Rows that wait for the service or the network to
    /// recover do not count.
    fn concurrency(self) -> usize {
        if !self.has_answered {
            return 1;
        }
        if let Some(set) = self.most_in_flight {
            return set.get();
        }
        let asked_for = match self.rate.per_second() {
            None => UNPACED_CONCURRENCY,
            Some(rate) => {
                let micros = u128::from(rate.get()) * self.latency.as_micros();
                let on_their_way = usize::try_from(micros / 1_000_000).unwrap_or(usize::MAX);
                if self.has_unnamed {
                    on_their_way.saturating_add(SPARE_UNNAMED)
                } else {
                    on_their_way.saturating_mul(2).saturating_add(
                        SPARE_CONCURRENCY.max(rate.get() as usize / SPARE_PER_SECOND),
                    )
                }
            }
        };
        asked_for.saturating_add(self.troubled.min(MOST_TROUBLED))
    }

    /// The most rows that may wait for their first slot. With pacing these are few: after one slow answer, the average
    /// latency would require many rows in flight, which could only wait.
    fn most_unsent(self) -> usize {
        match self.rate.per_second() {
            None => usize::MAX,
            Some(_) if self.has_unnamed => SPARE_UNNAMED,
            Some(rate) => (rate.get() as usize / UNSENT_PER_SECOND).max(SPARE_CONCURRENCY),
        }
    }
}

/// How many rows are claimed in advance.
pub(super) fn rows_ahead(rate: Rate) -> usize {
    match rate.per_second() {
        None => UNPACED_AHEAD,
        Some(rate) => (rate.get() as usize).div_ceil(AHEAD_PER_SECOND),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    /// A run at the documented quota of 200 calls a second, with answers after 100 ms.
    fn load() -> Load {
        Load {
            rate: Rate::default(),
            most_in_flight: None,
            has_answered: true,
            has_unnamed: false,
            latency: Duration::from_millis(100),
            in_flight: 0,
            unsent: 0,
            troubled: 0,
            failed_in_turn: 0,
            since_last_start: Duration::ZERO,
        }
    }

    #[test]
    fn as_many_rows_are_in_flight_as_the_latency_asks_for() {
        let unpaced = Load {
            rate: Rate::Unlimited,
            ..load()
        };
        let set = NonZeroUsize::new(3);
        for (load, most) in [
            // At the average latency, 20 rows are on their way: twice that, and 8 to spare.
            (load(), 48),
            // Fewer, so that few rows end as unknown if the process is killed.
            (
                Load {
                    has_unnamed: true,
                    ..load()
                },
                22,
            ),
            (
                Load {
                    troubled: 5,
                    ..load()
                },
                53,
            ),
            (
                Load {
                    troubled: 5000,
                    ..load()
                },
                48 + 1024,
            ),
            (
                Load {
                    latency: Duration::ZERO,
                    ..load()
                },
                8,
            ),
            (
                Load {
                    has_answered: false,
                    ..load()
                },
                1,
            ),
            (
                Load {
                    rate: Rate::PerSecond(NonZeroU32::new(2_000).unwrap()),
                    latency: Duration::ZERO,
                    ..load()
                },
                50,
            ),
            (unpaced, 64),
            (
                Load {
                    most_in_flight: set,
                    ..load()
                },
                3,
            ),
            (
                Load {
                    most_in_flight: set,
                    troubled: 5,
                    ..unpaced
                },
                3,
            ),
            (
                Load {
                    most_in_flight: set,
                    has_answered: false,
                    ..load()
                },
                1,
            ),
        ] {
            let with = |in_flight| Load { in_flight, ..load };
            assert!(with(most - 1).has_room(), "{load:?}");
            assert!(!with(most).has_room(), "{load:?}");
        }
    }

    #[test]
    fn few_rows_wait_for_their_first_slot_unless_nothing_is_paced() {
        for (load, most) in [
            (load(), 20),
            (
                Load {
                    has_unnamed: true,
                    ..load()
                },
                2,
            ),
        ] {
            let with = |unsent| Load { unsent, ..load };
            assert!(with(most - 1).has_room() && !with(most).has_room());
        }
        let unpaced = Load {
            rate: Rate::Unlimited,
            unsent: 63,
            ..load()
        };
        assert!(unpaced.has_room());
    }

    #[test]
    fn a_service_that_is_down_is_probed_now_and_then() {
        let down = Load {
            failed_in_turn: 16,
            in_flight: 1,
            ..load()
        };
        let since = |since_last_start| Load {
            since_last_start,
            ..down
        };
        assert!(!since(Duration::from_millis(1999)).has_room());
        assert!(since(Duration::from_secs(2)).has_room());
        assert!(
            Load {
                in_flight: 0,
                ..down
            }
            .has_room()
        );
        assert!(
            Load {
                failed_in_turn: 15,
                ..down
            }
            .has_room()
        );
    }

    #[test]
    fn rows_are_claimed_ahead_for_a_fifth_of_a_second() {
        assert_eq!(rows_ahead(Rate::default()), 40);
        assert_eq!(rows_ahead(Rate::Unlimited), 1024);
    }
}
