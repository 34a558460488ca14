//! Opens the journal of an import: an existing run is continued, otherwise a new one begins.

mod author;
#[cfg(feature = "postgres")]
mod awaited;
#[cfg(feature = "postgres")]
mod database;
mod heeding;
mod named;
#[cfg(not(feature = "postgres"))]
mod no_database;
mod place;
mod reader;

pub(crate) use author::worked_on_by_us;
#[cfg(feature = "postgres")]
use awaited::Awaited;
#[cfg(feature = "postgres")]
pub(crate) use database::Database;
pub(crate) use heeding::heeding;
pub(crate) use named::{Access, Named};
#[cfg(not(feature = "postgres"))]
pub(crate) use no_database::Database;
pub(crate) use place::{Place, remove_temporary};
pub(crate) use reader::Reader;

use tokio::runtime::Runtime;
use topic_import_bulk::Error;
use topic_import_bulk::check::{CheckReport, CheckSettings};
use topic_import_bulk::input::{Fingerprint, Input};
use topic_import_bulk::journal::{
    Identity, IdentityPart, JournalError, Loading, OpenJournal, SqliteJournal,
};
use topic_import_bulk::load::load;

use crate::cli::import::ImportArguments;
use crate::exit::{CannotStart, Exit};
use crate::open::input::{self, fingerprint};
use crate::show::explanation::{self, AGAIN};
use crate::show::out;
use crate::show::text;

/// The run that the arguments of `import` ask for.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) input: &'a Input,
    pub(crate) settings: &'a CheckSettings,
    pub(crate) target: &'a Identity,
    pub(crate) arguments: &'a ImportArguments,
    pub(crate) runtime: &'a Runtime,
}

/// The journal of a run, and its name as an argument of a command that somebody is to type; `None` if the journal ends
/// with the program.
pub(crate) struct Opened {
    pub(crate) journal: OpenJournal,
    pub(crate) in_a_command: Option<String>,
}

impl Run<'_> {
    /// Continues the run at this place; `None` if there is none.
    pub(crate) fn resume(self, place: &Place) -> Result<Option<Opened>, CannotStart> {
        self.resume_with(place, || fingerprint(self.input))
    }

    fn resume_with(
        self,
        place: &Place,
        fingerprint: impl FnOnce() -> Result<Fingerprint, CannotStart>,
    ) -> Result<Option<Opened>, CannotStart> {
        let arguments = self.arguments;
        let opened = match place {
            Place::Database(database, run) => self
                .runtime
                .block_on(database.open(run, Some(arguments.work.lease))),
            Place::File(file) => SqliteJournal::open(&file.path).map(OpenJournal::from),
        };
        let journal = match opened {
            Ok(journal) => journal,
            Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => return Ok(None),
            Err(error) => return Err(cannot_use(&error)),
        };
        let identity = self.identity(fingerprint()?);
        let differed = self
            .runtime
            .block_on(heeding(&journal, journal.continue_or_remove(&identity)))
            .map_err(|error| cannot_continue(&error))?;
        if !differed.is_empty() {
            out::note(&format!(
                "topic-import: {place} was made for another run ({}), of which the service accepted nothing: it is replaced",
                explanation::differences(&differed)
            ));
            return Ok(None);
        }
        if !arguments.work.calls.quiet {
            out::note(&format!("topic-import: continuing with {place}"));
        }
        Ok(Some(Opened {
            journal: worked_on_by_us(journal),
            in_a_command: place.in_a_command(),
        }))
    }

    fn identity(self, fingerprint: Fingerprint) -> Identity {
        let target = self.target.clone();
        target.with_input(self.input, fingerprint, self.settings)
    }

    /// Checks the input while loading its rows, and begins a run with them; `None` if it may not begin. Without a
    /// place, the content of the input names one, and if there is a run already, it is continued.
    pub(crate) fn begin(
        self,
        place: Option<&Place>,
        may_begin: impl FnOnce(&CheckReport) -> Result<bool, CannotStart>,
    ) -> Result<Option<Opened>, CannotStart> {
        let provisional;
        let at = if let Some(place) = place {
            place
        } else {
            provisional = Place::provisional(self.arguments)?;
            &provisional
        };
        match at {
            #[cfg(not(feature = "postgres"))]
            Place::Database(database, _) => match *database {},
            #[cfg(feature = "postgres")]
            Place::Database(database, run) => {
                let created = {
                    let _awaited = Awaited::new(database, "take the rows");
                    database.create(run)
                };
                self.load_into(
                    created,
                    at,
                    place.is_none(),
                    may_begin,
                    |loading, named, identity| {
                        let _awaited = Awaited::new(database, "take the rows");
                        let loading = match named {
                            Some(Place::Database(_, name)) => loading.rename(&name)?,
                            _ => loading,
                        };
                        let journal = loading.finish(identity)?;
                        Ok(journal.with_lease(self.arguments.work.lease).into())
                    },
                )
            }
            Place::File(file) => {
                let created = SqliteJournal::create(&file.path);
                self.load_into(
                    created,
                    at,
                    place.is_none(),
                    may_begin,
                    |loading, named, identity| {
                        let loading = match named {
                            Some(Place::File(file)) => loading.move_to(&file.path)?,
                            _ => loading,
                        };
                        Ok(loading.finish(identity)?.into())
                    },
                )
            }
        }
    }

    /// Loads the rows, and finishes the new journal: at this place, or at that which the content names, if it was to name
    /// one.
    fn load_into<L: Loading>(
        self,
        created: Result<L, JournalError>,
        at: &Place,
        is_unnamed: bool,
        may_begin: impl FnOnce(&CheckReport) -> Result<bool, CannotStart>,
        finish: impl FnOnce(L, Option<Place>, &Identity) -> Result<OpenJournal, JournalError>,
    ) -> Result<Option<Opened>, CannotStart> {
        let loading = created.map_err(|error| cannot_use(&error))?;
        let see = input::note_shortened(&self.arguments.input);
        let loaded = load(loading, self.input, self.settings, see);
        let (checked, loading) = loaded.map_err(|error| match error {
            Error::Journal(error) => cannot_use(&error),
            error => CannotStart::new(text::chain(&error)),
        })?;
        let fingerprint = checked.fingerprint;
        let named = if is_unnamed {
            Some(Place::of_content(self.arguments, fingerprint)?)
        } else {
            None
        };
        let there = match &named {
            Some(place) => self.resume_with(place, || Ok(fingerprint))?,
            None => None,
        };
        let begins = there.is_none() && may_begin(&checked)?;
        let Some(loading) = loading else {
            return Ok(there);
        };
        if !begins {
            loading.discard();
            return Ok(there);
        }
        if let Some(place) = &named
            && !self.arguments.work.calls.quiet
        {
            out::note(&format!(
                "topic-import: the progress is recorded in {place}"
            ));
        }
        let in_a_command = named.as_ref().unwrap_or(at).in_a_command();
        let journal = finish(loading, named, &self.identity(fingerprint))
            .map_err(|error| cannot_use(&error))?;
        Ok(Some(Opened {
            journal: worked_on_by_us(journal),
            in_a_command,
        }))
    }
}

pub(crate) fn cannot_use(error: &JournalError) -> CannotStart {
    CannotStart::new(explanation::journal_error(error))
}

/// Why a run cannot be continued. Where its input has changed, a dry run says how.
fn cannot_continue(error: &JournalError) -> CannotStart {
    let why = explanation::journal_error(error);
    match error {
        JournalError::AnotherRun { differences, .. }
            if differences
                .iter()
                .any(|differs| differs.part == IdentityPart::Input) =>
        {
            CannotStart::new(format!(
                "{why}\nThe same command with --dry-run says which rows differ."
            ))
        }
        _ => CannotStart::new(why),
    }
}

/// How the program ends if the work could not begin; `why` says so in words.
pub(crate) fn not_begun(error: &JournalError, why: String) -> Result<Exit, CannotStart> {
    match error {
        // Somebody asked to stop while the program was waiting for the journal.
        JournalError::OutOfReach => {
            out::note(&format!("topic-import: stopped: {why} Then {AGAIN}."));
            Ok(Exit::Stopped)
        }
        _ => Err(CannotStart::new(why)),
    }
}
