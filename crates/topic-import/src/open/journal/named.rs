//! Opens the existing journal that the arguments of `report`, `verify` or `undo` name.

use std::path::Path;

use topic_import_bulk::journal::{OpenJournal, SqliteJournal};

use super::Database;
use super::author::worked_on_by_us;
use crate::cli::journal::JournalArguments;
use crate::cli::journal::JournalAt;
use crate::exit::CannotStart;
use crate::show::explanation;
use crate::show::shell;
use crate::show::text;

/// What a journal is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Change,
}

/// A journal that the arguments name.
pub(crate) enum Named<'a> {
    File(&'a Path),
    /// The run with this name, or the only run in the database.
    Database(Database, Option<&'a str>),
}

impl<'a> Named<'a> {
    pub(crate) fn of(arguments: &'a JournalArguments) -> Result<Self, CannotStart> {
        let run = arguments.run.run.as_deref();
        match &arguments.at {
            JournalAt::File(path) => Ok(Self::File(path)),
            JournalAt::Database(url) => Ok(Self::Database(Database::of(url)?, run)),
        }
    }

    /// The journal as an argument of a command that somebody is to type.
    pub(crate) fn in_a_command(&self) -> String {
        match self {
            Self::File(path) => shell::path(path),
            Self::Database(database, run) => database.in_a_command(*run),
        }
    }

    pub(crate) const fn database(&self) -> Option<&Database> {
        match self {
            Self::File(_) => None,
            Self::Database(database, _) => Some(database),
        }
    }

    /// Opens the journal; also gives its name for messages.
    pub(crate) async fn open(&self, access: Access) -> Result<(OpenJournal, String), CannotStart> {
        let (journal, name) = match self {
            Self::File(path) => {
                let opened = match access {
                    Access::Read => SqliteJournal::open_to_read(path),
                    Access::Change => SqliteJournal::open(path),
                };
                (opened.map(OpenJournal::from), text::path(path))
            }
            Self::Database(database, run) => {
                let run = database.run(*run).await?;
                let opened = database.open(&run, None).await;
                (opened, format!("{} in {database}", text::one_line(run)))
            }
        };
        match journal {
            Ok(journal) if access == Access::Change => Ok((worked_on_by_us(journal), name)),
            Ok(journal) => Ok((journal, name)),
            Err(error) => Err(CannotStart::new(explanation::given_journal_error(&error))),
        }
    }
}
