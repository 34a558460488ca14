//! The progress of the work, for display.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use topic_import_core::Code;
use topic_import_core::pace::CLIMB_MILLIS;

use super::counts::Counts;
use super::gate::Gate;
use super::silence::Answers;
use super::statistics::Statistics;
use crate::journal::Notice;
use crate::outcome::Outcome;

/// The progress of a preflight, an import, a verification or an undo. The work updates it; it can be read at any time.
#[derive(Debug)]
pub struct WorkProgress {
    start: Instant,
    pub(super) counts: Counts,
    statistics: Statistics,
    gate: Gate,
    answers: Mutex<Answers>,
}

/// The progress at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// How many rows have an outcome. In a verification or an undo, how many topics are done; in a preflight, how many
    /// communities.
    pub done: u64,
    /// How many of the done rows, topics or communities failed, or are not as they should be.
    pub failed: u64,
    /// How many rows have each outcome, without the outcomes that no row has.
    pub outcomes: Vec<(Outcome, u64)>,
    /// How many requests have ended.
    pub calls: u64,
    /// How many of the requests had the command of their call, such as `import_topic` in an import, without those that
    /// read back; the service has a separate quota for each command.
    pub own_calls: u64,
    /// How many of the requests had to be repeated.
    pub repeated: u64,
    /// How many of the requests the service refused as too frequent.
    pub throttled: u64,
    /// The code by which it did so, while requests are sent more slowly because of that.
    pub slowed_by: Option<Code>,
    /// How many calls are in flight, each for a row or a list of topics or communities.
    pub in_flight: u64,
    /// How many calls in flight wait for the service or the network to recover.
    pub troubled: u64,
    /// Why a request was last repeated; `None` if none was.
    pub last_trouble: Option<String>,
    /// Why the journal cannot be reached; `None` while it can. The work waits for it, and then continues by itself.
    pub journal_away: Option<String>,
    /// Each loss of something that the journal had already confirmed, and what was done about it.
    pub journal_lost: Vec<String>,
}

impl Default for WorkProgress {
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

impl WorkProgress {
    /// The progress now.
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
            throttled: statistics.throttled.load(Relaxed),
            slowed_by: self.slowed_by(),
            in_flight: statistics.in_flight.load(Relaxed),
            troubled: statistics.troubled.load(Relaxed),
            last_trouble: counts.last_trouble(),
            journal_away: counts.journal_away(),
            journal_lost: counts.journal_losses(),
        }
    }

    fn slowed_by(&self) -> Option<Code> {
        let (code, at) = self.counts.last_throttled()?;
        let full_again = at + Duration::from_millis(CLIMB_MILLIS);
        (self.since_start() < full_again).then_some(code)
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

    /// Notes that the service has decided a call.
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

    /// Notes that the journal can be reached.
    pub(crate) fn note_journal_there(&self) {
        self.counts.set_journal_away(None);
    }

    /// Makes notices about the journal itself visible; others are not for display.
    pub(crate) fn heed(&self, notice: Notice) {
        match notice {
            Notice::Away(why) => self.counts.set_journal_away(Some(why)),
            Notice::LostCommits(what) => self.counts.journal_lost(what),
            Notice::Held(_) => {}
        }
    }
}
