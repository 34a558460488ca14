//! The place where an import keeps its journal.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tempfile::TempDir;
use topic_import_bulk::input::Fingerprint;
use topic_import_bulk::journal::{JournalError, OpenJournal, SqliteJournal};

use super::{Database, Named};
use crate::cli::import::ImportArguments;
use crate::cli::journal::JournalAt;
use crate::exit::CannotStart;
use crate::open::input::is_read_once;
use crate::show::new_file::directory_of;
use crate::show::text;

/// The temporary directories that this process made.
static TEMPORARY: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes the temporary journals that are left, where the program ends in the middle of its work.
pub(crate) fn remove_temporary() {
    let mut made = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
    for directory in made.drain(..) {
        // It is gone where the work came to its end. Otherwise, if it cannot be removed, nobody waits to be told.
        let _ = fs::remove_dir_all(directory);
    }
}

/// The place of a journal.
pub(crate) enum Place {
    File(File),
    /// A database, in which other machines can work on the run with this name.
    Database(Database, String),
}

pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// The temporary directory that holds the file, removed when this is dropped.
    temporary_in: Option<TempDir>,
}

impl File {
    fn lasting(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            temporary_in: None,
        }
    }

    const fn is_temporary(&self) -> bool {
        self.temporary_in.is_some()
    }

    fn temporary(beside: &Path) -> std::io::Result<Self> {
        let directory = tempfile::Builder::new()
            .prefix(".topic-import-")
            .tempdir_in(beside)?;
        let mut made = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner);
        // From whatever directory it is removed.
        made.push(std::path::absolute(directory.path())?);
        drop(made);
        Ok(Self {
            path: directory.path().join("journal"),
            temporary_in: Some(directory),
        })
    }
}

impl Place {
    /// The place that the arguments name. `None` if the input has no name, so that its content must name the place.
    pub(crate) fn of(arguments: &ImportArguments) -> Result<Option<Self>, CannotStart> {
        let name = input_name(arguments);
        match &arguments.journal {
            Some(JournalAt::File(path)) if path.is_dir() => Err(CannotStart::new(format!(
                "--journal: {} is a directory: name a file, in it or elsewhere",
                text::path(path)
            ))),
            Some(JournalAt::File(path)) => Ok(Some(Self::File(File::lasting(path)))),
            Some(JournalAt::Database(url)) => match arguments.run.clone().or(name) {
                Some(run) => Ok(Some(Self::Database(Database::of(url)?, run))),
                None => Ok(None),
            },
            None if arguments.emulator => Self::temporary(&std::env::temp_dir()).map(Some),
            None if name.is_none() => Ok(None),
            None => {
                // Without a slash at its end, a directory has its journal beside it.
                let path = arguments.input.first().components().as_path();
                let mut path = path.as_os_str().to_owned();
                path.push(".journal");
                Ok(Some(Self::File(File::lasting(path))))
            }
        }
    }

    /// The journal as an argument of a command that somebody is to type; `None` if it ends with the program.
    pub(crate) fn in_a_command(&self) -> Option<String> {
        match self {
            Self::File(file) if file.is_temporary() => None,
            Self::File(file) => Some(Named::File(&file.path).in_a_command()),
            Self::Database(database, run) => Some(database.in_a_command(Some(run))),
        }
    }

    /// Opens the journal that is there, only to read it.
    pub(crate) async fn look(&self) -> Result<OpenJournal, JournalError> {
        match self {
            Self::File(file) => SqliteJournal::open_to_read(&file.path).map(OpenJournal::from),
            Self::Database(database, run) => database.open(run, None).await,
        }
    }

    /// Why a journal cannot be created here, as far as that can be seen without creating one; `None` if nothing is in the
    /// way.
    pub(crate) fn obstacle(&self) -> Option<String> {
        let Self::File(file) = self else {
            return None;
        };
        let error = tempfile::tempfile_in(directory_of(&file.path)).err()?;
        Some(format!(
            "cannot create the journal {}: {}, or name another place with --journal",
            text::path(&file.path),
            // The error itself would name the temporary file.
            text::io_error(&error.kind().into())
        ))
    }

    /// Whether other processes are working on the journal that is there; `journal` is that one, if it could be opened.
    #[cfg_attr(
        not(feature = "postgres"),
        allow(clippy::unused_async, reason = "a database would be waited for")
    )]
    pub(crate) async fn is_in_use(
        &self,
        journal: Option<&OpenJournal>,
    ) -> Result<bool, JournalError> {
        match (self, journal) {
            (Self::File(file), _) => SqliteJournal::is_in_use(&file.path),
            #[cfg(feature = "postgres")]
            (Self::Database(..), Some(OpenJournal::Database(journal))) => journal.is_in_use().await,
            (Self::Database(..), _) => Ok(false),
        }
    }

    /// The place for an input without a name: under a name made from its content, in the database or in the current
    /// directory.
    pub(crate) fn of_content(
        arguments: &ImportArguments,
        fingerprint: Fingerprint,
    ) -> Result<Self, CannotStart> {
        let name = format!("stdin-{}", &fingerprint.to_string()[..16]);
        Ok(match &arguments.journal {
            Some(JournalAt::Database(url)) => Self::Database(Database::of(url)?, name),
            _ => Self::File(File::lasting(format!("{name}.journal"))),
        })
    }

    /// The place into which an input without a name is loaded until its content is known: in the same database as its
    /// final place, or on the same disk.
    pub(crate) fn provisional(arguments: &ImportArguments) -> Result<Self, CannotStart> {
        match &arguments.journal {
            Some(JournalAt::Database(url)) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                let nanos = now.map_or(0, |time| time.as_nanos());
                let run = format!("stdin-{}-{nanos}", process::id());
                Ok(Self::Database(Database::of(url)?, run))
            }
            _ => Self::temporary(Path::new(".")),
        }
    }

    fn temporary(beside: &Path) -> Result<Self, CannotStart> {
        File::temporary(beside).map(Self::File).map_err(|error| {
            CannotStart::new(format!(
                "cannot make a temporary journal: {}",
                text::io_error(&error)
            ))
        })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(database, run) => {
                write!(f, "the run {} in {database}", text::one_line(run))
            }
            Self::File(file) => f.write_str(&text::path(&file.path)),
        }
    }
}

/// The name of the input's file; `None` for standard input and pipes.
fn input_name(arguments: &ImportArguments) -> Option<String> {
    let file = arguments.input.first();
    let name = file.file_name().filter(|_| !is_read_once(file))?;
    Some(name.to_string_lossy().into_owned())
}
