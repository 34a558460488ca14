use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use super::{IdentityDifference, JournalName};

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another process is working on the journal.
    #[error("another process is working on the journal {journal}")]
    InUse {
        /// The journal.
        journal: JournalName,
    },
    /// The journal does not exist.
    #[error("there is no journal {journal}")]
    Missing {
        /// The journal that was looked for.
        journal: JournalName,
    },
    /// Several processes may work on the run, so that it cannot be limited to the first rows of its input.
    #[error("a run in a database cannot be limited to the first rows of its input")]
    NoTrial,
    /// The file is not a journal.
    #[error("{journal} is not a journal of topic-import")]
    NotAJournal {
        /// The file.
        journal: JournalName,
    },
    /// Another version of this program created the journal.
    #[error(
        "the journal {journal} was made by {} version of this program (its schema version is {found}, not {known})",
        if found > known { "a later" } else { "an earlier" }
    )]
    AnotherVersion {
        /// The journal.
        journal: JournalName,
        /// The version of its schema.
        found: i64,
        /// The version of the schema that this crate can use.
        known: i64,
    },
    /// The process that loaded the rows of the input ended before all were loaded.
    #[error("the journal {journal} was not loaded completely")]
    NotLoaded {
        /// The journal.
        journal: JournalName,
    },
    /// The journal belongs to another run.
    #[error(
        "the journal {journal} was made for another run: {}",
        list(differences)
    )]
    AnotherRun {
        /// The journal.
        journal: JournalName,
        /// The differences between the runs; never empty.
        differences: Vec<IdentityDifference>,
    },
    /// A row contains something that this crate did not write.
    #[error("row {number} of the journal is damaged")]
    Damaged {
        /// The row's [number](crate::journal::ClaimedRow::number).
        number: i64,
    },
    /// The journal differs from what this version of the program creates: another version created it, or somebody
    /// changed it.
    #[error("the journal {journal} is not as this version of the program creates it ({what})")]
    Altered {
        /// The journal.
        journal: JournalName,
        /// What the journal has in addition, or lacks.
        what: String,
    },
    /// The journal's data is damaged.
    #[error("the journal {journal} is damaged: {what}")]
    Corrupt {
        /// The journal.
        journal: JournalName,
        /// What is wrong with the data.
        what: String,
    },
    /// The file has more than one name (hard links), so that two processes could work on it at the same time.
    #[error("the journal {journal} has {names} names (hard links), and may have only one")]
    SeveralNames {
        /// The journal.
        journal: JournalName,
        /// How many names.
        names: u64,
    },
    /// The journal's file was renamed, replaced or removed while it was in use.
    #[error("the journal {journal} was moved, replaced or removed while it was in use")]
    Moved {
        /// The journal.
        journal: JournalName,
    },
    /// The journal is not there, but what was written to it last is, in the file beside it.
    #[error("{} is there, but {journal} is not: the journal was moved or removed", log.display())]
    LogAlone {
        /// The journal that was looked for.
        journal: JournalName,
        /// The file beside it.
        log: PathBuf,
    },
    /// A file that does not belong to the journal has the name of one that does.
    #[error("{} is in the way of the journal {journal}: it is not one of its files", file.display())]
    InTheWay {
        /// The journal.
        journal: JournalName,
        /// The other file.
        file: PathBuf,
    },
    /// The database refused the login.
    #[error("the database refused the login for the journal {journal}")]
    AccessDenied {
        /// The journal.
        journal: JournalName,
        /// The database's message.
        source: StorageError,
    },
    /// The database does not exist.
    #[error("there is no such database for the journal {journal}")]
    NoDatabase {
        /// The journal.
        journal: JournalName,
        /// The database server's message.
        source: StorageError,
    },
    /// The database user lacks a permission.
    #[error("the database's user has no right to {doing} the journal {journal}")]
    NotPermitted {
        /// What the user tried to do, as a verb: `create`, for example.
        doing: &'static str,
        /// The journal.
        journal: JournalName,
        /// The database's message.
        source: StorageError,
    },
    /// The database cannot be reached.
    #[error("cannot reach the database of the journal {journal}")]
    Unreachable {
        /// The journal.
        journal: JournalName,
        /// Why it cannot be reached.
        source: StorageError,
    },
    /// The journal could not be reached when the work on it was stopped.
    #[error("the journal is out of reach: the last outcomes may not be in it")]
    OutOfReach,
    /// The journal cannot be read or written.
    #[error("cannot {doing} the journal {journal}")]
    Storage {
        /// What was attempted, as a verb: `write`, for example.
        doing: &'static str,
        /// The journal.
        journal: JournalName,
        /// Why it failed.
        source: StorageError,
    },
}

fn list(differences: &[IdentityDifference]) -> String {
    let texts: Vec<String> = differences.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

/// The kinds of reasons why reading or writing failed that callers can tell apart.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Obstacle {
    Full,
    Locked,
    ReadOnly,
    Other,
}

/// Why a journal could not be read or written.
#[derive(Debug)]
pub struct StorageError {
    obstacle: Obstacle,
    source: Box<dyn Error + Send + Sync>,
}

impl StorageError {
    /// An error of no particular kind.
    pub fn other(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Obstacle::Other, source)
    }

    pub(crate) fn new(obstacle: Obstacle, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            obstacle,
            source: source.into(),
        }
    }

    /// Whether the disk is full.
    pub const fn is_full(&self) -> bool {
        matches!(self.obstacle, Obstacle::Full)
    }

    /// Whether another program kept the journal locked for too long.
    pub const fn is_locked(&self) -> bool {
        matches!(self.obstacle, Obstacle::Locked)
    }

    /// Whether writing is not permitted.
    pub const fn is_read_only(&self) -> bool {
        matches!(self.obstacle, Obstacle::ReadOnly)
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

/// Has no source: the underlying error is already what is displayed.
impl Error for StorageError {}
