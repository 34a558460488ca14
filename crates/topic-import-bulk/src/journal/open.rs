//! A journal of any kind.

use std::num::NonZeroU64;
use std::sync::Arc;

use super::sealed::Sealed;
use super::{
    Claimed, Communities, Course, Hold, Identity, IdentityDifference, IdentityPart, Journal,
    JournalError, Lease, Notice, Order, Pages, Record, Remaining, Role, SqliteJournal, SqlitePages,
    StoredRow, Summary, Usage,
};
#[cfg(feature = "postgres")]
use super::{PostgresJournal, PostgresPages};
use crate::outcome::Outcome;

/// The journal of a run: a file or, with the feature `postgres`, a database that several machines share.
#[derive(Debug)]
#[non_exhaustive]
pub enum OpenJournal {
    /// A journal in a file.
    File(SqliteJournal),
    /// A journal in a database.
    #[cfg(feature = "postgres")]
    Database(Box<PostgresJournal>),
}

impl OpenJournal {
    /// Sets who works on the run, and where: `ada@boathouse`, for example. It is kept for those who ask later what was
    /// done by whom.
    #[must_use]
    pub fn worked_on_by(self, who: String) -> Self {
        match self {
            Self::File(journal) => Self::File(journal.worked_on_by(who)),
            #[cfg(feature = "postgres")]
            Self::Database(journal) => Self::from(journal.worked_on_by(who)),
        }
    }

    /// Makes sure that the journal continues this run, and returns an empty list. A journal that was made for another app,
    /// endpoint or service, where nothing was accepted, is removed, so that the run can begin anew; then the list says
    /// what differed.
    ///
    /// # Errors
    /// If the journal belongs to another run, of whose input this is not the only difference or of which something may have
    /// been accepted; if another process is working on it, or it cannot be used.
    pub async fn continue_or_remove(
        &self,
        identity: &Identity,
    ) -> Result<Vec<IdentityDifference>, JournalError> {
        let (journal, differences) = match self.belongs_to(identity).await {
            Err(JournalError::AnotherRun {
                journal,
                differences,
            }) => (journal, differences),
            other => return other.map(|()| Vec::new()),
        };
        let mut parts = differences.iter().map(|difference| difference.part);
        if parts.all(IdentityPart::is_of_target) && self.remove_untouched().await? {
            return Ok(differences);
        }
        Err(JournalError::AnotherRun {
            journal,
            differences,
        })
    }
}

impl From<SqliteJournal> for OpenJournal {
    fn from(journal: SqliteJournal) -> Self {
        Self::File(journal)
    }
}

#[cfg(feature = "postgres")]
impl From<PostgresJournal> for OpenJournal {
    fn from(journal: PostgresJournal) -> Self {
        Self::Database(Box::new(journal))
    }
}

/// Reads rows of an [`OpenJournal`], one page at a time.
#[derive(Debug)]
pub struct OpenPages(AnyPages);

#[derive(Debug)]
enum AnyPages {
    File(SqlitePages),
    #[cfg(feature = "postgres")]
    Database(Box<PostgresPages>),
}

/// Evaluates the same expression for whichever kind of journal is open.
macro_rules! of_either {
    ($open:expr, $kind:ident, $journal:ident => $does:expr) => {
        match $open {
            $kind::File($journal) => $does,
            #[cfg(feature = "postgres")]
            $kind::Database($journal) => $does,
        }
    };
}

impl Sealed for OpenJournal {}

impl Journal for OpenJournal {
    type Pages = OpenPages;

    async fn begin(&self, role: Role<'_>) -> Result<(), JournalError> {
        of_either!(self, Self, journal => journal.begin(role).await)
    }

    async fn claim(&self, at_most: usize) -> Result<Claimed, JournalError> {
        of_either!(self, Self, journal => journal.claim(at_most).await)
    }

    async fn record(&self, records: Arc<[Record]>, usage: Usage) -> Result<(), JournalError> {
        of_either!(self, Self, journal => journal.record(records, usage).await)
    }

    fn lease(&self) -> Lease {
        of_either!(self, Self, journal => journal.lease())
    }

    fn hold(&self, hold: Hold) {
        of_either!(self, Self, journal => journal.hold(hold));
    }

    async fn next_notice(&self) -> Notice {
        of_either!(self, Self, journal => journal.next_notice().await)
    }

    async fn leave(&self) -> Result<(), JournalError> {
        of_either!(self, Self, journal => journal.leave().await)
    }

    async fn summary(&self) -> Result<Summary, JournalError> {
        of_either!(self, Self, journal => journal.summary().await)
    }

    async fn summary_of_first(&self, rows: NonZeroU64) -> Result<Summary, JournalError> {
        of_either!(self, Self, journal => journal.summary_of_first(rows).await)
    }

    async fn remaining(&self, role: Role<'_>) -> Result<Remaining, JournalError> {
        of_either!(self, Self, journal => journal.remaining(role).await)
    }

    async fn rows(&self, outcomes: &[Outcome], order: Order) -> Result<OpenPages, JournalError> {
        Ok(OpenPages(match self {
            Self::File(journal) => AnyPages::File(journal.rows(outcomes, order).await?),
            #[cfg(feature = "postgres")]
            Self::Database(journal) => {
                AnyPages::Database(Box::new(journal.rows(outcomes, order).await?))
            }
        }))
    }

    async fn course(&self) -> Result<Course, JournalError> {
        of_either!(self, Self, journal => journal.course().await)
    }

    async fn communities(&self, at_most: usize) -> Result<Communities, JournalError> {
        of_either!(self, Self, journal => journal.communities(at_most).await)
    }

    async fn belongs_to(&self, identity: &Identity) -> Result<(), JournalError> {
        of_either!(self, Self, journal => journal.belongs_to(identity).await)
    }

    async fn remove_untouched(&self) -> Result<bool, JournalError> {
        of_either!(self, Self, journal => journal.remove_untouched().await)
    }
}

impl Pages for OpenPages {
    async fn next_page(&mut self) -> Result<Vec<StoredRow>, JournalError> {
        of_either!(&mut self.0, AnyPages, pages => pages.next_page().await)
    }
}
