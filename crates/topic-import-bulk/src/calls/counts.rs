use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use topic_import_core::Code;

use crate::outcome::Outcome;

/// Counts and notes that are only shown to people: no decision depends on them.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) done: AtomicU64,
    pub(super) failed: AtomicU64,
    /// How many rows have each outcome, in the order of [`Outcome::ALL`].
    outcomes: [AtomicU64; Outcome::ALL.len()],
    /// Requests with the command of their call, without those that read back.
    pub(super) own_calls: AtomicU64,
    /// The code by which the service last refused a request as too frequent, and when, as time since the work began.
    last_throttled: Mutex<Option<(Code, Duration)>>,
    /// Why a request was last repeated.
    last_trouble: Mutex<Option<String>>,
    /// Why the journal cannot be reached; `None` while it can.
    journal_away: Mutex<Option<String>>,
    /// What the journal has lost although it had confirmed it; each text once.
    journal_lost: Mutex<Vec<String>>,
}

impl Counts {
    pub(super) fn outcome(&self, outcome: Outcome) {
        self.outcomes[outcome as usize].fetch_add(1, Relaxed);
        self.topic(outcome.is_there());
    }

    pub(super) fn topic(&self, is_as_wanted: bool) {
        self.done.fetch_add(1, Relaxed);
        self.failed.fetch_add(u64::from(!is_as_wanted), Relaxed);
    }

    /// The outcomes that at least one row has, each with its number of rows.
    pub(super) fn outcomes(&self) -> Vec<(Outcome, u64)> {
        Outcome::ALL
            .into_iter()
            .zip(&self.outcomes)
            .map(|(outcome, rows)| (outcome, rows.load(Relaxed)))
            .filter(|(_, rows)| *rows > 0)
            .collect()
    }

    pub(super) fn trouble(&self, text: String) {
        *lock(&self.last_trouble) = Some(text);
    }

    pub(super) fn throttled(&self, code: Code, at: Duration) {
        *lock(&self.last_throttled) = Some((code, at));
    }

    pub(super) fn last_throttled(&self) -> Option<(Code, Duration)> {
        *lock(&self.last_throttled)
    }

    pub(super) fn last_trouble(&self) -> Option<String> {
        lock(&self.last_trouble).clone()
    }

    pub(super) fn set_journal_away(&self, why: Option<String>) {
        *lock(&self.journal_away) = why;
    }

    pub(super) fn journal_away(&self) -> Option<String> {
        lock(&self.journal_away).clone()
    }

    pub(super) fn journal_lost(&self, what: String) {
        let mut losses = lock(&self.journal_lost);
        if !losses.contains(&what) {
            losses.push(what);
        }
    }

    pub(super) fn journal_losses(&self) -> Vec<String> {
        lock(&self.journal_lost).clone()
    }
}

/// Locks even after a panic, because a panic leaves nothing half done in what these locks guard.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
