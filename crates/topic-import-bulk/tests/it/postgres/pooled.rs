//! A pooler before the database, which gives each transaction another session of the server.

use std::future;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use topic_import_async::Quota as _;
use topic_import_bulk::Outcome;
use topic_import_bulk::calls::{CallSettings, WorkProgress};
use topic_import_bulk::journal::{Journal as _, Order};
use topic_import_core::{Command, SdkAppId};
use topic_import_emulator::Emulator;
use topic_import_shared_quota::PostgresQuota;
use topic_import_test_postgres::{Pooler, Server};

use super::Run;
use super::run::work_to_the_end;
use crate::support::{Trial, lines, named_row, read_rows, wait};

const ROWS: u64 = 2_300;
/// Fewer than the connections of the workers.
const SESSIONS: usize = 3;

#[test]
fn a_run_is_loaded_worked_on_verified_and_undone_through_a_pooler() {
    let server: &'static Server = Box::leak(Box::new(Server::start()));
    let trial = Trial::of(Emulator::builder().latency(Duration::from_millis(2)));
    let direct = Run::on(server);
    let pooler = Pooler::before(direct.kept_in(), SESSIONS);
    let run = direct.at(&pooler.url(direct.kept_in()));
    drop(trial.load(&run, &lines((0..ROWS).map(named_row))));
    wait(async {
        let client = trial.client();
        let worker = async |joins| work_to_the_end(&client, &Run::open(&run).await, joins).await;
        let ends = tokio::join!(worker(false), worker(true), worker(true));
        for end in [ends.0, ends.1, ends.2] {
            assert!(end.stopped.is_none(), "{:?}", end.stopped);
            assert_eq!(end.summary.imported, ROWS);
        }
        assert_eq!(trial.tries(0..ROWS), vec![1; 2_300]);

        let journal = Run::open(&run).await;
        let by_group = read_rows(&journal, &[Outcome::Imported], Order::Group).await;
        assert_eq!(by_group.len() as u64, ROWS);
        let imports: u64 = journal.course().await.unwrap().invocations[0].imports;
        assert_eq!(imports, ROWS);
        let settings = CallSettings::default();
        let progress = Arc::new(WorkProgress::default());
        let undoing = topic_import_bulk::sweep::undo(
            &client,
            &journal,
            &settings,
            &progress,
            future::pending(),
            |left| panic!("{left:?}"),
        );
        let undone = undoing.await.unwrap();
        assert!(undone.stopped.is_none(), "{:?}", undone.stopped);
        assert_eq!(undone.summary.destroyed, ROWS);

        let database = run.database();
        let per_second = NonZeroU32::new(100).unwrap();
        let quota = PostgresQuota::connect(database, SdkAppId::new(1), "o", per_second);
        let quota = quota.await.unwrap();
        let command = Command::new("c");
        quota.slot(command).await.unwrap();
        quota.throttled(command);
        quota.slot(command).await.unwrap();
    });
    // Others who use the same sessions find them as they were.
    let left = direct.sql("SELECT count(*) FROM pg_prepared_statements");
    assert_eq!(left, "0");
    wait(async {
        let config: tokio_postgres::Config = pooler.url(direct.kept_in()).parse().unwrap();
        let (client, connection) = config.connect(tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        for _ in 0..2 * SESSIONS {
            let found = client
                .query_typed_one(
                    "SELECT current_setting('search_path'), current_setting('enable_seqscan'), \
                     (SELECT count(*) FROM pg_prepared_statements)",
                    &[],
                )
                .await
                .unwrap();
            let found: (String, String, i64) = (found.get(0), found.get(1), found.get(2));
            assert_eq!(found, ("\"$user\", public".to_owned(), "on".to_owned(), 0));
        }
    });
}
