//! How a run is doing, for whoever shows it.

use std::error::Error as _;
use std::ops::ControlFlow;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Relaxed, SeqCst},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use topic_import_core::{
    Attempt, AttemptResult, CallEvent, Command, Failure, ImportTopic, Operation as _, Recovery,
};

use crate::journal::{Lease, Notice, Usage};
use crate::latencies::LatencyCounters;
use crate::summary::Outcome;

/// How a run is doing; written by the run, read by anybody at any time.
#[derive(Debug)]
pub struct Live {
    start: Instant,
    done: AtomicU64,
    failed: AtomicU64,
    /// How many rows came to each of [`Outcome::ALL`].
    outcomes: [AtomicU64; Outcome::ALL.len()],
    calls: AtomicU64,
    own_calls: AtomicU64,
    repeated: AtomicU64,
    in_flight: AtomicU64,
    /// Rows in flight of which no attempt has left yet.
    unsent: AtomicU64,
    has_left: Notify,
    troubled: AtomicU64,
    /// Attempts that failed since the service last decided about a row.
    failed_in_turn: AtomicU64,
    /// A moving average over attempts, in microseconds.
    latency: AtomicU64,
    /// Of each attempt to import.
    import_latencies: LatencyCounters,
    /// When the service first and last gave an answer of the API, in microseconds since the start; 0 is never.
    first_answer: AtomicU64,
    last_answer: AtomicU64,
    may_have_sent: AtomicBool,
    is_stopping: AtomicBool,
    /// How often something went wrong, and what did last.
    troubles: AtomicU64,
    last_trouble: Mutex<Option<String>>,
    /// Why the journal is out of reach.
    journal_away: Mutex<Option<String>>,
    /// What the journal has lost, each time.
    journal_lost: Mutex<Vec<String>>,
}

/// How a run was doing at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Rows that have an outcome, or topics that were called for.
    pub done: u64,
    /// Those of them whose topic is not there, or not as it should be.
    pub failed: u64,
    /// How many rows have which outcome, those that none has left out.
    pub outcomes: Vec<(Outcome, u64)>,
    /// Requests sent and over.
    pub calls: u64,
    /// Those of them that count against the quota of the work's own command: to import, and not to read back.
    pub own_calls: u64,
    /// Those of them that had to be repeated.
    pub repeated: u64,
    /// Rows that are being called.
    pub in_flight: u64,
    /// Those of them that wait for the service or the network to recover.
    pub troubled: u64,
    /// How often a request had to be repeated for a reason that [`last_trouble`](Self::last_trouble) gives.
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
            done: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            outcomes: Default::default(),
            calls: AtomicU64::new(0),
            own_calls: AtomicU64::new(0),
            repeated: AtomicU64::new(0),
            in_flight: AtomicU64::new(0),
            unsent: AtomicU64::new(0),
            has_left: Notify::new(),
            troubled: AtomicU64::new(0),
            failed_in_turn: AtomicU64::new(0),
            latency: AtomicU64::new(0),
            import_latencies: LatencyCounters::default(),
            first_answer: AtomicU64::new(0),
            last_answer: AtomicU64::new(0),
            may_have_sent: AtomicBool::new(false),
            is_stopping: AtomicBool::new(false),
            troubles: AtomicU64::new(0),
            last_trouble: Mutex::new(None),
            journal_away: Mutex::new(None),
            journal_lost: Mutex::default(),
        }
    }
}

impl Live {
    /// How the run is doing now.
    pub fn snapshot(&self) -> Snapshot {
        let outcomes: Vec<(Outcome, u64)> = Outcome::ALL
            .into_iter()
            .zip(&self.outcomes)
            .map(|(outcome, rows)| (outcome, rows.load(Relaxed)))
            .filter(|(_, rows)| *rows > 0)
            .collect();
        let last_trouble = lock(&self.last_trouble).clone();
        Snapshot {
            done: self.done.load(Relaxed),
            failed: self.failed.load(Relaxed),
            outcomes,
            calls: self.calls.load(Relaxed),
            own_calls: self.own_calls.load(Relaxed),
            repeated: self.repeated.load(Relaxed),
            in_flight: self.in_flight.load(Relaxed),
            troubled: self.troubled.load(Relaxed),
            troubles: self.troubles.load(Relaxed),
            last_trouble,
            journal_away: lock(&self.journal_away).clone(),
            journal_lost: lock(&self.journal_lost).clone(),
        }
    }

    pub(crate) fn since_start(&self) -> Duration {
        self.start.elapsed()
    }

    pub(crate) fn row_done(&self, outcome: Outcome) {
        self.outcomes[outcome as usize].fetch_add(1, Relaxed);
        self.topic_done(outcome.is_there());
    }

    pub(crate) fn topic_done(&self, is_as_wanted: bool) {
        self.done.fetch_add(1, Relaxed);
        self.failed.fetch_add(u64::from(!is_as_wanted), Relaxed);
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            calls: self.calls.load(Relaxed),
            repeated: self.repeated.load(Relaxed),
            imports: self.import_latencies.read(),
            rate: None,
        }
    }

    /// Rows in flight that wait for the service or the network to recover.
    pub(crate) fn troubled(&self) -> u64 {
        self.troubled.load(Relaxed)
    }

    /// The service has decided about a row.
    pub(crate) fn note_decision(&self) {
        self.note_answer();
        self.failed_in_turn.store(0, Relaxed);
    }

    /// Attempts that failed since the service last decided about a row.
    pub(crate) fn failed_in_turn(&self) -> u64 {
        self.failed_in_turn.load(Relaxed)
    }

    pub(crate) fn latency(&self) -> Duration {
        Duration::from_micros(self.latency.load(Relaxed))
    }

    /// When the service first gave an answer of the API, since the start.
    pub(crate) fn first_answer(&self) -> Option<Duration> {
        moment(&self.first_answer)
    }

    /// When the service last gave an answer of the API, since the start.
    pub(crate) fn last_answer(&self) -> Option<Duration> {
        moment(&self.last_answer)
    }

    pub(crate) fn note_answer(&self) {
        let now = micros(self.since_start()).max(1);
        self.last_answer.store(now, Relaxed);
        // Only the first one finds no moment there.
        let _ = self.first_answer.compare_exchange(0, now, Relaxed, Relaxed);
        self.note_sent();
    }

    /// Whether any request can have reached the service.
    pub(crate) fn may_have_sent(&self) -> bool {
        self.may_have_sent.load(Relaxed)
    }

    /// From now on no attempt leaves.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, SeqCst);
    }

    pub(crate) fn note_sent(&self) {
        self.may_have_sent.store(true, Relaxed);
    }

    pub(crate) fn unsent(&self) -> usize {
        usize::try_from(self.unsent.load(Relaxed)).unwrap_or(usize::MAX)
    }

    /// Ready when a row has left that had not before.
    pub(crate) async fn row_has_left(&self) {
        self.has_left.notified().await;
    }

    fn note_latency(&self, took: Duration) {
        let average = self.latency.load(Relaxed);
        let took = micros(took);
        let next = match average {
            0 => took,
            _ => (average * 7 + took) / 8,
        };
        // Attempts that end at the same moment may overwrite each other: it is an average.
        self.latency.store(next, Relaxed);
    }

    fn note_failure(&self, failure: &Failure) {
        // What lies below is an HTTP library's, in its words.
        self.note_trouble(match failure.source() {
            Some(cause) => format!("{failure}: {cause}"),
            None => failure.to_string(),
        });
    }

    fn note_trouble(&self, text: String) {
        self.troubles.fetch_add(1, Relaxed);
        *lock(&self.last_trouble) = Some(text);
    }

    /// The journal is out of reach for this reason; `None`: it is there.
    pub(crate) fn note_journal_away(&self, why: Option<String>) {
        *lock(&self.journal_away) = why;
    }

    /// Shows what concerns the journal itself.
    pub(crate) fn heed(&self, notice: Notice) {
        match notice {
            Notice::Away(why) => self.note_journal_away(Some(why)),
            Notice::LostCommits(what) => {
                let mut losses = lock(&self.journal_lost);
                if !losses.contains(&what) {
                    losses.push(what);
                }
            }
            Notice::Held(_) => {}
        }
    }
}

/// A task that panicked leaves nothing half done in what these locks guard.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn moment(micros: &AtomicU64) -> Option<Duration> {
    match micros.load(Relaxed) {
        0 => None,
        micros => Some(Duration::from_micros(micros)),
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Watches the attempts for one row; the row is no longer in flight when this is dropped.
#[derive(Debug)]
pub(crate) struct RowInFlight {
    live: Arc<Live>,
    command: Command,
    has_left: Arc<AtomicBool>,
    /// Under which lease it was claimed, and that lease's number.
    lease: (Lease, u64),
    is_unsent: bool,
    may_have_been_executed: bool,
    is_troubled: bool,
}

impl RowInFlight {
    /// `has_left` is true while an attempt for the row may have been executed.
    pub(crate) fn new(
        live: Arc<Live>,
        command: Command,
        has_left: Arc<AtomicBool>,
        lease: (Lease, u64),
    ) -> Self {
        live.in_flight.fetch_add(1, Relaxed);
        live.unsent.fetch_add(1, Relaxed);
        Self {
            live,
            command,
            has_left,
            lease,
            is_unsent: true,
            may_have_been_executed: false,
            is_troubled: false,
        }
    }

    /// Lets attempts leave until the run stops or the row's lease is over, and notes how they end.
    pub(crate) fn observe(&mut self, event: &CallEvent<'_>) -> ControlFlow<()> {
        match event {
            CallEvent::Leaving(_) => return self.leave(),
            CallEvent::Over(attempt) => self.note(attempt),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    /// Either this sees that the run is stopping, or whoever stops it sees that the row has left.
    fn leave(&mut self) -> ControlFlow<()> {
        self.has_left.store(true, SeqCst);
        let (lease, number) = &self.lease;
        if self.live.is_stopping.load(SeqCst) || !lease.covers(*number) {
            self.has_left.store(self.may_have_been_executed, SeqCst);
            return ControlFlow::Break(());
        }
        if self.is_unsent {
            self.is_unsent = false;
            self.live.unsent.fetch_sub(1, Relaxed);
            self.live.has_left.notify_one();
        }
        ControlFlow::Continue(())
    }

    fn note(&mut self, attempt: &Attempt<'_>) {
        let live = &self.live;
        live.calls.fetch_add(1, Relaxed);
        let is_own = attempt.command == self.command;
        live.own_calls.fetch_add(u64::from(is_own), Relaxed);
        live.note_latency(attempt.took);
        if attempt.command == ImportTopic::COMMAND {
            live.import_latencies.note(attempt.took);
        }
        if is_answer(attempt.result) {
            live.note_answer();
        }
        let Some(failure) = attempt.repeated_after else {
            self.may_have_been_executed = true;
            return;
        };
        live.repeated.fetch_add(1, Relaxed);
        live.note_failure(failure);
        let verdict = failure.verdict();
        if verdict.maybe_executed {
            live.note_sent();
            self.may_have_been_executed = true;
        }
        self.has_left.store(self.may_have_been_executed, SeqCst);
        if verdict.recovery == Recovery::Retry {
            live.failed_in_turn.fetch_add(1, Relaxed);
            live.troubled
                .fetch_add(u64::from(!self.is_troubled), Relaxed);
            self.is_troubled = true;
        }
    }
}

/// Whether the service has answered, and in a way that lets further rows be tried. Where a new signature is the
/// remedy, it is yet to be seen whether it helps.
fn is_answer(result: AttemptResult) -> bool {
    match result {
        AttemptResult::Done => true,
        AttemptResult::Refused(code) => code.verdict().recovery != Recovery::RenewSignature,
        _ => false,
    }
}

impl Drop for RowInFlight {
    fn drop(&mut self) {
        self.live.in_flight.fetch_sub(1, Relaxed);
        self.live
            .unsent
            .fetch_sub(u64::from(self.is_unsent), Relaxed);
        self.live
            .troubled
            .fetch_sub(u64::from(self.is_troubled), Relaxed);
    }
}
