//! A journal that fails while a run works on it, as on a full disk.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use topic_import_bulk::Outcome;
use topic_import_bulk::calls::StopReason;
use topic_import_bulk::journal::sealed::Sealed;
use topic_import_bulk::journal::{
    Claimed, Communities, Course, Identity, Journal, JournalError, Order, Record, Remaining, Role,
    SqliteJournal, SqlitePages, Summary, Usage,
};
use topic_import_emulator::Emulator;

use crate::support::{JournalFile, Ran, Trial, lines, named_row, unnamed_row, wait};

const ROWS: u64 = 100;

/// A journal whose methods fail by number, from 1.
struct Failing {
    inner: SqliteJournal,
    plan: Plan,
    claims: AtomicU64,
    records: AtomicU64,
    claimed: Mutex<BTreeSet<i64>>,
}

/// Which call of a method fails, by its number.
#[derive(Clone, Copy)]
struct Plan {
    claim: fn(u64) -> Claim,
    record: fn(u64) -> bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Claim {
    Works,
    Fails,
    /// It is kept, and nobody is told.
    FailsOnceKept,
}

impl Failing {
    fn new(inner: SqliteJournal, plan: Plan) -> Self {
        Self {
            inner,
            plan,
            claims: AtomicU64::new(0),
            records: AtomicU64::new(0),
            claimed: Mutex::default(),
        }
    }

    fn error() -> JournalError {
        JournalError::Damaged { number: 0 }
    }
}

impl Sealed for Failing {}

impl Journal for Failing {
    type Pages = SqlitePages;

    async fn begin(&self, role: Role<'_>) -> Result<(), JournalError> {
        self.inner.begin(role).await
    }

    async fn claim(&self, at_most: usize) -> Result<Claimed, JournalError> {
        let claim = (self.plan.claim)(self.claims.fetch_add(1, SeqCst) + 1);
        if claim == Claim::Fails {
            return Err(Self::error());
        }
        let claimed = self.inner.claim(at_most).await?;
        if claim == Claim::FailsOnceKept {
            return Err(Self::error());
        }
        let numbers = claimed.rows.iter().map(|row| row.number);
        self.claimed.lock().unwrap().extend(numbers);
        Ok(claimed)
    }

    async fn record(&self, records: Arc<[Record]>, usage: Usage) -> Result<(), JournalError> {
        if (self.plan.record)(self.records.fetch_add(1, SeqCst) + 1) {
            return Err(Self::error());
        }
        self.inner.record(records, usage).await
    }

    async fn summary(&self) -> Result<Summary, JournalError> {
        self.inner.summary().await
    }

    async fn remaining(&self, role: Role<'_>) -> Result<Remaining, JournalError> {
        self.inner.remaining(role).await
    }

    async fn rows(&self, outcomes: &[Outcome], order: Order) -> Result<SqlitePages, JournalError> {
        self.inner.rows(outcomes, order).await
    }

    async fn course(&self) -> Result<Course, JournalError> {
        self.inner.course().await
    }

    async fn communities(&self, at_most: usize) -> Result<Communities, JournalError> {
        self.inner.communities(at_most).await
    }

    async fn belongs_to(&self, identity: &Identity) -> Result<(), JournalError> {
        self.inner.belongs_to(identity).await
    }

    async fn remove_untouched(&self) -> Result<bool, JournalError> {
        self.inner.remove_untouched().await
    }
}

/// Claims come in several portions, and calls last longer than a commit.
fn trial() -> Trial {
    Trial::of(Emulator::builder().latency(Duration::from_millis(20))).paced()
}

fn named_rows() -> String {
    lines((0..ROWS).map(named_row))
}

fn unnamed_rows() -> String {
    lines((0..ROWS).map(|_| unnamed_row()))
}

/// Runs with a journal that fails so.
fn run(trial: &Trial, file: &JournalFile, text: &str, plan: Plan) -> (Ran, BTreeSet<i64>) {
    let journal = Failing::new(trial.load(file, text), plan);
    let ran = trial.run(&journal);
    let reason = &ran.end.stopped;
    assert!(matches!(reason, Some(StopReason::Journal(_))), "{reason:?}");
    (ran, journal.claimed.into_inner().unwrap())
}

/// The numbers of the rows that were called.
fn called(trial: &Trial) -> BTreeSet<i64> {
    let tries = (1..).zip(trial.tries(0..ROWS));
    let called = tries.filter(|(_, tries)| *tries > 0);
    called.map(|(number, _)| number).collect()
}

#[test]
fn a_claim_that_fails_stops_the_run_and_what_is_in_flight_is_recorded() {
    for claim in [
        |claim| {
            if claim < 3 {
                Claim::Works
            } else {
                Claim::Fails
            }
        },
        |claim| {
            if claim < 3 {
                Claim::Works
            } else {
                Claim::FailsOnceKept
            }
        },
    ] {
        let trial = trial();
        let file = JournalFile::new();
        let plan = Plan {
            claim,
            record: |_| false,
        };
        let (ran, claimed) = run(&trial, &file, &named_rows(), plan);
        let called = called(&trial);
        assert!(called.is_subset(&claimed), "{called:?}: {claimed:?}");
        assert!(claimed.len() < 100, "{claimed:?}");
        // Every answer was awaited and is recorded.
        assert!(!called.is_empty());
        assert_eq!(ran.end.summary.imported, called.len() as u64);

        let resumed = trial.run(&file.open());
        assert_eq!(resumed.counts(), [("imported", ROWS)]);
        assert_eq!(trial.tries(0..ROWS), vec![1; 100]);
    }
}

#[test]
fn the_first_claim_that_fails_leaves_everything_as_it_was() {
    let trial = trial();
    let file = JournalFile::new();
    let plan = Plan {
        claim: |_| Claim::Fails,
        record: |_| false,
    };
    let (ran, _) = run(&trial, &file, &named_rows(), plan);
    assert_eq!(ran.counts(), [("pending", ROWS)]);
    assert_eq!(ran.end.summary.in_flight, 0);
    assert!(!ran.end.may_have_sent);
    assert_eq!(trial.calls(), 0);
}

#[test]
fn outcomes_that_cannot_be_recorded_once_are_recorded_in_the_end() {
    for text in [named_rows(), unnamed_rows()] {
        let trial = trial();
        let file = JournalFile::new();
        let plan = Plan {
            claim: |_| Claim::Works,
            record: |record| record == 1,
        };
        let (ran, _) = run(&trial, &file, &text, plan);
        let summary = &ran.end.summary;
        assert_eq!(summary.imported, trial.calls());
        assert_eq!(summary.in_flight, 0);
        assert!(summary.imported > 0 && summary.pending > 0, "{summary:?}");

        let resumed = trial.run(&file.open());
        assert_eq!(resumed.counts(), [("imported", ROWS)]);
        assert_eq!(trial.calls(), ROWS);
    }
}

#[test]
fn outcomes_that_can_never_be_recorded_leave_named_rows_to_be_settled() {
    let trial = trial();
    let file = JournalFile::new();
    let plan = Plan {
        claim: |_| Claim::Works,
        record: |record| record > 1,
    };
    let (ran, claimed) = run(&trial, &file, &named_rows(), plan);
    let summary = &ran.end.summary;
    let called = called(&trial);
    assert!(called.is_subset(&claimed));
    assert!(summary.imported > 0 && summary.in_flight > 0, "{summary:?}");
    assert_eq!(summary.imported + summary.in_flight, claimed.len() as u64);

    let resumed = trial.run(&file.open());
    let summary = &resumed.end.summary;
    assert_eq!(summary.imported + summary.existing, ROWS);
    assert!(summary.existing > 0, "{summary:?}");
    assert_eq!(trial.emulator.state().topics_len(), 100);
    let most = trial.tries(0..ROWS).into_iter().max();
    assert_eq!(most, Some(2));
}

#[test]
fn outcomes_that_can_never_be_recorded_leave_unnamed_rows_unknown_and_none_is_called_twice() {
    let trial = trial();
    let file = JournalFile::new();
    let plan = Plan {
        claim: |_| Claim::Works,
        record: |_| true,
    };
    let (ran, claimed) = run(&trial, &file, &unnamed_rows(), plan);
    let in_doubt = ran.end.summary.in_flight;
    assert_eq!(in_doubt, claimed.len() as u64);
    let called = trial.calls();
    assert!(called > 0 && called <= in_doubt);

    let resumed = trial.run(&file.open());
    assert_eq!(
        resumed.counts(),
        [("imported", ROWS - in_doubt), ("unknown", in_doubt)]
    );
    assert_eq!(trial.calls(), called + ROWS - in_doubt);
}

#[test]
fn a_journal_that_cannot_be_begun_is_an_error_and_nothing_is_sent() {
    let trial = trial();
    let file = JournalFile::new();
    drop(trial.load(&file, &named_rows()));
    let reader = SqliteJournal::open_to_read(&file.path()).unwrap();
    let progress = Arc::default();
    let client = trial.client();
    let run = topic_import_bulk::import::import(
        &client,
        &reader,
        &trial.settings,
        &progress,
        std::future::pending(),
        |failure| panic!("{failure:?}"),
    );
    let error = wait(run).unwrap_err();
    assert!(error.to_string().contains("topics.journal"), "{error}");
    assert_eq!(trial.calls(), 0);
}
