use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use super::IdentityDifference;

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another process works on it.
    #[error("another process is working on the journal {}", path.display())]
    InUse {
        /// The journal.
        path: PathBuf,
    },
    /// There is none.
    #[error("there is no journal {}", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{} is not a journal of topic-import", path.display())]
    NotAJournal {
        /// The file.
        path: PathBuf,
    },
    /// A later version made it.
    #[error("the journal {} was made by a later version of this program (its schema is {found}, known is {known})", path.display())]
    TooNew {
        /// The journal.
        path: PathBuf,
        /// Its schema's version.
        found: i64,
        /// The latest that is known.
        known: usize,
    },
    /// Not all rows of the input were loaded when the process that did it ended.
    #[error("the journal {} was not loaded to its end", path.display())]
    NotLoaded {
        /// The journal.
        path: PathBuf,
    },
    /// It belongs to another run.
    #[error("the journal {} belongs to another run: {}", path.display(), list(differences))]
    AnotherRun {
        /// The journal.
        path: PathBuf,
        /// What differs; never empty.
        differences: Vec<IdentityDifference>,
    },
    /// The row is not as this program writes it.
    #[error("row {number} of the journal is damaged")]
    Damaged {
        /// The row's place in the input, from 1.
        number: u64,
    },
    /// It cannot be read or written.
    #[error("cannot {doing} the journal {}", path.display())]
    Storage {
        /// What was to be done.
        doing: &'static str,
        /// The journal.
        path: PathBuf,
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
    Other,
}

/// What kept a journal from being read or written.
#[derive(Debug)]
pub struct StorageError {
    obstacle: Obstacle,
    source: Box<dyn Error + Send + Sync>,
}

impl StorageError {
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
}

impl fmt::Display for StorageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

/// Without a source: what lies below SQLite's words says them again.
impl Error for StorageError {}
