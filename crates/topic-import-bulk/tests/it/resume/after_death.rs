//! A run whose process died.

use std::time::Duration;

use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{Journal, Order, StoredRow};
use topic_import_emulator::Emulator;

use crate::support::{Place, Trial, lines, named_row, read_rows, unnamed_row, wait};

/// More than are claimed at once, and so many that their outcomes take several commits.
const ROWS: u64 = 200;
const UNKNOWN_WHY: &str = "the program ended while the call was on its way";

/// When a run dies, and how many of its rows have an outcome by then, at least.
#[derive(Clone, Copy, Debug)]
enum Death {
    Called(u64),
    Recorded(u64),
}

const DEATHS: [Death; 5] = [
    Death::Called(1),
    Death::Called(2),
    Death::Recorded(1),
    Death::Recorded(30),
    Death::Recorded(100),
];

impl Death {
    async fn comes(self, trial: &Trial, journal: &impl Journal) {
        match self {
            Self::Called(calls) => trial.called_times(calls).await,
            Self::Recorded(rows) => {
                while journal.summary().await.unwrap().imported < rows {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
            }
        }
    }
}

fn trial() -> Trial {
    let builder = Emulator::builder().latency(Duration::from_millis(4));
    Trial::of(builder).one_at_a_time().paced()
}

/// Runs until death, and gives the journal as it is left behind and its rows.
fn die<P: Place>(trial: &Trial, text: &str, death: Death) -> (P, Vec<StoredRow>) {
    let file = P::new();
    let journal = trial.load(&file, text);
    trial.run_and_die(&journal, death.comes(trial, &journal));
    let left = file.killed(journal);
    let rows = wait(read_rows(&left.open_to_look(), &Outcome::ALL, Order::Input));
    if let Death::Recorded(least) = death {
        assert!(count(&rows, Outcome::Imported) >= least);
    }
    assert!(count(&rows, Outcome::InFlight) > 0, "{death:?}");
    assert!(count(&rows, Outcome::Pending) > 0, "{death:?}");
    (left, rows)
}

fn count(rows: &[StoredRow], outcome: Outcome) -> u64 {
    rows.iter().filter(|row| row.outcome == outcome).count() as u64
}

pub(crate) fn named_rows_are_all_there_once_and_those_with_an_outcome_are_not_called_again<
    P: Place,
>() {
    for death in DEATHS {
        let trial = trial();
        let (left, rows) = die::<P>(&trial, &lines((0..ROWS).map(named_row)), death);
        let resumed = trial.run(&left.open());
        let summary = &resumed.end.summary;
        assert_eq!(summary.imported + summary.existing, ROWS, "{death:?}");
        assert!(resumed.end.stopped.is_none() && resumed.failures.is_empty());
        assert_eq!(trial.emulator.state().topics_len(), 200, "{death:?}");
        for (row, tries) in rows.iter().zip(trial.tries(0..ROWS)) {
            let most = match row.outcome {
                Outcome::InFlight => 2,
                _ => 1,
            };
            assert!((1..=most).contains(&tries), "{death:?}: {row:?}: {tries}");
        }
        assert!(summary.existing <= count(&rows, Outcome::InFlight));
        assert!(summary.imported >= count(&rows, Outcome::Imported));
    }
}

pub(crate) fn unnamed_rows_that_were_in_flight_are_unknown_and_never_called_again<P: Place>() {
    for death in DEATHS {
        let trial = trial();
        let (left, rows) = die::<P>(&trial, &lines((0..ROWS).map(|_| unnamed_row())), death);
        let in_flight = count(&rows, Outcome::InFlight);
        let before = trial.calls();
        let resumed = trial.run(&left.open());
        assert_eq!(
            resumed.counts(),
            [("imported", ROWS - in_flight), ("unknown", in_flight)],
            "{death:?}"
        );
        // Those that had never been claimed, and no other.
        let called = trial.calls() - before;
        assert_eq!(called, count(&rows, Outcome::Pending), "{death:?}");
        let of_row = |row: &StoredRow| (row.place.line, Outcome::Unknown, UNKNOWN_WHY.to_owned());
        let expected: Vec<_> = rows
            .iter()
            .filter(|row| row.outcome == Outcome::InFlight)
            .map(of_row)
            .collect();
        assert_eq!(resumed.failures, expected, "{death:?}");
        let kept = wait(read_rows(&left.open(), &[Outcome::Unknown], Order::Input));
        let is_said = |row: &StoredRow| row.cause.what.as_deref() == Some(UNKNOWN_WHY);
        assert!(kept.iter().all(is_said));
        assert_eq!(kept.len() as u64, in_flight);
    }
}

pub(crate) fn a_run_that_dies_again_and_again_comes_to_its_end<P: Place>() {
    let trial = trial();
    let mut file = P::new();
    drop(trial.load(&file, &lines((0..ROWS).map(named_row))));
    for recorded in [20, 60, 100, 140] {
        let journal = file.open();
        let death = async {
            while wait_for_there(&journal).await < recorded {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        trial.run_and_die(&journal, death);
        file = file.killed(journal);
    }
    let resumed = trial.run(&file.open());
    let summary = &resumed.end.summary;
    assert_eq!(summary.imported + summary.existing, ROWS);
    assert_eq!(trial.emulator.state().topics_len(), 200);
    assert!(summary.imported > 140, "{summary:?}");
}

async fn wait_for_there(journal: &impl Journal) -> u64 {
    let summary = journal.summary().await.unwrap();
    summary.imported + summary.existing
}
