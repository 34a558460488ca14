//! Where a run is kept, and how it is taken up again.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::runtime::Runtime;
use topic_import_bulk::{
    CheckReport, Fingerprint, Identity, Input, Journal as _, JournalError, LoadError, SqliteJournal,
};

use crate::arguments::ImportArguments;
use crate::command::check;
use crate::exit::CannotStart;
use crate::words;

/// Where a run is kept.
pub(crate) enum Place {
    /// For as long as somebody wants it.
    Lasting(PathBuf),
    /// Until the program ends.
    Temporary(TempDir),
}

impl Place {
    /// The place that the arguments ask for. An input that has no name keeps its run in the current directory, under
    /// a name that is made from its content.
    pub(crate) fn of(arguments: &ImportArguments, input: &Input) -> Result<Self, CannotStart> {
        if let Some(path) = &arguments.journal {
            return Ok(Self::Lasting(path.clone()));
        }
        if arguments.emulator {
            return tempfile::tempdir().map(Self::Temporary).map_err(|error| {
                CannotStart::new(format!("cannot make a temporary journal: {error}"))
            });
        }
        let file = &arguments.input.file;
        if check::is_read_once(file) {
            let fingerprint = fingerprint(input)?.to_string();
            return Ok(Self::Lasting(
                format!("stdin-{}.journal", &fingerprint[..16]).into(),
            ));
        }
        let mut path = file.clone().into_os_string();
        path.push(".journal");
        Ok(Self::Lasting(path.into()))
    }

    pub(crate) fn path(&self) -> PathBuf {
        match self {
            Self::Lasting(path) => path.clone(),
            Self::Temporary(directory) => directory.path().join("journal"),
        }
    }
}

/// Goes on with the run that is kept there; `None` where there is none.
pub(crate) fn resume(
    path: &Path,
    input: &Input,
    target: &Identity,
    arguments: &ImportArguments,
    runtime: &Runtime,
) -> Result<Option<SqliteJournal>, CannotStart> {
    let journal = match SqliteJournal::open(path) {
        Ok(journal) => journal,
        Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => return Ok(None),
        Err(error) => return Err(cannot_use(&error)),
    };
    let identity = target
        .clone()
        .with_input(input, fingerprint(input)?, arguments.topic_ids);
    match runtime.block_on(journal.belongs_to(&identity)) {
        Ok(()) => Ok(Some(journal)),
        Err(error) => Err(cannot_use(&error)),
    }
}

/// Begins a run with the rows of an input that was checked.
pub(crate) fn begin(
    path: &Path,
    input: &Input,
    checked: &CheckReport,
    target: &Identity,
    arguments: &ImportArguments,
) -> Result<SqliteJournal, CannotStart> {
    let identity = target
        .clone()
        .with_input(input, checked.fingerprint, arguments.topic_ids);
    let loading = SqliteJournal::create(path, &identity).map_err(|error| cannot_use(&error))?;
    topic_import_bulk::load(loading, input, checked, arguments.topic_ids).map_err(|error| {
        match error {
            LoadError::Journal(error) => cannot_use(&error),
            LoadError::Changed => CannotStart::new(format!(
                "{}: {error}; nothing was sent.\nRun the same command once nobody writes it any more.",
                check::name(&arguments.input)
            )),
            error => CannotStart::new(words::chain(&error)),
        }
    })
}

fn fingerprint(input: &Input) -> Result<Fingerprint, CannotStart> {
    input
        .fingerprint()
        .map_err(|error| CannotStart::new(words::chain(&error)))
}

pub(crate) fn cannot_use(error: &JournalError) -> CannotStart {
    CannotStart::new(words::journal_error(error))
}
