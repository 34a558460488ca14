//! A request to stop that comes while the database is out of reach.

use std::sync::Arc;
use std::time::{Duration, Instant};

use topic_import_bulk::calls::{CallSettings, StopReason, WorkProgress};
use topic_import_bulk::journal::{Journal as _, JournalError};
use topic_import_bulk::sweep::UndoEnd;
use topic_import_emulator::Emulator;
use topic_import_test_postgres::{self as postgres, Proxy};

use super::Run;
use super::run::{journal_away, undo_to_the_end};
use crate::support::{Trial, lines, named_row, wait};

/// What the program promises is ten seconds. A loaded machine may take longer.
const SOON: Duration = Duration::from_secs(20);
const ROWS: u64 = 300;

/// A run that was imported, reached through a proxy.
fn imported(trial: &Trial) -> (Run, Proxy) {
    let run = Run::on(postgres::server());
    let journal = trial.load(&run, &lines((0..ROWS).map(named_row)));
    assert_eq!(trial.run(&journal).end.summary.imported, ROWS);
    let proxy = Proxy::before(run.kept_in());
    (run.through(&proxy), proxy)
}

#[test]
fn undoing_stops_while_the_database_hangs_and_goes_on_later() {
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(5)));
    let (run, proxy) = imported(&trial);
    let settings = CallSettings::default();
    let client = trial.client();
    let before = trial.calls();
    let undone: UndoEnd = wait(async {
        let journal = Run::open(&run).await;
        let progress = Arc::new(WorkProgress::default());
        let mut asked = Instant::now();
        let stop = async {
            trial.called_times(before + 1).await;
            proxy.hang();
            let why = journal_away(&progress).await;
            assert_eq!(why, "the journal's database does not answer");
            asked = Instant::now();
        };
        let undoing =
            topic_import_bulk::sweep::undo(&client, &journal, &settings, &progress, stop, |left| {
                panic!("{left:?}")
            });
        let undone = undoing.await.unwrap();
        assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
        undone
    });
    assert!(
        matches!(
            undone.stopped,
            Some(StopReason::Journal(JournalError::OutOfReach))
        ),
        "{:?}",
        undone.stopped
    );
    assert!(undone.destroyed > 0 && undone.may_have_sent);
    proxy.go_on();
    run.end_leases();
    wait(async {
        let journal = Run::open(&run).await;
        let undone = undo_to_the_end(&client, &journal).await;
        assert!(undone.stopped.is_none(), "{:?}", undone.stopped);
        assert_eq!(undone.summary.destroyed, ROWS);
    });
    assert_eq!(trial.emulator.state().topics_len(), 0);
}

#[test]
fn verifying_stops_while_the_database_hangs() {
    let trial = Trial::new();
    let (run, proxy) = imported(&trial);
    wait(async {
        let journal = Run::open(&run).await;
        let progress = Arc::new(WorkProgress::default());
        proxy.hang();
        let mut asked = Instant::now();
        let stop = async {
            journal_away(&progress).await;
            asked = Instant::now();
        };
        let client = trial.client();
        let settings = CallSettings::default();
        let verifying = topic_import_bulk::sweep::verify(
            &client,
            &journal,
            &settings,
            &progress,
            stop,
            |finding| panic!("{finding:?}"),
        );
        let error = verifying.await.unwrap_err();
        assert!(matches!(error, JournalError::OutOfReach), "{error:?}");
        assert!(asked.elapsed() < SOON, "{:?}", asked.elapsed());
    });
}

#[test]
fn an_import_stops_while_the_database_hangs_at_its_beginning() {
    let trial = Trial::new();
    let run = Run::on(postgres::server());
    drop(trial.load(&run, &lines((0..ROWS).map(named_row))));
    let proxy = Proxy::before(run.kept_in());
    let run = run.through(&proxy);
    wait(async {
        let journal = Run::open(&run).await;
        let progress = Arc::new(WorkProgress::default());
        proxy.hang();
        let client = trial.client();
        let stop = async { drop(journal_away(&progress).await) };
        let importing = topic_import_bulk::import::import(
            &client,
            &journal,
            &trial.settings,
            &progress,
            stop,
            |failure| panic!("{failure:?}"),
        );
        let error = tokio::time::timeout(SOON, importing)
            .await
            .unwrap()
            .unwrap_err();
        assert!(matches!(error, JournalError::OutOfReach), "{error:?}");
    });
    assert_eq!(trial.calls(), 0);
}

#[test]
fn an_import_stops_while_the_database_hangs_at_its_end() {
    let trial = Trial::new();
    let run = Run::on(postgres::server());
    drop(trial.load(&run, &lines((0..ROWS).map(named_row))));
    let proxy = Proxy::before(run.kept_in());
    let run = run.through(&proxy);
    wait(async {
        let journal = Run::open(&run).await;
        let progress = Arc::new(WorkProgress::default());
        let client = trial.client();
        let stop = async {
            // Every row has its outcome; it is to be recorded, and the run to be left.
            while progress.snapshot().done < ROWS {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            proxy.hang();
            journal_away(&progress).await;
        };
        let importing = topic_import_bulk::import::import(
            &client,
            &journal,
            &trial.settings,
            &progress,
            stop,
            |failure| panic!("{failure:?}"),
        );
        let end = tokio::time::timeout(SOON + SOON, importing)
            .await
            .unwrap()
            .unwrap();
        assert!(
            matches!(
                end.stopped,
                Some(StopReason::Journal(JournalError::OutOfReach))
            ),
            "{:?}",
            end.stopped
        );
    });
    proxy.go_on();
    run.end_leases();
    let ran = trial.run(&wait(Run::open(&run)));
    assert_eq!(ran.end.summary.imported + ran.end.summary.existing, ROWS);
    assert_eq!(trial.emulator.state().topics_len() as u64, ROWS);
    wait(async {
        let summary = Run::open(&run).await.summary().await.unwrap();
        assert_eq!(summary.in_flight, 0);
    });
}
