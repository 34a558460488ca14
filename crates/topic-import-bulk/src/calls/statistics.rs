use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use tokio::sync::Notify;

use crate::journal::{LatencyHistogram, Usage};

/// Counts of calls and attempts. Decisions depend on them, and the journal stores some of them.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    /// Attempts that have ended.
    pub(super) attempts: AtomicU64,
    /// Attempts that had to be repeated.
    pub(super) repeated: AtomicU64,
    /// Attempts that the service refused as too frequent.
    pub(super) throttled: AtomicU64,
    pub(super) imports: LatencyCounters,
    pub(super) in_flight: AtomicU64,
    /// Calls in flight of which no attempt has been sent yet.
    pub(super) unsent: AtomicU64,
    pub(super) has_left: Notify,
    /// Calls in flight that wait for the service or the network to recover.
    pub(super) troubled: AtomicU64,
    /// Attempts that failed since the service last decided a call.
    pub(super) failed_in_turn: AtomicU64,
    /// A moving average of how long attempts take, in microseconds.
    latency: AtomicU64,
}

impl Statistics {
    /// What has been used so far, for the journal. The rate is missing because it is not known here.
    pub(crate) fn usage(&self) -> Usage {
        Usage {
            calls: self.attempts.load(Relaxed),
            repeated: self.repeated.load(Relaxed),
            throttled: self.throttled.load(Relaxed),
            imports: self.imports.read(),
            rate: None,
        }
    }

    pub(crate) fn troubled(&self) -> usize {
        size(&self.troubled)
    }

    pub(crate) fn failed_in_turn(&self) -> u64 {
        self.failed_in_turn.load(Relaxed)
    }

    /// How long an attempt takes on average.
    pub(crate) fn latency(&self) -> Duration {
        Duration::from_micros(self.latency.load(Relaxed))
    }

    pub(crate) fn unsent(&self) -> usize {
        size(&self.unsent)
    }

    /// Waits until the first attempt of a call is sent.
    pub(crate) async fn call_has_left(&self) {
        self.has_left.notified().await;
    }

    pub(super) fn note_latency(&self, took: Duration) {
        let average = self.latency.load(Relaxed);
        let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let next = match average {
            0 => took,
            _ => (average * 7 + took) / 8,
        };
        // Attempts that end at the same moment may overwrite each other; an average can miss one.
        self.latency.store(next, Relaxed);
    }
}

fn size(counter: &AtomicU64) -> usize {
    usize::try_from(counter.load(Relaxed)).unwrap_or(usize::MAX)
}

/// A [`LatencyHistogram`] to which many tasks can add at the same time.
#[derive(Debug, Default)]
pub(super) struct LatencyCounters {
    calls: [AtomicU64; LatencyHistogram::RANGES],
}

impl LatencyCounters {
    pub(super) fn note(&self, took: Duration) {
        self.calls[LatencyHistogram::range_of(took)].fetch_add(1, Relaxed);
    }

    fn read(&self) -> LatencyHistogram {
        LatencyHistogram::from_counts(std::array::from_fn(|range| self.calls[range].load(Relaxed)))
    }
}
