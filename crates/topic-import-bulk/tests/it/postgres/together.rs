//! Several runs of the engine at work on one run.

use std::collections::BTreeSet;
use std::future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use topic_import_bulk::Outcome;
use topic_import_bulk::calls::WorkProgress;
use topic_import_bulk::journal::{Journal as _, Role};
use topic_import_emulator::Emulator;

use super::Run;
use super::run::work_to_the_end;
use crate::journal::kept::{numbers, record, sound_rows};
use crate::support::{Trial, claim, lines, named_row, runtime, wait};

const ROWS: u64 = 300;

#[test]
fn workers_share_the_rows_and_each_is_called_once() {
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(2))).paced();
    let run = Run::new();
    drop(trial.load(&run, &lines((0..ROWS).map(named_row))));
    wait(async {
        let client = trial.client();
        let worker = async |joins| work_to_the_end(&client, &Run::open(&run).await, joins).await;
        let (first, second, third) = tokio::join!(worker(false), worker(true), worker(true));
        for end in [&first, &second, &third] {
            assert!(end.stopped.is_none());
            assert_eq!(
                end.summary.imported, ROWS,
                "nobody ends before the last row"
            );
            assert!(end.summary.calls > 0);
        }
    });
    assert_eq!(trial.tries(0..ROWS), vec![1; 300]);
    let counted = wait(async {
        let course = Run::open(&run).await.course().await.unwrap();
        let by_time: u64 = course.pace.iter().map(|pace| pace.calls).sum();
        let stretches: Vec<_> = course.invocations.iter().map(|span| span.imports).collect();
        (stretches, course.latencies.calls(), by_time)
    });
    assert_eq!(
        counted,
        (vec![ROWS], ROWS, ROWS),
        "they worked at the same time"
    );
}

#[test]
fn what_a_worker_that_dies_had_claimed_is_settled_by_another() {
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(4)))
        .one_at_a_time()
        .paced();
    let run = Run::new();
    let journal = trial.load(&run, &lines((0..60).map(named_row)));
    trial.run_and_die(&journal, trial.called_times(10));
    drop(journal);
    run.end_leases();
    let journal = wait(Run::open(&run));
    let mut helper = trial;
    helper.settings.joins = true;
    let ran = helper.run(&journal);
    assert_eq!(ran.end.summary.imported + ran.end.summary.existing, 60);
    let topics: BTreeSet<_> = helper
        .emulator
        .state()
        .topics()
        .into_iter()
        .map(|topic| topic.topic_id)
        .collect();
    assert_eq!(topics.len(), 60);
    let most = helper.tries(0..60).into_iter().max();
    assert!(most <= Some(2), "{most:?}");
    let rows = run.sql_of_run("SELECT count(*) FROM topic_import.lease");
    assert_eq!(rows, "0");
    assert!(
        ran.failures
            .iter()
            .all(|(_, outcome, _)| *outcome != Outcome::Unknown)
    );
}

#[test]
fn the_time_of_workers_that_overlap_counts_once_and_pauses_do_not() {
    let run = Run::new();
    run.load_rows(&sound_rows(1));
    // From one second to another, with so many calls to import.
    for (began_at, at, imports) in [(0, 10, 3), (5, 8, 4), (9, 20, 5), (30, 40, 6)] {
        run.sql_of_run(&format!(
            "INSERT INTO topic_import.worker (run, token, role, began_at, recorded_at, is_over, imports) \
             SELECT run, 0, 'join', to_timestamp({began_at}), to_timestamp({at}), true, '{{{imports}}}' \
             FROM topic_import.cursor"
        ));
    }
    let (seconds, stretches) = wait(async {
        let journal = Run::open(&run).await;
        let seconds = journal.summary().await.unwrap().seconds;
        (seconds, journal.course().await.unwrap().invocations)
    });
    assert!((seconds - 30.0).abs() < 1e-6, "{seconds}");
    let stretches: Vec<_> = stretches
        .iter()
        .map(|span| (span.began_at, span.at, span.imports))
        .collect();
    assert_eq!(stretches, [(0, 20_000, 12), (30_000, 40_000, 6)]);
}

#[test]
fn a_worker_that_lost_the_last_rows_ends_only_when_they_are_done_elsewhere() {
    /// Whether the last claim gave nothing: the rows that are left are all in flight.
    const HAS_NOTHING_LEFT: &str = "SELECT next > 60 \
        AND (SELECT max(claims) FROM topic_import.worker WHERE worker.run = cursor.run) \
            > (SELECT max(claim) FROM topic_import.lease WHERE lease.run = cursor.run) \
        FROM topic_import.cursor";
    const WORKERS: &str = "SELECT count(*) FILTER (WHERE claims > 0) FROM topic_import.worker";
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(50))).one_at_a_time();
    let run = Run::new();
    drop(trial.load(&run, &lines((0..60).map(named_row))));
    let is = async |select, value: &str| {
        while run.sql_of_run(select) != value {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    // Nothing of the first one's is done while it is not waited for: it is paused.
    let paused = runtime();
    let (client, first) = paused.block_on(async { (trial.client(), Run::open(&run).await) });
    let progress = Arc::new(WorkProgress::default());
    let mut importing = pin!(topic_import_bulk::import::import(
        &client,
        &first,
        &trial.settings,
        &progress,
        future::pending(),
        |failure| panic!("{failure:?}"),
    ));
    paused.block_on(async {
        tokio::select! {
            end = &mut importing => panic!("{end:?}"),
            () = is(HAS_NOTHING_LEFT, "t") => {}
        }
    });
    run.end_leases();
    let living = runtime();
    let (second, taken) = living.block_on(async {
        let second = Run::open(&run).await;
        second.begin(Role::Join).await.unwrap();
        loop {
            let taken = claim(&second, 60).await;
            if !taken.is_empty() {
                return (second, taken);
            }
        }
    });
    paused.block_on(async {
        tokio::select! {
            end = &mut importing => panic!("the other one still has rows: {end:?}"),
            // The first one asks for rows as a third.
            () = is(WORKERS, "3") => {}
        }
    });
    living.block_on(async {
        record(&second, &numbers(&taken), Outcome::Imported).await;
        second.leave().await.unwrap();
    });
    let end = paused.block_on(importing).unwrap();
    assert!(end.stopped.is_none());
    assert_eq!(end.summary.imported, 60);
}
