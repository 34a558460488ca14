//! Where an import keeps its run.

use std::fmt;
use std::path::PathBuf;

use tempfile::TempDir;
use topic_import_bulk::Input;

use super::database::Database;
use crate::cli::import::ImportArguments;
use crate::cli::journal::JournalAt;
use crate::exit::CannotStart;
use crate::open::input::{fingerprint, is_read_once};
use crate::show::text;

/// Where a run is kept.
pub(crate) enum Place {
    File(File),
    /// A database in which other machines can work on the run of this name.
    Database(Database, String),
}

pub(crate) struct File {
    pub(crate) path: PathBuf,
    /// The temporary directory that holds the file, removed when the program ends.
    _directory: Option<TempDir>,
}

impl File {
    fn lasting(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            _directory: None,
        }
    }

    fn temporary() -> std::io::Result<Self> {
        let directory = tempfile::tempdir()?;
        Ok(Self {
            path: directory.path().join("journal"),
            _directory: Some(directory),
        })
    }
}

impl Place {
    /// The place that the arguments ask for. An input that has no name keeps its run in the current directory, under
    /// a name that is made from its content.
    pub(crate) fn of(arguments: &ImportArguments, input: &Input) -> Result<Self, CannotStart> {
        match &arguments.journal {
            Some(JournalAt::File(path)) => return Ok(Self::File(File::lasting(path))),
            Some(JournalAt::Database(url)) => {
                let run = match &arguments.work.run.run {
                    Some(run) => run.clone(),
                    None => input_name(arguments, input)?,
                };
                return Ok(Self::Database(Database::of(url)?, run));
            }
            None => {}
        }
        if arguments.emulator {
            return File::temporary().map(Self::File).map_err(|error| {
                CannotStart::new(format!("cannot make a temporary journal: {error}"))
            });
        }
        let file = &arguments.input.file;
        if is_read_once(file) {
            let name = input_name(arguments, input)?;
            return Ok(Self::File(File::lasting(format!("{name}.journal"))));
        }
        let mut path = file.clone().into_os_string();
        path.push(".journal");
        Ok(Self::File(File::lasting(path)))
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

/// The file's name; one that is made from the content where there is none.
fn input_name(arguments: &ImportArguments, input: &Input) -> Result<String, CannotStart> {
    let file = &arguments.input.file;
    if let Some(name) = file.file_name().filter(|_| !is_read_once(file)) {
        return Ok(name.to_string_lossy().into_owned());
    }
    let fingerprint = fingerprint(input)?.to_string();
    Ok(format!("stdin-{}", &fingerprint[..16]))
}
