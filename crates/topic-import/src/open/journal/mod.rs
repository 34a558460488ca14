//! Where a run is kept, and how it is taken up again.

mod awaited;
mod database;
mod heeding;
mod named;
mod place;

use awaited::Awaited;
pub(crate) use database::Database;
pub(crate) use heeding::heeding;
pub(crate) use named::{Access, Named};
pub(crate) use place::Place;

use tokio::runtime::Runtime;
use topic_import_bulk::journal::{Identity, Journal as _, Loading, SqliteJournal};
use topic_import_bulk::{CheckReport, Input, JournalError, LoadError, OpenJournal};

use crate::cli::import::ImportArguments;
use crate::exit::{CannotStart, Exit};
use crate::open::input::{self, fingerprint};
use crate::show::explanation::{self, AGAIN};
use crate::show::out;
use crate::show::text;

/// Goes on with the run that is kept there; `None` where there is none.
pub(crate) fn resume(
    place: &Place,
    input: &Input,
    target: &Identity,
    arguments: &ImportArguments,
    runtime: &Runtime,
) -> Result<Option<OpenJournal>, CannotStart> {
    let opened = match place {
        Place::Database(database, run) => runtime
            .block_on(database.open(run))
            .map(|journal| journal.with_lease(arguments.work.lease).into()),
        Place::File(file) => SqliteJournal::open(&file.path).map(OpenJournal::File),
    };
    let journal = match opened {
        Ok(journal) => journal,
        Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => return Ok(None),
        Err(error) => return Err(cannot_use(&error)),
    };
    let identity = target
        .clone()
        .with_input(input, fingerprint(input)?, arguments.topic_ids);
    match runtime.block_on(heeding(&journal, journal.belongs_to(&identity))) {
        Ok(()) => Ok(Some(journal)),
        Err(error) => Err(cannot_use(&error)),
    }
}

/// Begins a run with the rows of an input that was checked.
pub(crate) fn begin(
    place: &Place,
    input: &Input,
    checked: &CheckReport,
    target: &Identity,
    arguments: &ImportArguments,
) -> Result<OpenJournal, CannotStart> {
    let identity = target
        .clone()
        .with_input(input, checked.fingerprint, arguments.topic_ids);
    match place {
        Place::Database(database, run) => {
            let _awaited = Awaited::new(database, "take the rows");
            let loading = database.create(run, &identity);
            let journal = load(loading, input, checked, arguments)?;
            Ok(journal.with_lease(arguments.work.lease).into())
        }
        Place::File(file) => {
            let loading = SqliteJournal::create(&file.path, &identity);
            load(loading, input, checked, arguments).map(OpenJournal::File)
        }
    }
}

fn load<L: Loading>(
    loading: Result<L, JournalError>,
    input: &Input,
    checked: &CheckReport,
    arguments: &ImportArguments,
) -> Result<L::Journal, CannotStart> {
    let loading = loading.map_err(|error| cannot_use(&error))?;
    topic_import_bulk::load(loading, input, checked, arguments.topic_ids).map_err(|error| {
        match error {
            LoadError::Journal(error) => cannot_use(&error),
            LoadError::Changed => CannotStart::new(format!(
                "{}: {error}; nothing was sent.\nRun the same command once nobody writes it any more.",
                input::name(&arguments.input)
            )),
            error => CannotStart::new(text::chain(&error)),
        }
    })
}

pub(crate) fn cannot_use(error: &JournalError) -> CannotStart {
    CannotStart::new(explanation::journal_error(error))
}

/// How the program ends where the work could not begin, for a reason in words.
pub(crate) fn not_begun(error: &JournalError, why: String) -> Result<Exit, CannotStart> {
    match error {
        // Somebody has asked to stop while it was waited for.
        JournalError::OutOfReach => {
            out::note(&format!("topic-import: stopped: {why} Then {AGAIN}."));
            Ok(Exit::Stopped)
        }
        _ => Err(CannotStart::new(why)),
    }
}
