//! A database that is away for a while.

use std::future;
use std::sync::Arc;
use std::time::Duration;

use topic_import_bulk::Outcome;
use topic_import_bulk::calls::{StopReason, WorkProgress};
use topic_import_bulk::journal::{Journal as _, JournalError, Notice, Role};
use topic_import_emulator::Emulator;
use topic_import_test_postgres::Server;

use super::Run;
use super::run::journal_away;
use crate::journal::kept::{numbers, record, sound_rows};
use crate::support::{Trial, claim, lines, named_row, wait};

fn server() -> &'static Server {
    Box::leak(Box::new(Server::start()))
}

/// Does something that blocks, while the others go on.
async fn meanwhile(work: impl FnOnce() + Send + 'static) {
    tokio::task::spawn_blocking(work).await.unwrap();
}

#[test]
fn claiming_and_recording_wait_for_the_database_and_lose_nothing() {
    let server = server();
    let run = Run::on(server);
    run.load_rows(&sound_rows(6));
    wait(async {
        let journal = Run::open(&run).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        assert_eq!(numbers(&claim(&journal, 2).await), [1, 2]);
        meanwhile(|| server.crash()).await;
        let back = async {
            // Both have been refused by now.
            assert!(matches!(journal.next_notice().await, Notice::Away(_)));
            meanwhile(|| server.start_again()).await;
        };
        let recorded = record(&journal, &[1, 2], Outcome::Imported);
        let (claimed, (), ()) = tokio::join!(claim(&journal, 2), recorded, back);
        assert_eq!(numbers(&claimed), [3, 4]);
        let summary = journal.summary().await.unwrap();
        assert_eq!((summary.imported, summary.in_flight), (2, 2));
        record(&journal, &[3, 4], Outcome::Imported).await;
        assert_eq!(numbers(&claim(&journal, 9).await), [5, 6]);
    });
}

#[test]
fn no_call_leaves_once_the_lease_is_over_and_the_run_goes_on_when_the_database_is_back() {
    let server = server();
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(5))).paced();
    let run = Run::on(server);
    drop(trial.load(&run, &lines((0..300).map(named_row))));
    wait(async {
        let journal = Run::open(&run).await.with_lease(Duration::from_secs(1));
        let lease = journal.lease();
        let progress = Arc::new(WorkProgress::default());
        let client = trial.client();
        let importing = topic_import_bulk::import::import(
            &client,
            &journal,
            &trial.settings,
            &progress,
            future::pending(),
            |failure| panic!("{failure:?}"),
        );
        let cut = async {
            trial.called_times(60).await;
            meanwhile(|| server.stop()).await;
            while lease.lasts() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            // What has left by now is answered still; after that, nothing leaves.
            while progress.snapshot().in_flight > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            let calls = trial.calls();
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!(trial.calls(), calls);
            assert!(calls < 300);
            // Who watches the run may be a moment behind.
            let why = journal_away(&progress).await;
            assert!(why.contains("database"), "{why}");
            meanwhile(|| server.start_again()).await;
        };
        let (end, ()) = tokio::join!(importing, cut);
        let end = end.unwrap();
        assert!(end.stopped.is_none(), "{:?}", end.stopped);
        assert_eq!(end.summary.imported + end.summary.existing, 300);
    });
    assert_eq!(trial.emulator.state().topics_len(), 300);
}

#[test]
fn a_run_that_is_asked_to_stop_while_the_database_is_away_ends() {
    let server = server();
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(5)))
        .paced()
        .draining_for(Duration::from_millis(100));
    let run = Run::on(server);
    drop(trial.load(&run, &lines((0..300).map(named_row))));
    wait(async {
        let journal = Run::open(&run).await;
        let progress = Arc::new(WorkProgress::default());
        let client = trial.client();
        let stop = async {
            trial.called_times(30).await;
            meanwhile(|| server.stop()).await;
        };
        let end = topic_import_bulk::import::import(
            &client,
            &journal,
            &trial.settings,
            &progress,
            stop,
            |failure| panic!("{failure:?}"),
        );
        let end = end.await.unwrap();
        let reason = end.stopped.unwrap();
        assert!(
            matches!(reason, StopReason::Journal(JournalError::OutOfReach)),
            "{reason:?}"
        );
        meanwhile(|| server.start_again()).await;
    });
    // What could not be recorded is settled.
    run.end_leases();
    let ran = trial.run(&wait(Run::open(&run)));
    assert_eq!(ran.end.summary.imported + ran.end.summary.existing, 300);
    assert_eq!(trial.emulator.state().topics_len(), 300);
}
