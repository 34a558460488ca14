//! A journal in a PostgreSQL database, on which several processes can work at the same time.

mod course;
mod error;
mod heartbeat;
mod link;
mod loading;
mod memory;
mod pages;
mod remaining;
mod removal;
mod statements;
mod totals;
mod values;
mod worker;

pub use loading::PostgresLoading;
pub use pages::PostgresPages;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Error;
use tokio_postgres::types::Type;
use topic_import_shared_quota::schema::{Part, version};
use topic_import_shared_quota::{Database, in_transaction};

use self::error::journal_error;
use self::link::{Link, Session};
use self::removal::Removal;
use self::worker::{Result, Typed, Worker};
use super::{
    Claimed, Communities, Course, Hold, Identity, Journal, JournalError, JournalName, Lease,
    Notice, Order, Record, Remaining, Role, Usage,
};
use crate::journal::Summary;
use crate::journal::sealed::Sealed;
use crate::outcome::Outcome;

/// The tables of runs.
const SCHEMA: Part = Part {
    name: "journal",
    version: 6,
    tables: include_str!("schema.sql"),
};
/// Those whose lease is over are dead, even if nobody has ended them yet.
const AT_WORK: &str = "SELECT EXISTS ( \
    SELECT FROM topic_import.worker JOIN topic_import.heartbeat ON heartbeat.worker = id \
    WHERE worker.run = $1 AND NOT is_over AND lease_until >= clock_timestamp() \
)";
/// How many outcomes are recorded by one statement at most. With so many, what it takes beside the rows is less than a
/// fifth of its time; more would gain little, and make a stop wait for longer.
const MOST_RECORDS: usize = 1024;
/// How long a lease lasts by default.
const DEFAULT_LEASE: Duration = Duration::from_secs(30);

/// A run in a PostgreSQL database, in the schema `topic_import`. Several processes can work on it.
///
/// Each process has a lease, which it renews twice a second. Once a lease has expired, other processes take over its
/// rows, of which those in flight may have been executed. While the database cannot be reached, all methods wait for
/// it, no request is sent once the lease has expired, and [`Journal::next_notice`] says why. If the database loses commits
/// that it had confirmed, they are recorded again, and `next_notice` says that as well.
///
/// Must be used within a tokio runtime. If it is dropped without [`Journal::leave`], other processes take over its rows
/// only once its lease has expired.
#[derive(Debug)]
pub struct PostgresJournal {
    name: JournalName,
    database: Database,
    run: i64,
    /// A separate connection for reading, which may take long and must not delay the work.
    reading: Link,
    worker: Arc<Worker>,
}

impl PostgresJournal {
    /// Creates a run of this name to be loaded. It exists once loading is finished. Blocks, like [`PostgresLoading`].
    pub fn create(database: &Database, run_name: &str) -> Result<PostgresLoading> {
        PostgresLoading::new(database, run_name)
    }

    /// Opens the run of this name, even while other processes work on it.
    pub async fn open(database: &Database, run_name: &str) -> Result<Self> {
        let journal = Self::name(database, run_name);
        let failed = |error: Error| journal_error("open", &journal, &error);
        let client = database.connect().await.map_err(failed)?;
        let found = version(&client, &SCHEMA).await.map_err(failed)?;
        if found == 0 {
            return Err(JournalError::Missing { journal });
        }
        ensure_version(found, &journal)?;
        let of_name: [Typed<'_>; 1] = [(&run_name, Type::TEXT)];
        let run =
            client.query_typed_opt("SELECT id FROM topic_import.run WHERE name = $1", &of_name);
        let run = in_transaction(&client, run).await.map_err(failed)?;
        match run {
            Some(run) => Ok(Self::new(database, run_name, run.get(0))),
            None => Err(JournalError::Missing { journal }),
        }
    }

    /// Whether processes are working on the run, this one included.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn is_in_use(&self) -> Result<bool> {
        let run = self.run;
        self.read(|session| async move {
            let of_run: [Typed<'_>; 1] = [(&run, Type::INT8)];
            let workers = session.client.query_typed_one(AT_WORK, &of_run).await?;
            Ok(workers.get(0))
        })
        .await
    }

    /// The names of the runs in a database, in the order in which they were created.
    pub async fn runs(database: &Database) -> Result<Vec<String>> {
        let journal = JournalName::new(database.to_string());
        let failed = |error: Error| journal_error("open", &journal, &error);
        let client = database.connect().await.map_err(failed)?;
        if version(&client, &SCHEMA).await.map_err(failed)? == 0 {
            return Ok(Vec::new());
        }
        let runs = client.query_typed("SELECT name FROM topic_import.run ORDER BY id", &[]);
        let runs = in_transaction(&client, runs).await.map_err(failed)?;
        Ok(runs.iter().map(|run| run.get(0)).collect())
    }

    /// Sets how long a lease lasts, at least 1 s: how soon other processes take over the rows of one that has died.
    #[must_use]
    pub fn with_lease(self, lasts: Duration) -> Self {
        let by = self.worker.by.clone();
        self.with_worker(lasts.max(Duration::from_secs(1)), by)
    }

    /// Sets who works on the run, and where: `ada@boathouse`, for example. It is kept for those who ask later what was
    /// done by whom.
    #[must_use]
    pub fn worked_on_by(self, who: impl Into<String>) -> Self {
        let lasts = self.worker.lasts;
        self.with_worker(lasts, Some(who.into()))
    }

    fn with_worker(mut self, lasts: Duration, by: Option<String>) -> Self {
        let worker = Worker::new(&self.database, self.run, &self.name, lasts, by);
        self.worker = Arc::new(worker);
        self
    }

    fn new(database: &Database, run_name: &str, run: i64) -> Self {
        let name = Self::name(database, run_name);
        Self {
            database: database.clone(),
            run,
            reading: Link::patient(database),
            worker: Arc::new(Worker::new(database, run, &name, DEFAULT_LEASE, None)),
            name,
        }
    }

    fn name(database: &Database, run_name: &str) -> JournalName {
        JournalName::new(format!("{run_name} in {database}"))
    }

    /// Reads something, and tries again while the database cannot be reached.
    async fn read<T, F>(&self, reading: impl Fn(Arc<Session>) -> F) -> Result<T>
    where
        F: Future<Output = Result<T, Error>>,
    {
        Box::pin(
            self.reading
                .insist_in_transaction(reading, |error| self.worker.note_away(error)),
        )
        .await
        .map_err(|error| journal_error("read", &self.name, &error))
    }
}

impl Drop for PostgresJournal {
    fn drop(&mut self) {
        self.worker.stop_renewing();
    }
}

impl Sealed for PostgresJournal {}

impl Journal for PostgresJournal {
    type Pages = PostgresPages;

    async fn begin(&self, role: Role<'_>) -> Result<()> {
        Box::pin(heartbeat::begin(&self.worker, role)).await
    }

    async fn claim(&self, at_most: usize) -> Result<Claimed> {
        Box::pin(self.worker.claim(at_most)).await
    }

    async fn record(&self, records: Arc<[Record]>, usage: Usage) -> Result<()> {
        let mut left = &*records;
        loop {
            let portion = portion(left);
            Box::pin(self.worker.record(portion, left, usage)).await?;
            left = &left[portion.len()..];
            if left.is_empty() {
                return Ok(());
            }
        }
    }

    fn lease(&self) -> Lease {
        self.worker.lease.clone()
    }

    fn hold(&self, hold: Hold) {
        self.worker.tell(hold);
    }

    async fn next_notice(&self) -> Notice {
        self.worker.next_notice().await
    }

    async fn leave(&self) -> Result<()> {
        Box::pin(self.worker.leave()).await
    }

    async fn summary(&self) -> Result<Summary> {
        let run = self.run;
        self.read(|session| async move { totals::summary(&session.client, run).await })
            .await
    }

    async fn remaining(&self, role: Role<'_>) -> Result<Remaining> {
        if role.first().is_some() {
            return Err(JournalError::NoTrial);
        }
        let (run, outcomes) = (self.run, &role.takes_up());
        let counted = self.read(|session| async move {
            remaining::remaining(&session.client, run, outcomes).await
        });
        counted.await?
    }

    async fn rows(&self, outcomes: &[Outcome], order: Order) -> Result<PostgresPages> {
        Box::pin(PostgresPages::new(
            &self.database,
            &self.worker,
            outcomes,
            order,
        ))
        .await
    }

    async fn course(&self) -> Result<Course> {
        let run = self.run;
        self.read(|session| async move { course::course(&session.client, run).await })
            .await
    }

    async fn communities(&self, at_most: usize) -> Result<Communities> {
        let run = self.run;
        self.read(|session| async move { course::communities(&session.client, run, at_most).await })
            .await
    }

    async fn belongs_to(&self, identity: &Identity) -> Result<()> {
        let run = self.run;
        let parts =
            self.read(|session| async move { course::identity(&session.client, run).await });
        identity.is_that_of(&self.name, &parts.await?)
    }

    async fn remove_untouched(&self) -> Result<bool> {
        let run = self.run;
        let link = Link::patient(&self.database);
        let removing = link.insist_in_transaction(
            |session| async move { removal::remove_untouched(&session.client, run).await },
            |error| self.worker.note_away(error),
        );
        match Box::pin(removing).await {
            Ok(Removal::Removed) => Ok(true),
            Ok(Removal::Touched) => Ok(false),
            Ok(Removal::InUse) => Err(JournalError::InUse {
                journal: self.name.clone(),
            }),
            Err(error) => Err(journal_error("write", &self.name, &error)),
        }
    }
}

fn ensure_version(found: i64, journal: &JournalName) -> Result<()> {
    if found == SCHEMA.version {
        return Ok(());
    }
    Err(JournalError::AnotherVersion {
        journal: journal.clone(),
        found,
        known: SCHEMA.version,
    })
}

/// The first records, in which each row occurs only once, and no more of them than are worth a statement.
fn portion(records: &[Record]) -> &[Record] {
    let most = &records[..records.len().min(MOST_RECORDS)];
    let mut named = HashSet::with_capacity(most.len());
    let once = most.iter().take_while(|record| named.insert(record.number));
    &records[..once.count()]
}
