//! How long calls took, counted by ranges that grow with their lengths.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The last one begins beyond the 5 s that an attempt has.
const RANGES: usize = 28;
/// The shortest range that is told apart.
const UNIT_MICROS: u64 = 500;

/// How many calls took how long, by ranges that begin at 0, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, … ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    calls: [u64; RANGES],
}

/// The calls that took from one time to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LatencyRange {
    /// At least this long.
    pub from: Duration,
    /// Shorter than this; `None` in the last range.
    pub to: Option<Duration>,
    /// How many calls.
    pub calls: u64,
}

impl Latencies {
    /// Counts calls that took so long.
    pub fn add(&mut self, took: Duration, calls: u64) {
        self.calls[range_of(took)] += calls;
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.calls.iter().sum()
    }

    /// Every range, in order; those without a call as well.
    pub fn ranges(&self) -> impl Iterator<Item = LatencyRange> {
        self.calls
            .into_iter()
            .enumerate()
            .map(|(range, calls)| LatencyRange {
                from: start(range),
                to: (range + 1 < RANGES).then(|| start(range + 1)),
                calls,
            })
    }

    /// What came since there were these.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        Self {
            calls: std::array::from_fn(|range| {
                self.calls[range].saturating_sub(earlier.calls[range])
            }),
        }
    }
}

/// The same, counted by many at once.
#[derive(Debug, Default)]
pub(crate) struct LatencyCounters {
    calls: [AtomicU64; RANGES],
}

impl LatencyCounters {
    pub(crate) fn note(&self, took: Duration) {
        self.calls[range_of(took)].fetch_add(1, Relaxed);
    }

    pub(crate) fn read(&self) -> Latencies {
        Latencies {
            calls: std::array::from_fn(|range| self.calls[range].load(Relaxed)),
        }
    }
}

/// Two ranges for every doubling: what the two highest bits say.
fn range_of(took: Duration) -> usize {
    let units = took.as_micros() / u128::from(UNIT_MICROS);
    let Some(highest) = units.checked_ilog2() else {
        return 0;
    };
    let range = match highest {
        0 => 1,
        _ => 2 * highest as usize + usize::from(units & (1 << (highest - 1)) != 0),
    };
    range.min(RANGES - 1)
}

/// Where a range begins.
fn start(range: usize) -> Duration {
    let units = match range {
        0 | 1 => range as u64,
        _ => (2 + (range as u64 & 1)) << (range / 2 - 1),
    };
    Duration::from_micros(units * UNIT_MICROS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_one_another_and_hold_what_begins_them() {
        let starts: Vec<Duration> = (0..RANGES).map(start).collect();
        let micros = [0, 500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12_000];
        assert_eq!(starts[..10], micros.map(Duration::from_micros));
        for (range, start) in starts.iter().enumerate() {
            assert_eq!(range_of(*start), range);
            if range > 0 {
                assert_eq!(
                    range_of(start.saturating_sub(Duration::from_nanos(1))),
                    range - 1
                );
            }
        }
        assert_eq!(range_of(Duration::MAX), RANGES - 1);
    }

    #[test]
    fn what_came_since_is_the_difference() {
        let mut earlier = Latencies::default();
        earlier.add(Duration::from_millis(70), 2);
        let mut later = earlier;
        later.add(Duration::from_millis(70), 3);
        later.add(Duration::ZERO, 1);
        let since = later.since(&earlier);
        assert_eq!((later.calls(), since.calls()), (6, 4));
        let counted = since.ranges().find(|range| range.calls == 3).unwrap();
        assert_eq!(counted.from, Duration::from_millis(64));
        assert_eq!(counted.to, Some(Duration::from_millis(96)));
    }
}
