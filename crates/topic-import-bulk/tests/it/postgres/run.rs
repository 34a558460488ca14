//! Runs in a private PostgreSQL.

use std::future;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use topic_import_async::Client;
use topic_import_bulk::calls::{CallSettings, WorkProgress};
use topic_import_bulk::check::{CheckSettings, TopicIds};
use topic_import_bulk::import::{ImportEnd, ImportSettings};
use topic_import_bulk::input::{Fingerprint, Input, InputCommunity, InputRow};
use topic_import_bulk::journal::{Loading as _, PostgresJournal, PostgresLoading};
use topic_import_bulk::sweep::UndoEnd;
use topic_import_shared_quota::Database;
use topic_import_test_postgres as postgres;

use crate::support::{Place, identity, jsonl_input, load_all, wait};

/// Imports the rows of a run until none is left, alone or beside others, and expects every row to be imported.
pub(crate) async fn work_to_the_end(
    client: &Client,
    journal: &PostgresJournal,
    joins: bool,
) -> ImportEnd {
    let mut settings = ImportSettings::default();
    settings.joins = joins;
    let progress = Arc::new(WorkProgress::default());
    let never = future::pending();
    let import = topic_import_bulk::import::import(
        client,
        journal,
        &settings,
        &progress,
        never,
        |failure| panic!("{failure:?}"),
    );
    import.await.unwrap()
}

/// Undoes a run, alone, and expects nothing to be left.
pub(crate) async fn undo_to_the_end(client: &Client, journal: &PostgresJournal) -> UndoEnd {
    let settings = CallSettings::default();
    let progress = Arc::new(WorkProgress::default());
    let never = future::pending();
    let undo =
        topic_import_bulk::sweep::undo(client, journal, &settings, &progress, never, |left| {
            panic!("{left:?}")
        });
    undo.await.unwrap()
}

/// Ready when it has been said that the journal is out of reach, and why.
pub(crate) async fn journal_away(progress: &WorkProgress) -> String {
    loop {
        if let Some(why) = progress.snapshot().journal_away {
            return why;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A run with a name of its own in the database that the tests share.
pub(crate) struct Run {
    name: String,
    kept_in: &'static postgres::Database<'static>,
    database: Database,
}

impl Run {
    pub(crate) fn new() -> Self {
        static SHARED: LazyLock<postgres::Database<'static>> =
            LazyLock::new(|| postgres::server().database());
        static RUNS: AtomicU64 = AtomicU64::new(0);
        Self::in_database(&SHARED, &format!("run {}", RUNS.fetch_add(1, Relaxed)))
    }

    /// On a server of its own, which can be stopped.
    pub(crate) fn on(server: &'static postgres::Server) -> Self {
        Self::in_database(Box::leak(Box::new(server.database())), "run")
    }

    /// The same run, reached through a proxy.
    pub(crate) fn through(&self, proxy: &postgres::Proxy) -> Self {
        self.at(&proxy.url(self.kept_in))
    }

    /// The same run at another address of the database.
    pub(crate) fn at(&self, url: &str) -> Self {
        Self {
            name: self.name.clone(),
            kept_in: self.kept_in,
            database: Database::parse(url).unwrap(),
        }
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn kept_in(&self) -> &'static postgres::Database<'static> {
        self.kept_in
    }

    fn in_database(kept_in: &'static postgres::Database<'static>, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kept_in,
            database: Database::parse(&kept_in.socket_url()).unwrap(),
        }
    }

    pub(crate) fn create(&self) -> PostgresLoading {
        PostgresJournal::create(&self.database, &self.name).unwrap()
    }

    pub(crate) async fn open(&self) -> PostgresJournal {
        PostgresJournal::open(&self.database, &self.name)
            .await
            .unwrap()
    }

    /// The leases of those who work on it are over, as if their time had passed.
    pub(crate) fn end_leases(&self) {
        self.sql(&format!(
            "UPDATE topic_import.heartbeat SET lease_until = clock_timestamp() - interval '1 s' \
             WHERE run = (SELECT id FROM topic_import.run WHERE name = '{}')",
            self.name
        ));
    }

    /// Claims two rows for the run's worker, as its claim of this number whose answer is cut off.
    pub(crate) fn claim_for_nobody(&self, claim: u64) {
        self.sql(&format!(
            "SELECT topic_import.claim(worker.run, worker.id, token, {claim}, records, 2) FROM topic_import.worker \
             JOIN topic_import.run ON run.id = run WHERE run.name = '{}'",
            self.name
        ));
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Loads these rows.
    pub(crate) fn load_rows(&self, rows: &[InputRow]) {
        self.load_rows_and_communities(rows, &[]);
    }

    pub(crate) fn load_rows_and_communities(
        &self,
        rows: &[InputRow],
        communities: &[InputCommunity],
    ) {
        let mut loading = self.create();
        for rows in rows.chunks(1_000) {
            loading.append(rows).unwrap();
        }
        loading.append_communities(communities).unwrap();
        let identity = identity(
            &jsonl_input(""),
            Fingerprint::default(),
            &CheckSettings::default(),
        );
        loading.finish(&identity).unwrap();
    }

    /// How many lines of this run a table has.
    pub(crate) fn count(&self, table: &str) -> u64 {
        let counted = self.sql_of_run(&format!("SELECT count(*) FROM {table}"));
        counted.parse().unwrap()
    }

    /// What a query without conditions gives for the lines of this run.
    pub(crate) fn sql_of_run(&self, select: &str) -> String {
        self.sql(&format!(
            "{select} WHERE run = (SELECT id FROM topic_import.run WHERE name = '{}')",
            self.name
        ))
    }

    pub(crate) fn sql(&self, sql: &str) -> String {
        self.kept_in.sql(sql)
    }
}

impl Place for Run {
    type Journal = PostgresJournal;

    fn new() -> Self {
        Self::new()
    }

    fn load(&self, input: &Input, topic_ids: TopicIds) -> PostgresJournal {
        load_all(self.create(), input, topic_ids)
    }

    fn open(&self) -> PostgresJournal {
        wait(Run::open(self))
    }

    fn open_to_look(&self) -> PostgresJournal {
        wait(Run::open(self))
    }

    fn killed(&self, journal: PostgresJournal) -> Self {
        drop(journal);
        self.end_leases();
        Self {
            name: self.name.clone(),
            kept_in: self.kept_in,
            database: self.database.clone(),
        }
    }
}
