use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use super::{IdentityDifference, JournalName};

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another process works on it.
    #[error("another process is working on the journal {journal}")]
    InUse {
        /// The journal.
        journal: JournalName,
    },
    /// There is none.
    #[error("there is no journal {journal}")]
    Missing {
        /// Which one was looked for.
        journal: JournalName,
    },
    /// The file is something else.
    #[error("{journal} is not a journal of topic-import")]
    NotAJournal {
        /// What was taken for one.
        journal: JournalName,
    },
    /// Another version of this program made it.
    #[error(
        "the journal {journal} was made by {} version of this program (its schema is {found}, known is {known})",
        if found > known { "a later" } else { "an earlier" }
    )]
    AnotherVersion {
        /// The journal.
        journal: JournalName,
        /// Its schema's version.
        found: i64,
        /// The version that is known.
        known: i64,
    },
    /// Not all rows of the input were loaded when the process that did it ended.
    #[error("the journal {journal} was not loaded to its end")]
    NotLoaded {
        /// The journal.
        journal: JournalName,
    },
    /// It belongs to another run.
    #[error("the journal {journal} belongs to another run: {}", list(differences))]
    AnotherRun {
        /// The journal.
        journal: JournalName,
        /// What differs; never empty.
        differences: Vec<IdentityDifference>,
    },
    /// The row is not as this program writes it.
    #[error("row {number} of the journal is damaged")]
    Damaged {
        /// The row's [number](crate::journal::ClaimedRow::number).
        number: i64,
    },
    /// It is not as this version of the program makes it: another one made it, or somebody changed it.
    #[error("the journal {journal} is not as this version of the program makes it ({what})")]
    Altered {
        /// The journal.
        journal: JournalName,
        /// What it has that others do not have, or lacks.
        what: String,
    },
    /// It cannot be read as what it was.
    #[error("the journal {journal} is damaged: {what}")]
    Corrupt {
        /// The journal.
        journal: JournalName,
        /// What is wrong with it.
        what: String,
    },
    /// The file has more than one name (hard links): under each of them it would be worked on at the same time.
    #[error(
        "the journal {journal} has {names} names (hard links), and can be worked on under one only"
    )]
    SeveralNames {
        /// The journal.
        journal: JournalName,
        /// How many.
        names: u64,
    },
    /// Its file has got another name, or another file has got its name, while it was worked on.
    #[error("the journal {journal} was moved, replaced or removed while it was worked on")]
    Moved {
        /// The journal.
        journal: JournalName,
    },
    /// Another file is where one of its own would be.
    #[error("{} is in the way of the journal {journal}: it is none of its files", file.display())]
    InTheWay {
        /// The journal.
        journal: JournalName,
        /// The other file.
        file: PathBuf,
    },
    /// Its database does not let the user in.
    #[error("the database does not let its user in to the journal {journal}")]
    AccessDenied {
        /// The journal.
        journal: JournalName,
        /// What the database says.
        source: StorageError,
    },
    /// Its database does not exist.
    #[error("there is no such database for the journal {journal}")]
    NoDatabase {
        /// The journal.
        journal: JournalName,
        /// What the database's server says.
        source: StorageError,
    },
    /// Its database does not let the user do it.
    #[error("the database's user has no right to {doing} the journal {journal}")]
    NotPermitted {
        /// What was to be done.
        doing: &'static str,
        /// The journal.
        journal: JournalName,
        /// What the database says.
        source: StorageError,
    },
    /// Its database does not answer.
    #[error("the database is out of reach for the journal {journal}")]
    Unreachable {
        /// The journal.
        journal: JournalName,
        /// Why.
        source: StorageError,
    },
    /// It was out of reach when the work on it was stopped.
    #[error("the journal is out of reach: the last outcomes may not be in it")]
    OutOfReach,
    /// It cannot be read or written.
    #[error("cannot {doing} the journal {journal}")]
    Storage {
        /// What was to be done.
        doing: &'static str,
        /// The journal.
        journal: JournalName,
        /// Why not.
        source: StorageError,
    },
}

fn list(differences: &[IdentityDifference]) -> String {
    let texts: Vec<String> = differences.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

/// What is in the way of reading or writing.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Obstacle {
    Full,
    Locked,
    ReadOnly,
    Other,
}

/// What kept a journal from being read or written.
#[derive(Debug)]
pub struct StorageError {
    obstacle: Obstacle,
    source: Box<dyn Error + Send + Sync>,
}

impl StorageError {
    /// For any reason that is not to be told from others.
    pub fn other(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Obstacle::Other, source)
    }

    pub(crate) fn new(obstacle: Obstacle, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            obstacle,
            source: source.into(),
        }
    }

    /// Whether there is no room left.
    pub const fn is_full(&self) -> bool {
        matches!(self.obstacle, Obstacle::Full)
    }

    /// Whether another program has locked it for longer than can be waited for.
    pub const fn is_locked(&self) -> bool {
        matches!(self.obstacle, Obstacle::Locked)
    }

    /// Whether nothing may be written there.
    pub const fn is_read_only(&self) -> bool {
        matches!(self.obstacle, Obstacle::ReadOnly)
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

/// Without a source: what lies below these words says them again.
impl Error for StorageError {}
