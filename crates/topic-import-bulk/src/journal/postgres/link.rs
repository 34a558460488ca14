//! A connection that is made again if it was lost.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;
use tokio_postgres::{Client, Error};
use topic_import_shared_quota::{Database, in_transaction};

use super::error::{is_passing, lacks_cursor};

/// How long an answer may take before a notice says that there is none.
const PATIENCE: Duration = Duration::from_secs(5);
/// After how many times [`PATIENCE`] a statement of a worker is tried again. None of these statements reads more than a
/// batch of rows.
const MOST_PATIENCE: u32 = 4;
/// The first and the longest time between attempts to reach the database.
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
const LONGEST_BACKOFF: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct Session {
    pub(super) client: Client,
    /// The name of the connection's cursor, once it has one.
    pub(super) cursor: OnceCell<String>,
}

/// A connection to a database, made when it is first needed.
#[derive(Debug)]
pub(super) struct Link {
    database: Database,
    /// After how many times [`PATIENCE`] a statement is tried again; `None` if an answer may take any time.
    most_patience: Option<u32>,
    session: Mutex<Option<Arc<Session>>>,
}

impl Link {
    /// A link for statements whose answers may take any time.
    pub(super) fn patient(database: &Database) -> Self {
        Self {
            most_patience: None,
            ..Self::new(database)
        }
    }

    pub(super) fn new(database: &Database) -> Self {
        Self {
            database: database.clone(),
            most_patience: Some(MOST_PATIENCE),
            session: Mutex::new(None),
        }
    }

    /// The connection; makes one if there is none.
    pub(super) async fn session(&self) -> Result<Arc<Session>, Error> {
        if let Some(session) = self.kept() {
            return Ok(session);
        }
        let client = self.database.connect().await?;
        let session = Arc::new(Session {
            client,
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

    /// Makes the next statement use a new connection.
    pub(super) fn forget(&self) {
        *self.lock() = None;
    }

    async fn once<T, F>(&self, work: &impl Fn(Arc<Session>) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        work(self.session().await?).await
    }

    /// [Insists](Self::insist) on work in a [transaction](in_transaction).
    pub(super) async fn insist_in_transaction<T, F>(
        &self,
        work: impl Fn(Arc<Session>) -> F,
        on_trouble: impl Fn(Option<&Error>),
    ) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let work = &work;
        let in_transaction = |session: Arc<Session>| async move {
            let unfinished = Unfinished(self);
            let done = in_transaction(&session.client, work(Arc::clone(&session))).await;
            std::mem::forget(unfinished);
            done
        };
        self.insist(in_transaction, on_trouble).await
    }

    /// Repeats work until it succeeds, or fails with an error that is not temporary. `on_trouble` is called with each
    /// temporary error, and with `None` while an answer is overdue.
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
                Some(Err(error)) if lacks_cursor(&error) => {
                    self.forget();
                    continue;
                }
                Some(Err(error)) if is_passing(&error) => on_trouble(Some(&error)),
                Some(Err(error)) => return Err(error),
                None => {}
            }
            self.forget();
            tokio::time::sleep(backoff).await;
            backoff = (backoff * 2).min(LONGEST_BACKOFF);
        }
    }

    /// Waits for work with the patience of this link; `None` if there was no answer in time.
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

/// Work in a transaction that is not over. If it is dropped, so that the transaction may stay open, the connection is
/// not used again.
struct Unfinished<'a>(&'a Link);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.forget();
    }
}
