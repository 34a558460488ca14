//! A connection that is made anew where it was cut.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_postgres::{Client, Error, Statement};

use crate::postgres::{Database, is_passing};

/// How long a statement of the work on a run may take; none of them reads more than a batch of rows.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(20);
/// Between attempts to reach the database.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);

/// A connection and its statements.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    /// In the order in which they were given.
    pub(super) statements: Vec<Statement>,
}

/// A connection to a database for some statements, once it is needed.
#[derive(Debug)]
pub(super) struct Link {
    database: Database,
    /// What is executed first, and what is prepared.
    setup: &'static str,
    statements: &'static [&'static str],
    session: Mutex<Option<Arc<Session>>>,
}

impl Link {
    pub(super) fn new(
        database: &Database,
        setup: &'static str,
        statements: &'static [&'static str],
    ) -> Self {
        Self {
            database: database.clone(),
            setup,
            statements,
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
        let session = Arc::new(Session { client, statements });
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

    /// Does something once; a second time where the connection that was kept turns out to be cut.
    pub(super) async fn attempt<T, F>(&self, work: impl Fn(Arc<Session>) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let had_session = self.kept().is_some();
        match self.once(&work).await {
            Err(error) if had_session && is_passing(&error) => {
                self.forget();
                self.once(&work).await
            }
            result => result,
        }
    }

    async fn once<T, F>(&self, work: &impl Fn(Arc<Session>) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        work(self.session().await?).await
    }

    /// Does something until it is done, or cannot be done for a reason that does not pass. `on_trouble` is told why
    /// it has to be tried again; `None` where there was no answer in time.
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
            match tokio::time::timeout(STATEMENT_TIMEOUT, self.once(&work)).await {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(error)) if is_passing(&error) => on_trouble(Some(&error)),
                Ok(Err(error)) => return Err(error),
                Err(_) => on_trouble(None),
            }
            self.forget();
            tokio::time::sleep(backoff).await;
            backoff = (backoff * 2).min(LONGEST_BACKOFF);
        }
    }
}
