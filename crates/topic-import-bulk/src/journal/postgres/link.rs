//! A connection that is made anew where it was cut.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio_postgres::{Client, Error, Statement};
use topic_import_shared_quota::Database;

use super::error::is_passing;

/// How long an answer may take before it is said that there is none.
const PATIENCE: Duration = Duration::from_secs(5);
/// After so many times that long, a statement of the work on a run is tried anew; none of them reads more than a batch of
/// rows.
const MOST_PATIENCE: u32 = 4;
/// Between attempts to reach the database.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);

/// A connection and its statements.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    /// In the order in which they were given.
    pub(super) statements: Vec<Statement>,
    /// It has a cursor.
    pub(super) cursor: OnceCell<()>,
}

/// A connection to a database for some statements, once it is needed.
#[derive(Debug)]
pub(super) struct Link {
    database: Database,
    /// What is executed first, and what is prepared.
    setup: &'static str,
    statements: &'static [&'static str],
    /// After so many times [`PATIENCE`] it is tried anew; `None` where an answer may take long.
    most_patience: Option<u32>,
    session: Mutex<Option<Arc<Session>>>,
}

impl Link {
    /// For statements of which nobody knows how long they take.
    pub(super) fn patient(database: &Database) -> Self {
        Self {
            most_patience: None,
            ..Self::new(database, "", &[])
        }
    }

    pub(super) fn new(
        database: &Database,
        setup: &'static str,
        statements: &'static [&'static str],
    ) -> Self {
        Self {
            database: database.clone(),
            setup,
            statements,
            most_patience: Some(MOST_PATIENCE),
            session: Mutex::new(None),
        }
    }

    /// The connection, made where there is none.
    pub(super) async fn session(&self) -> Result<Arc<Session>, Error> {
        if let Some(session) = self.kept() {
            return Ok(session);
        }
        let client = self.database.connect().await?;
        if !self.setup.is_empty() {
            client.batch_execute(self.setup).await?;
        }
        let prepared = self.statements.iter().map(|sql| client.prepare(sql));
        let statements = futures_util::future::try_join_all(prepared).await?;
        let session = Arc::new(Session {
            client,
            statements,
            cursor: OnceCell::new(),
        });
        *self.lock() = Some(Arc::clone(&session));
        Ok(session)
    }

    fn kept(&self) -> Option<Arc<Session>> {
        let session = self.lock().clone();
        session.filter(|session| !session.client.is_closed())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Arc<Session>>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next one gets a new connection.
    pub(super) fn forget(&self) {
        *self.lock() = None;
    }

    async fn once<T, F>(&self, work: &impl Fn(Arc<Session>) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        work(self.session().await?).await
    }

    /// Does something until it is done, or cannot be done for a reason that does not pass. `on_trouble` is told why
    /// it has to be tried again; `None` where there is no answer yet.
    pub(super) async fn insist<T, F>(
        &self,
        work: impl Fn(Arc<Session>) -> F,
        on_trouble: impl Fn(Option<&Error>),
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut backoff = FIRST_BACKOFF;
        loop {
            match self.patiently(self.once(&work), &on_trouble).await {
                Some(Ok(done)) => return Ok(done),
                Some(Err(error)) if is_passing(&error) => on_trouble(Some(&error)),
                Some(Err(error)) => return Err(error),
                None => {}
            }
            self.forget();
            tokio::time::sleep(backoff).await;
            backoff = (backoff * 2).min(LONGEST_BACKOFF);
        }
    }

    /// `None` where there was no answer in time.
    async fn patiently<T>(
        &self,
        work: impl Future<Output = T>,
        on_trouble: impl Fn(Option<&Error>),
    ) -> Option<T> {
        let mut work = pin!(work);
        let mut patience = 0;
        loop {
            if let Ok(done) = tokio::time::timeout(PATIENCE, &mut work).await {
                return Some(done);
            }
            on_trouble(None);
            patience += 1;
            if Some(patience) == self.most_patience {
                return None;
            }
        }
    }
}
