//! Limits that the owner of a database sets, and connections that he ends.

use std::future;
use std::sync::Arc;
use std::time::Duration;

use topic_import_bulk::Outcome;
use topic_import_bulk::calls::{CallSettings, WorkProgress};
use topic_import_bulk::journal::{Journal as _, Order, Pages as _, Role};
use topic_import_emulator::Emulator;
use topic_import_test_postgres as postgres;

use super::Run;
use super::run::undo_to_the_end;
use crate::journal::kept::{record, sound_rows};
use crate::support::{Trial, claim, lines, named_row, wait};

const ROWS: u64 = 300;

/// Others hold locks for longer than anybody may wait for one.
fn with_limits(run: &Run) {
    let name = run.kept_in().name();
    for limit in [
        "lock_timeout = '40ms'",
        "idle_session_timeout = '200ms'",
        "statement_timeout = '2s'",
        "idle_in_transaction_session_timeout = '200ms'",
        "deadlock_timeout = '10ms'",
    ] {
        run.sql(&format!("ALTER DATABASE {name} SET {limit}"));
    }
}

/// Locks a table again and again, each time for a while.
fn lock(run: &Run, table: &str, times: usize) -> std::thread::JoinHandle<()> {
    let (kept_in, table) = (run.kept_in(), table.to_owned());
    std::thread::spawn(move || {
        for _ in 0..times {
            kept_in.sql(&format!(
                "SET statement_timeout = 0; SET lock_timeout = 0; BEGIN; \
                 LOCK TABLE topic_import.{table} IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(0.3); COMMIT"
            ));
        }
    })
}

#[test]
fn a_run_outlasts_the_limits_that_the_owner_of_the_database_sets() {
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(10))).paced();
    let run = Run::on(postgres::server());
    drop(trial.load(&run, &lines((0..ROWS).map(named_row))));
    with_limits(&run);
    wait(async {
        let journal = Run::open(&run).await;
        let progress = Arc::new(WorkProgress::default());
        let client = trial.client();
        let never = future::pending();
        let importing = topic_import_bulk::import::import(
            &client,
            &journal,
            &trial.settings,
            &progress,
            never,
            |failure| panic!("{failure:?}"),
        );
        let mut refused = None;
        let locked = ["worker", "outcome", "cursor", "lease"].map(|table| lock(&run, table, 2));
        let watched = async {
            loop {
                refused = progress.snapshot().journal_away.or(refused.take());
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        let end =
            tokio::select! { end = importing => end.unwrap(), () = watched => unreachable!() };
        for locked in locked {
            locked.join().unwrap();
        }
        assert!(end.stopped.is_none(), "{:?}", end.stopped);
        assert_eq!(end.summary.imported, ROWS);
        let refused = refused.unwrap();
        assert!(refused.starts_with("the journal's database"), "{refused}");

        // To read, and to undo.
        for is_undoing in [false, true] {
            let locked = ["input", "outcome"].map(|table| lock(&run, table, 2));
            let stopped = if is_undoing {
                let undone = undo_to_the_end(&client, &journal).await;
                assert_eq!((undone.destroyed, undone.summary.destroyed), (ROWS, ROWS));
                undone.stopped
            } else {
                let settings = CallSettings::default();
                let progress = Arc::new(WorkProgress::default());
                let never = future::pending();
                let verified = topic_import_bulk::sweep::verify(
                    &client,
                    &journal,
                    &settings,
                    &progress,
                    never,
                    |finding| panic!("{finding:?}"),
                );
                let verified = verified.await.unwrap();
                assert_eq!(verified.topics.equal, ROWS);
                verified.stopped
            };
            assert!(stopped.is_none(), "{stopped:?}");
            for locked in locked {
                locked.join().unwrap();
            }
        }
    });
}

#[test]
fn rows_are_read_on_where_the_connection_was_cut() {
    const MANY: u64 = 2_500;
    let run = Run::on(postgres::server());
    run.load_rows(&sound_rows(MANY));
    wait(async {
        let journal = Run::open(&run).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        let claimed = claim(&journal, 2_500).await;
        let numbers: Vec<i64> = claimed.iter().map(|row| row.number).collect();
        record(&journal, &numbers, Outcome::Imported).await;
        for order in [Order::Input, Order::Group] {
            let mut pages = journal.rows(&[Outcome::Imported], order).await.unwrap();
            let mut read = Vec::new();
            loop {
                let page = pages.next_page().await.unwrap();
                if page.is_empty() {
                    break;
                }
                read.extend(page.iter().map(|row| row.number));
                run.sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                     WHERE datname = current_database() AND pid <> pg_backend_pid()",
                );
            }
            assert_eq!(
                read,
                (1..=MANY.cast_signed()).collect::<Vec<_>>(),
                "{order:?}"
            );
        }
    });
}
