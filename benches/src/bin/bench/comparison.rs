//! Two sides measured in turn, so that whatever else the machine does concerns both.

use crate::clock::Took;
use crate::table::{Figure, Row, Target};

/// The median of each side, and of the ratio of each round. A round's two measurements lie next to each other.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Comparison {
    ours: f64,
    theirs: f64,
    /// Ours by theirs.
    ratio: f64,
}

impl Comparison {
    pub(crate) fn of(rounds: &[(f64, f64)]) -> Self {
        Self {
            ours: median(rounds.iter().map(|round| round.0)),
            theirs: median(rounds.iter().map(|round| round.1)),
            ratio: median(rounds.iter().map(|(ours, theirs)| ours / theirs)),
        }
    }
}

impl Comparison {
    /// Where both are numbers of something a second.
    pub(crate) fn in_numbers(self) -> Figure {
        self.in_words(|number| format!("{number:.0}"))
    }

    /// Where both are nanoseconds.
    pub(crate) fn in_nanoseconds(self) -> Figure {
        self.in_words(|nanoseconds| format!("{nanoseconds:.0} ns"))
    }

    /// Where both are microseconds.
    fn in_microseconds(self) -> Figure {
        self.in_words(|microseconds| format!("{microseconds:.1} µs"))
    }

    fn in_words(self, say: impl Fn(f64) -> String) -> Figure {
        let behind = format!("{} against {}", say(self.ours), say(self.theirs));
        Figure::times(self.ratio, &behind)
    }
}

/// Calls made by both sides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Throughput {
    /// A second.
    calls: Comparison,
    /// Microseconds of a processor for each call.
    cpu: Comparison,
}

impl Throughput {
    /// Of rounds in which each side made so many calls.
    pub(crate) fn of(pairs: &[(Took, Took)], calls: u64) -> Self {
        let calls = calls as f64;
        let compared = |of: fn(Took, f64) -> f64| {
            let pairs: Vec<_> = pairs
                .iter()
                .map(|(ours, theirs)| (of(*ours, calls), of(*theirs, calls)))
                .collect();
            Comparison::of(&pairs)
        };
        Self {
            calls: compared(|took, calls| calls / took.wall.as_secs_f64()),
            cpu: compared(|took, calls| took.cpu.as_secs_f64() * 1e6 / calls),
        }
    }

    /// Two rows of the table.
    pub(crate) fn rows(self, what: &str, against: &str, least: Target, most: Target) -> [Row; 2] {
        let Self { calls, cpu } = self;
        [
            Row::new(
                &format!("{what}: calls/s"),
                against,
                calls.in_numbers(),
                least,
            ),
            Row::new(
                &format!("{what}: CPU per call"),
                against,
                cpu.in_microseconds(),
                most,
            ),
        ]
    }
}

/// Measures both sides so often, the one and the other first in turn. One round before is not counted.
pub(crate) fn rounds<T, E>(
    rounds: usize,
    mut ours: impl FnMut() -> Result<T, E>,
    mut theirs: impl FnMut() -> Result<T, E>,
) -> Result<Vec<(T, T)>, E> {
    let mut pairs = Vec::with_capacity(rounds);
    for round in 0..=rounds {
        let pair = if round % 2 == 0 {
            let ours = ours()?;
            (ours, theirs()?)
        } else {
            let theirs = theirs()?;
            (ours()?, theirs)
        };
        if round > 0 {
            pairs.push(pair);
        }
    }
    Ok(pairs)
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}
