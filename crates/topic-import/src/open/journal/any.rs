//! A run's journal, whichever kind it is.

use std::pin::pin;
use std::sync::Arc;

use topic_import_bulk::{
    Claimed, Communities, Course, Hold, Identity, Journal, JournalError, JournalRow, Lease, Notice,
    Order, Outcome, Pages, PostgresJournal, PostgresPages, Record, Role, SqliteJournal,
    SqlitePages, Summary, Usage,
};

use crate::show::out;
use crate::show::text;

/// A file, or a database that several machines share.
pub(crate) enum AnyJournal {
    File(SqliteJournal),
    Database(Box<PostgresJournal>),
}

impl From<PostgresJournal> for AnyJournal {
    fn from(journal: PostgresJournal) -> Self {
        Self::Database(Box::new(journal))
    }
}

impl AnyJournal {
    /// Does something with the journal before or after the work on it, and says once where it is out of reach.
    pub(crate) async fn heeding<T>(&self, reading: impl Future<Output = T>) -> T {
        let mut reading = pin!(reading);
        let mut is_said = false;
        loop {
            tokio::select! {
                done = &mut reading => return done,
                notice = self.heard() => {
                    if let Notice::Away(why) = notice
                        && !std::mem::replace(&mut is_said, true)
                    {
                        let why = text::one_line(text::without_its_number(&why));
                        out::note(&format!("{why}; it goes on by itself once it is back"));
                    }
                }
            }
        }
    }
}

/// Rows of either.
pub(crate) enum AnyPages {
    File(SqlitePages),
    Database(Box<PostgresPages>),
}

/// The same method of whichever it is.
macro_rules! of_either {
    ($journal:expr, $method:ident($($argument:expr),*)) => {
        match $journal {
            AnyJournal::File(journal) => journal.$method($($argument),*),
            AnyJournal::Database(journal) => journal.$method($($argument),*),
        }
    };
    ($journal:expr, $method:ident($($argument:expr),*).await) => {
        match $journal {
            AnyJournal::File(journal) => journal.$method($($argument),*).await,
            AnyJournal::Database(journal) => journal.$method($($argument),*).await,
        }
    };
}

impl Journal for AnyJournal {
    type Pages = AnyPages;

    async fn begin(&self, role: Role<'_>) -> Result<(), JournalError> {
        of_either!(self, begin(role).await)
    }

    async fn claim(&self, at_most: usize) -> Result<Claimed, JournalError> {
        of_either!(self, claim(at_most).await)
    }

    async fn record(&self, records: Arc<[Record]>, usage: Usage) -> Result<(), JournalError> {
        of_either!(self, record(records, usage).await)
    }

    fn lease(&self) -> Lease {
        of_either!(self, lease())
    }

    fn hold(&self, hold: Hold) {
        of_either!(self, hold(hold));
    }

    async fn heard(&self) -> Notice {
        of_either!(self, heard().await)
    }

    async fn leave(&self) -> Result<(), JournalError> {
        of_either!(self, leave().await)
    }

    async fn summary(&self) -> Result<Summary, JournalError> {
        of_either!(self, summary().await)
    }

    async fn rows(&self, outcomes: &[Outcome], order: Order) -> Result<AnyPages, JournalError> {
        Ok(match self {
            Self::File(journal) => AnyPages::File(journal.rows(outcomes, order).await?),
            Self::Database(journal) => {
                AnyPages::Database(Box::new(journal.rows(outcomes, order).await?))
            }
        })
    }

    async fn course(&self) -> Result<Course, JournalError> {
        of_either!(self, course().await)
    }

    async fn communities(&self, at_most: usize) -> Result<Communities, JournalError> {
        of_either!(self, communities(at_most).await)
    }

    async fn belongs_to(&self, identity: &Identity) -> Result<(), JournalError> {
        of_either!(self, belongs_to(identity).await)
    }
}

impl Pages for AnyPages {
    async fn next_page(&mut self) -> Result<Vec<JournalRow>, JournalError> {
        match self {
            Self::File(pages) => pages.next_page().await,
            Self::Database(pages) => pages.next_page().await,
        }
    }
}
