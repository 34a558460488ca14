//! A database that has lost its last commits: a standby took over that lacked them, or an older copy was put back.

use std::future;
use std::sync::Arc;
use std::time::Duration;

use topic_import_bulk::Outcome;
use topic_import_bulk::calls::WorkProgress;
use topic_import_bulk::input::InputRow;
use topic_import_bulk::journal::{Journal as _, Notice, PostgresJournal, Rest, Role};
use topic_import_emulator::Emulator;
use topic_import_test_postgres::Server;

use super::Run;
use crate::journal::kept::{numbers, record, sound_rows, topic};
use crate::support::{GROUP, Trial, claim, lines, named_row, unnamed_row, wait};

fn server() -> &'static Server {
    Box::leak(Box::new(Server::start()))
}

/// Does something that blocks, while the others go on.
async fn meanwhile(work: impl FnOnce() + Send + 'static) {
    tokio::task::spawn_blocking(work).await.unwrap();
}

async fn save(server: &'static Server) {
    meanwhile(|| {
        server.stop();
        server.save();
        server.start_again();
    })
    .await;
}

async fn restore(server: &'static Server, is_promoted: bool) {
    meanwhile(move || {
        server.stop();
        server.restore();
        if is_promoted {
            server.start_promoted();
        } else {
            server.start_again();
        }
    })
    .await;
}

async fn loss(journal: &PostgresJournal) -> String {
    loop {
        if let Notice::LostCommits(what) = journal.next_notice().await {
            return what;
        }
    }
}

fn unnamed_rows(count: u64) -> Vec<InputRow> {
    let row = |line| {
        let topic = topic(&format!(r#"{{"GroupId":"{GROUP}","TopicName":"x"}}"#));
        InputRow::sound(line, topic)
    };
    (1..=count).map(row).collect()
}

#[test]
fn outcomes_that_were_lost_are_recorded_again_and_open_rows_are_settled() {
    let server = server();
    let run = Run::on(server);
    run.load_rows(&sound_rows(8));
    wait(async {
        let journal = Run::open(&run).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        assert_eq!(numbers(&claim(&journal, 2).await), [1, 2]);
        record(&journal, &[1], Outcome::Imported).await;
        save(server).await;
        record(&journal, &[2], Outcome::Rejected).await;
        assert_eq!(numbers(&claim(&journal, 3).await), [3, 4, 5]);
        record(&journal, &[3], Outcome::Existing).await;
        restore(server, false).await;
        let said = loss(&journal).await;
        assert!(said.contains("has lost its last commits"), "{said}");
        assert!(
            said.contains("3 outcomes were recorded again, and 2 open rows"),
            "{said}"
        );
        // Those that were open may have been called.
        let claimed = claim(&journal, 9).await;
        let again: Vec<_> = claimed
            .iter()
            .map(|row| (row.number, row.was_in_flight()))
            .collect();
        assert_eq!(
            again,
            [(4, true), (5, true), (6, false), (7, false), (8, false)]
        );
        let summary = journal.summary().await.unwrap();
        assert_eq!(
            (summary.imported, summary.rejected, summary.existing),
            (1, 1, 1)
        );
        record(&journal, &[4, 5, 6, 7, 8], Outcome::Imported).await;
        journal.leave().await.unwrap();
        assert_eq!(journal.summary().await.unwrap().imported, 6);
    });
}

#[test]
fn a_worker_that_the_database_never_heard_of_says_what_it_knows_as_well() {
    let server = server();
    let run = Run::on(server);
    run.load_rows(&unnamed_rows(4));
    wait(async {
        let journal = Run::open(&run).await;
        save(server).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        assert_eq!(numbers(&claim(&journal, 2).await), [1, 2]);
        record(&journal, &[1], Outcome::Imported).await;
        restore(server, false).await;
        // Another one is there first, and gets the number that the first one had.
        let other = Run::open(&run).await;
        journal.leave().await.unwrap();
        let said = loss(&journal).await;
        assert!(
            said.contains("1 outcomes were recorded again, and 1 open rows"),
            "{said}"
        );
        other.begin(Role::Join).await.unwrap();
        let claimed = claim(&other, 9).await;
        let taken: Vec<_> = claimed
            .iter()
            .map(|row| (row.number, row.was_in_flight()))
            .collect();
        assert_eq!(taken, [(2, true), (3, false), (4, false)]);
    });
}

#[test]
fn after_a_failover_nobody_gets_a_row_before_all_have_said_what_they_know() {
    let server = server();
    let run = Run::on(server);
    run.load_rows(&unnamed_rows(6));
    wait(async {
        let lease = Duration::from_secs(2);
        let first = Run::open(&run).await.with_lease(lease);
        let second = Run::open(&run).await.with_lease(lease);
        first.begin(Role::Import(&[])).await.unwrap();
        second.begin(Role::Join).await.unwrap();
        assert_eq!(numbers(&claim(&first, 1).await), [1]);
        record(&first, &[1], Outcome::Imported).await;
        save(server).await;
        assert_eq!(numbers(&claim(&first, 2).await), [2, 3]);
        record(&first, &[2], Outcome::Imported).await;
        restore(server, true).await;
        // The second one has lost nothing, and asks at once for rows that the first one has.
        let mut claimed = Vec::new();
        let asked = async {
            loop {
                let answer = second.claim(9).await.unwrap();
                claimed.extend(
                    answer
                        .rows
                        .iter()
                        .map(|row| (row.number, row.was_in_flight())),
                );
                if !claimed.is_empty() {
                    break;
                }
                let Rest::AskAgainAfter(wait) = answer.rest else {
                    panic!("{answer:?}");
                };
                tokio::time::sleep(wait).await;
            }
        };
        let (said, ()) = tokio::join!(loss(&second), asked);
        assert!(said.contains("is now another server"), "{said}");
        claimed.sort_unstable();
        assert_eq!(claimed, [(3, true), (4, false), (5, false), (6, false)]);
        assert_eq!(second.summary().await.unwrap().imported, 2);
    });
}

#[test]
fn an_import_through_a_failover_that_loses_commits_imports_nothing_twice() {
    const NAMED: usize = 150;
    const UNNAMED: usize = 150;
    let server = server();
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(5))).paced();
    let run = Run::on(server);
    let rows = lines(
        (0..UNNAMED)
            .map(|_| unnamed_row())
            .chain((0..NAMED).map(named_row)),
    );
    drop(trial.load(&run, &rows));
    wait(async {
        let journal = Run::open(&run).await.with_lease(Duration::from_secs(2));
        let progress = Arc::new(WorkProgress::default());
        let client = trial.client();
        let mut unknown = 0;
        let importing = topic_import_bulk::import::import(
            &client,
            &journal,
            &trial.settings,
            &progress,
            future::pending(),
            |failure| unknown += u64::from(failure.outcome == Outcome::Unknown),
        );
        let failover = async {
            trial.called_times(40).await;
            save(server).await;
            trial.called_times(90).await;
            restore(server, true).await;
        };
        let (end, ()) = tokio::join!(importing, failover);
        let end = end.unwrap();
        let said = progress.snapshot().journal_lost.join("; ");
        assert!(said.contains("has lost its last commits"), "{said}");
        assert!(end.stopped.is_none(), "{:?} {said}", end.stopped);
        let summary = end.summary;
        let there = summary.imported + summary.existing;
        eprintln!("{there} there, {unknown} unknown: {said}");
        assert_eq!(
            there + summary.unknown,
            (NAMED + UNNAMED) as u64,
            "{summary:?}"
        );
        assert_eq!(summary.unknown, unknown);
        let topics = trial.emulator.state().topics_len();
        // Of the rows that are unknown, a topic may be there, and never two.
        assert!(
            topics as u64 >= there && topics <= NAMED + UNNAMED,
            "{topics} topics, {summary:?}"
        );
    });
    assert_eq!(
        trial
            .tries(0..NAMED)
            .iter()
            .filter(|tries| **tries == 0)
            .count(),
        0
    );
}
