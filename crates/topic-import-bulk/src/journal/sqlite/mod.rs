//! A journal in an SQLite file.

mod clock;
mod course;
mod fault;
mod file;
mod invocation;
mod loading;
mod own_thread;
mod pages;
mod place;
mod reach;
mod remaining;
mod schema;
mod spare;
mod stored_outcome;
mod totals;

pub use loading::SqliteLoading;
pub use pages::SqlitePages;

use std::fs::File;
use std::io;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;

use self::fault::{Fault, Result, file_error};
use self::invocation::{Found, Invocation};
use self::own_thread::OwnThread;
use self::place::{FileId, Place};
use self::spare::Spare;
use super::{
    Claimed, Communities, Course, Identity, Journal, JournalError, JournalName, Order, Record,
    Remaining, Rest, Role, StorageError, Usage,
};
use crate::journal::Summary;
use crate::journal::sealed::Sealed;
use crate::outcome::Outcome;
use crate::request::Kind;

/// How long to wait before asking again for topics that wait for communities.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// A journal in an SQLite file, with a write-ahead log beside it. A process that writes holds a lock on another file,
/// `….journal-lock`; reading is possible at any time. Files that this creates can be read only by their owner.
///
/// A file may come from anybody, so one whose schema differs from what this version creates is refused. So is a file
/// with a second name (a hard link), under which another process would find neither its lock nor its log.
///
/// Every commit is on disk before a method returns.
#[derive(Clone, Debug)]
pub struct SqliteJournal {
    shared: Arc<Shared>,
    /// Who works on it, and where.
    by: Option<Arc<str>>,
}

#[derive(Debug)]
struct Shared {
    place: Place,
    file: FileId,
    thread: OwnThread<Store>,
}

#[derive(Debug)]
struct Store {
    connection: Connection,
    invocation: Option<Invocation>,
    /// Reserved room for the last outcomes; `None` once it was given up because the disk was full.
    spare: Option<Spare>,
    /// How many scans by group were begun; each has its own temporary table.
    scans: u64,
    /// The lock that is held while the journal may be written.
    _lock: Option<File>,
}

impl SqliteJournal {
    /// Creates a journal to be loaded. Replaces one that was not loaded completely.
    pub fn create(path: &Path) -> Result<SqliteLoading> {
        let place = Place::of(path).map_err(|error| file_error("create", path, error))?;
        SqliteLoading::new(place)
    }

    /// Opens a journal to continue its run. No other process can do so at the same time.
    pub fn open(path: &Path) -> Result<Self> {
        let place = existing(path)?;
        file::ensure_is_ours(&place)?;
        let lock = file::lock(&place)?;
        let connection = file::open_to_write(&place)?;
        Self::new(place, connection, Some(lock))
    }

    /// Opens a journal for reading, even while another process works on it, and even where nothing can be written.
    pub fn open_to_read(path: &Path) -> Result<Self> {
        let place = existing(path)?;
        let connection = file::open_to_read(&place)?;
        Self::new(place, connection, None)
    }

    /// Whether a process is loading a journal at this path, or has it [open](Self::open) to continue its run. Changes nothing.
    ///
    /// # Errors
    /// If it cannot be found out, for want of a permission.
    pub fn is_in_use(path: &Path) -> Result<bool> {
        match existing(path) {
            Err(JournalError::Missing { .. }) => Ok(false),
            place => file::is_locked(&place?),
        }
    }

    /// Sets who works on the run, and where: `ada@boathouse`, for example. It is kept for those who ask later what was
    /// done by whom.
    #[must_use]
    pub fn worked_on_by(mut self, who: impl Into<Arc<str>>) -> Self {
        self.by = Some(who.into());
        self
    }

    fn new(place: Place, connection: Connection, lock: Option<File>) -> Result<Self> {
        // This also detects a second name that the file got while it was being opened.
        let file = place.file_id()?;
        let thread = OwnThread::new(Store {
            connection,
            invocation: None,
            spare: None,
            scans: 0,
            _lock: lock,
        });
        let thread = thread.map_err(|error| file_error("open", place.given(), error))?;
        let shared = Shared {
            place,
            file,
            thread,
        };
        Ok(Self {
            shared: Arc::new(shared),
            by: None,
        })
    }

    fn in_use(&self) -> JournalError {
        JournalError::InUse {
            journal: self.name(),
        }
    }

    fn name(&self) -> JournalName {
        self.shared.place.name()
    }

    /// Runs blocking work in the journal's thread.
    async fn blocking<T: Send + 'static, E: Into<Fault> + Send + 'static>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&mut Store) -> Result<T, E> + Send + 'static,
    ) -> Result<T> {
        let Shared { place, thread, .. } = &*self.shared;
        match thread.run(work).await {
            Ok(result) => result.map_err(|error| error.into().into_error(doing, place.given())),
            Err(ended) => Err(JournalError::Storage {
                doing,
                journal: self.name(),
                source: StorageError::other(ended),
            }),
        }
    }
}

impl Sealed for SqliteJournal {}

impl Journal for SqliteJournal {
    type Pages = SqlitePages;

    async fn begin(&self, role: Role<'_>) -> Result<()> {
        // In a file, there are no other processes to join.
        let (outcomes, first) = (role.takes_up(), role.first());
        let directory = self.shared.place.directory().to_owned();
        let by = self.by.clone();
        let spare = self.blocking("write", move |store| {
            let spare = Spare::on_the_disk_of(&directory);
            if spare.is_ok() {
                let begun = Invocation::begin(&store.connection, &outcomes, first, by.as_deref())?;
                store.invocation = Some(begun);
            }
            Ok::<_, Fault>(spare.map(|spare| store.spare = Some(spare)))
        });
        spare
            .await?
            .map_err(|error| file_error("write", self.shared.place.given(), error))
    }

    async fn claim(&self, at_most: usize) -> Result<Claimed> {
        let shared = Arc::clone(&self.shared);
        let claimed = self.blocking("write", move |store| {
            shared.place.ensure_is_still(shared.file)?;
            match &mut store.invocation {
                Some(_) if store.spare.is_none() => Err(fault::full().into()),
                Some(invocation) => invocation.claim(&mut store.connection, at_most),
                None => Ok(Some(Found::Rows(Vec::new()))),
            }
        });
        Ok(match claimed.await?.ok_or_else(|| self.in_use())? {
            Found::Later => Claimed::new(Vec::new(), Rest::AskAgainAfter(ASK_AGAIN)),
            Found::Rows(rows) => {
                let are_topics = rows
                    .first()
                    .is_none_or(|row| row.request.kind() == Kind::Topic);
                let rest = if are_topics && rows.len() < at_most {
                    Rest::Nothing
                } else {
                    Rest::More
                };
                Claimed::new(rows, rest)
            }
        })
    }

    async fn record(&self, records: Arc<[Record]>, usage: Usage) -> Result<()> {
        let recorded = self.blocking("write", move |store| {
            let Store {
                connection,
                invocation,
                spare,
                ..
            } = store;
            let mut record =
                || invocation::record(connection, invocation.as_mut(), &records, usage);
            match record() {
                Err(error) if fault::is_full(&error) && spare.take().is_some() => record(),
                result => result,
            }
        });
        recorded.await?.ok_or_else(|| self.in_use())
    }

    async fn summary(&self) -> Result<Summary> {
        self.blocking("read", |store| totals::summary(&store.connection))
            .await
    }

    async fn summary_of_first(&self, rows: NonZeroU64) -> Result<Summary> {
        self.blocking("read", move |store| {
            totals::summary_of_first(&store.connection, rows)
        })
        .await
    }

    async fn remaining(&self, role: Role<'_>) -> Result<Remaining> {
        let (outcomes, first) = (role.takes_up(), role.first());
        self.blocking("read", move |store| {
            remaining::remaining(&store.connection, &outcomes, first)
        })
        .await
    }

    async fn rows(&self, outcomes: &[Outcome], order: Order) -> Result<SqlitePages> {
        SqlitePages::new(self, outcomes, order).await
    }

    async fn course(&self) -> Result<Course> {
        self.blocking("read", |store| course::course(&store.connection))
            .await
    }

    async fn communities(&self, at_most: usize) -> Result<Communities> {
        self.blocking("read", move |store| {
            course::communities(&store.connection, at_most)
        })
        .await
    }

    async fn belongs_to(&self, identity: &Identity) -> Result<()> {
        let parts = self.blocking("read", |store| file::identity(&store.connection));
        identity.is_that_of(&self.name(), &parts.await?)
    }

    async fn remove_untouched(&self) -> Result<bool> {
        self.blocking("write", |store| {
            let is_untouched = totals::summary(&store.connection)?.is_untouched();
            if is_untouched {
                // A journal that counts as not loaded is replaced by the next one that is created there.
                store.connection.execute("DELETE FROM loaded", [])?;
            }
            Ok::<_, Fault>(is_untouched)
        })
        .await
    }
}

/// The place of a journal that must exist. It counts as missing if its directory is.
fn existing(path: &Path) -> Result<Place> {
    Place::of(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => JournalError::Missing {
            journal: path.into(),
        },
        _ => file_error("open", path, error),
    })
}
