//! Connections that somebody ends again and again: a failover, an administrator, or a network that forgets them.

use std::future;
use std::sync::Arc;
use std::time::Duration;

use topic_import_emulator::Emulator;
use topic_import_test_postgres::{self as postgres, Proxy};

use super::Run;
use super::run::work_to_the_end;
use crate::support::{Trial, lines, named_row, wait};

const ROWS: u64 = 600;
const EVERY: Duration = Duration::from_millis(150);
const TIMES: usize = 12;

/// Two workers import a run while something is done to their connections again and again.
fn import_while(run: &Run, trial: &Trial, disturb: impl Fn() + Send + Sync + 'static) {
    let disturb = Arc::new(disturb);
    wait(async {
        let client = trial.client();
        // Who cannot open a run is told so; disturbances are waited out from then on.
        let journals = [Run::open(run).await, Run::open(run).await];
        let workers = async {
            tokio::join!(
                work_to_the_end(&client, &journals[0], false),
                work_to_the_end(&client, &journals[1], true)
            )
        };
        let disturbed = async {
            for _ in 0..TIMES {
                tokio::time::sleep(EVERY).await;
                let disturb = Arc::clone(&disturb);
                tokio::task::spawn_blocking(move || disturb())
                    .await
                    .unwrap();
            }
            // Not for ever: on a busy machine, making a connection takes longer than the time between two of them.
            future::pending::<()>().await;
        };
        let (first, second) = tokio::select! {
            ends = workers => ends,
            () = disturbed => unreachable!(),
        };
        for end in [first, second] {
            assert!(end.stopped.is_none(), "{:?}", end.stopped);
            assert_eq!(end.summary.imported, ROWS);
        }
        assert_eq!(run.count("topic_import.lease"), 0);
    });
    assert_eq!(
        trial.tries(0..ROWS),
        vec![1; 600],
        "each row is called once"
    );
}

fn loaded() -> (Run, Trial) {
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(5))).paced();
    let run = Run::on(postgres::server());
    drop(trial.load(&run, &lines((0..ROWS).map(named_row))));
    (run, trial)
}

#[test]
fn a_run_goes_on_when_the_server_ends_every_connection_again_and_again() {
    let (run, trial) = loaded();
    let kept_in = run.kept_in();
    import_while(&run, &trial, move || {
        kept_in.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
    });
}

#[test]
fn a_run_goes_on_when_a_proxy_cuts_every_connection_again_and_again() {
    let (run, trial) = loaded();
    let proxy = Proxy::before(run.kept_in());
    let run = run.through(&proxy);
    import_while(&run, &trial, move || proxy.cut_all());
}
