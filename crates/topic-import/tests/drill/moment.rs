//! When to strike: at moments drawn by chance, all over a run.

use std::thread;
use std::time::Duration;

use fastrand::Rng;

use crate::importer::Importer;
use crate::migration::Migration;
use crate::patience;

/// Longer than the journal takes to be begun, than it takes to settle what is in flight, and than two commits lie
/// apart.
const LONGEST_PAUSE: Duration = Duration::from_millis(120);

/// So long after something has happened.
pub(crate) struct Moment {
    after: After,
    pause: Duration,
}

enum After {
    Start,
    JournalBegun,
    /// So many topics are there, of all that were imported so far.
    Topics(usize),
}

impl Moment {
    /// Some of them early, before anything is sent; the others spread over the time until so many topics are there,
    /// in its order.
    pub(crate) fn draw(count: usize, topics: usize, chance: &mut Rng) -> Vec<Self> {
        let early = (0..count.div_ceil(5)).map(|number| match number % 2 {
            0 => After::JournalBegun,
            _ => After::Start,
        });
        let early: Vec<After> = early.collect();
        let mut places: Vec<usize> = (early.len()..count)
            .map(|_| chance.usize(..topics))
            .collect();
        places.sort_unstable();
        let later = places.into_iter().map(After::Topics);
        early
            .into_iter()
            .chain(later)
            .map(|after| Self {
                pause: match after {
                    // What begins a journal takes no longer.
                    After::JournalBegun => Duration::from_micros(chance.u64(..10_000)),
                    _ => LONGEST_PAUSE.mul_f64(chance.f64()),
                },
                after,
            })
            .collect()
    }

    /// Waits for it; gives whether the importer still runs then.
    #[track_caller]
    pub(crate) fn comes(
        &self,
        importer: &mut Importer,
        migration: &Migration,
        topics: impl Fn() -> usize,
    ) -> bool {
        let has_happened = || match self.after {
            After::Start => true,
            After::JournalBegun => migration.journal_path().exists(),
            After::Topics(count) => topics() >= count,
        };
        patience::until("it is time", || importer.has_ended() || has_happened());
        thread::sleep(self.pause);
        !importer.has_ended()
    }
}
