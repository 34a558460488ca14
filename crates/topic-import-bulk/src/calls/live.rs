//! How work is doing, for whoever shows it.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::counts::Counts;
use super::gate::Gate;
use super::silence::Answers;
use super::statistics::Statistics;
use crate::journal::Notice;
use crate::outcome::Outcome;

/// How an import, a verification or an undo is doing; written by the work, read by anybody at any time.
#[derive(Debug)]
pub struct Live {
    start: Instant,
    pub(super) counts: Counts,
    statistics: Statistics,
    gate: Gate,
    answers: Mutex<Answers>,
}

/// How the work was doing at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Rows that have an outcome, or topics that were called for.
    pub done: u64,
    /// How many of the done rows or topics are not there, or not as they should be.
    pub failed: u64,
    /// How many rows have which outcome; outcomes that no row has are left out.
    pub outcomes: Vec<(Outcome, u64)>,
    /// Requests that are over.
    pub calls: u64,
    /// How many of the requests count against the quota of the work's own command: to import, and not to read back.
    pub own_calls: u64,
    /// How many of the requests had to be repeated.
    pub repeated: u64,
    /// Rows or lists of topics that are being called.
    pub in_flight: u64,
    /// How many calls in flight wait for the service or the network to recover.
    pub troubled: u64,
    /// How often a request had to be repeated.
    pub troubles: u64,
    /// Why a request was last repeated.
    pub last_trouble: Option<String>,
    /// Why the journal is out of reach; `None` while it is not. The work waits for it, and goes on by itself.
    pub journal_away: Option<String>,
    /// What the journal has lost of what it had confirmed, and what was done about it, each time.
    pub journal_lost: Vec<String>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            counts: Counts::default(),
            statistics: Statistics::default(),
            gate: Gate::default(),
            answers: Mutex::default(),
        }
    }
}

impl Live {
    /// How the work is doing now.
    pub fn snapshot(&self) -> Snapshot {
        let Self {
            counts, statistics, ..
        } = self;
        Snapshot {
            done: counts.done.load(Relaxed),
            failed: counts.failed.load(Relaxed),
            outcomes: counts.outcomes(),
            calls: statistics.attempts.load(Relaxed),
            own_calls: counts.own_calls.load(Relaxed),
            repeated: statistics.repeated.load(Relaxed),
            in_flight: statistics.in_flight.load(Relaxed),
            troubled: statistics.troubled.load(Relaxed),
            troubles: counts.troubles.load(Relaxed),
            last_trouble: counts.last_trouble(),
            journal_away: counts.journal_away(),
            journal_lost: counts.journal_losses(),
        }
    }

    pub(crate) fn since_start(&self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) const fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    pub(crate) const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// When the service has answered so far.
    pub(crate) fn answers(&self) -> Answers {
        *self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn row_done(&self, outcome: Outcome) {
        self.counts.outcome(outcome);
    }

    pub(crate) fn topic_done(&self, is_as_wanted: bool) {
        self.counts.topic(is_as_wanted);
    }

    /// The service has decided about a call.
    pub(super) fn note_decision(&self) {
        self.note_answer();
        self.statistics.failed_in_turn.store(0, Relaxed);
    }

    pub(super) fn note_answer(&self) {
        let now = self.since_start();
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.note(now);
        drop(answers);
        self.gate.note_sent();
    }

    /// The journal is in reach.
    pub(crate) fn note_journal_there(&self) {
        self.counts.set_journal_away(None);
    }

    /// Shows what concerns the journal itself.
    pub(crate) fn heed(&self, notice: Notice) {
        match notice {
            Notice::Away(why) => self.counts.set_journal_away(Some(why)),
            Notice::LostCommits(what) => self.counts.journal_lost(what),
            Notice::Held(_) => {}
        }
    }
}
