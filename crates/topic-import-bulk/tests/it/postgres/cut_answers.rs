//! A network that cuts connections anywhere: what was asked may have been done, and the answer is lost.

use std::future;
use std::sync::Arc;
use std::time::Duration;

use topic_import_bulk::calls::WorkProgress;
use topic_import_emulator::Emulator;
use topic_import_test_postgres::{self as postgres, Proxy};

use super::Run;
use super::run::undo_to_the_end;
use crate::support::{Trial, lines, named_row, unnamed_row, wait};

const CUTS: usize = 200;
const NAMED: usize = 700;
const UNNAMED: usize = 300;

#[test]
fn after_answers_that_were_cut_off_nothing_is_there_twice_and_nothing_is_lost() {
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(2))).paced();
    let run = Run::on(postgres::server());
    let named = (0..NAMED).map(named_row);
    let rows = lines(named.chain((0..UNNAMED).map(|_| unnamed_row())));
    drop(trial.load(&run, &rows));
    let proxy = Proxy::before(run.kept_in());
    let mut random = fastrand::Rng::with_seed(7);
    let end_in_flight = run.through(&proxy);
    wait(async {
        let journal = Run::open(&end_in_flight).await;
        // Making a connection takes some thousand bytes: cuts come while they are made as well.
        proxy.cut_after((0..CUTS).map(|_| random.usize(1..14_000)).collect());
        let progress = Arc::new(WorkProgress::default());
        let client = trial.client();
        let never = future::pending();
        let run = topic_import_bulk::import::import(
            &client,
            &journal,
            &trial.settings,
            &progress,
            never,
            |failure| panic!("{failure:?}"),
        );
        let end = run.await.unwrap();
        assert!(end.stopped.is_none(), "{:?}", end.stopped);
        eprintln!(
            "{} connections were cut by the end of the import",
            proxy.cuts()
        );
        assert_eq!(
            end.summary.imported,
            (NAMED + UNNAMED) as u64,
            "{:?}",
            end.summary
        );
        assert_eq!(trial.emulator.state().topics_len(), NAMED + UNNAMED);
        assert_eq!(trial.tries(0..NAMED), vec![1; NAMED]);
        assert_eq!(
            trial.calls(),
            (NAMED + UNNAMED) as u64,
            "no row was called twice"
        );

        // Pages are larger.
        proxy.cut_after((0..5).map(|_| random.usize(1..300_000)).collect());
        let undone = undo_to_the_end(&client, &journal).await;
        assert!(undone.stopped.is_none(), "{:?}", undone.stopped);
        assert_eq!(undone.summary.destroyed, (NAMED + UNNAMED) as u64);
    });
    eprintln!("{} connections were cut in all", proxy.cuts());
    assert!(proxy.cuts() >= CUTS / 4, "{}", proxy.cuts());
    assert_eq!(trial.emulator.state().topics_len(), 0);
    let tallied = run.sql_of_run(
        "SELECT sum(rows) FILTER (WHERE state = 'destroyed'), sum(rows) FROM topic_import.tally",
    );
    assert_eq!(
        tallied,
        format!("{0}|{0}", NAMED + UNNAMED),
        "each row is counted once"
    );
}
