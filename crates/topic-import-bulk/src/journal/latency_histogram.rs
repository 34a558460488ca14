//! Counts calls by how long they took, in ranges that are wider for longer times.

use std::time::Duration;

/// Where each range begins, in microseconds. The last one begins above the 5 s after which an attempt times out.
const STARTS: [u64; 28] = [
    0, 500, 1_000, 1_500, 2_000, 3_000, 4_000, 6_000, 8_000, 12_000, 16_000, 24_000, 32_000,
    48_000, 64_000, 96_000, 128_000, 192_000, 256_000, 384_000, 512_000, 768_000, 1_024_000,
    1_536_000, 2_048_000, 3_072_000, 4_096_000, 6_144_000,
];

/// How many calls took how long, in ranges that begin at 0, 0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, … ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LatencyHistogram {
    calls: [u64; STARTS.len()],
}

/// How many calls took a time within this range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LatencyRange {
    /// The shortest time of the range.
    pub from: Duration,
    /// The end of the range, exclusive; `None` for the last range.
    pub to: Option<Duration>,
    /// How many calls.
    pub calls: u64,
}

impl LatencyHistogram {
    /// How many ranges there are.
    pub(crate) const RANGES: usize = STARTS.len();

    /// Creates a histogram from the number of calls in each range.
    pub(crate) const fn from_counts(calls: [u64; Self::RANGES]) -> Self {
        Self { calls }
    }

    /// The index of the range in which a call of this length is counted.
    pub(crate) fn range_of(took: Duration) -> usize {
        let micros = took.as_micros();
        STARTS.partition_point(|start| u128::from(*start) <= micros) - 1
    }

    /// Counts a number of calls that each took this long.
    pub fn add(&mut self, took: Duration, calls: u64) {
        self.calls[Self::range_of(took)] += calls;
    }

    /// How many calls are counted in all.
    pub fn calls(&self) -> u64 {
        self.calls.iter().sum()
    }

    /// All ranges in order, including those without calls.
    pub fn ranges(&self) -> impl Iterator<Item = LatencyRange> {
        let ends = STARTS[1..].iter().map(Some).chain([None]);
        let ranges = self.calls.into_iter().zip(STARTS).zip(ends);
        ranges.map(|((calls, from), to)| LatencyRange {
            from: Duration::from_micros(from),
            to: to.map(|to| Duration::from_micros(*to)),
            calls,
        })
    }

    /// The calls that were counted since an earlier state of this histogram.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        Self {
            calls: std::array::from_fn(|range| {
                self.calls[range].saturating_sub(earlier.calls[range])
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_follow_one_another_and_hold_what_begins_them() {
        for (range, start) in STARTS.into_iter().enumerate() {
            let start = Duration::from_micros(start);
            assert_eq!(LatencyHistogram::range_of(start), range);
            if range > 0 {
                let before = start.saturating_sub(Duration::from_nanos(1));
                assert_eq!(LatencyHistogram::range_of(before), range - 1);
            }
        }
        let last = STARTS.len() - 1;
        assert_eq!(LatencyHistogram::range_of(Duration::MAX), last);
        let ranges: Vec<_> = LatencyHistogram::default().ranges().collect();
        assert!(ranges.windows(2).all(|two| two[0].to == Some(two[1].from)));
        assert!(ranges.len() == STARTS.len() && ranges[last].to.is_none());
    }

    #[test]
    fn what_came_since_is_the_difference() {
        let mut earlier = LatencyHistogram::default();
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
