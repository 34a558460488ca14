//! A migration from its input to its report, in a few lines.

use std::error::Error as _;
use std::fmt;
use std::future;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::task;
use topic_import_async::Client;
#[cfg(feature = "postgres")]
use topic_import_shared_quota::Database;

use crate::calls::{CallSettings, Live};
use crate::check::{CheckReport, CheckSettings, NamedCommunity};
use crate::import::{ImportEnd, ImportSettings, RowFailure, import};
use crate::input::{Input, InputError};
#[cfg(feature = "postgres")]
use crate::journal::PostgresJournal;
use crate::journal::{
    Identity, Journal as _, JournalError, Loading, OpenJournal, Order, Pages as _, SqliteJournal,
    Summary,
};
use crate::load::{LoadError, load};
use crate::outcome::Outcome;
use crate::preflight::{CommunityProblem, Preflight, preflight};
use crate::report::ReportedRow;
use crate::sweep::{LeftRow, RowFinding, UndoEnd, Verification, undo, verify};

/// A migration: what a client imports from the rows of a journal, and what becomes of it.
#[derive(Debug)]
pub struct Migration {
    client: Client,
    journal: OpenJournal,
}

/// Where a migration keeps its rows, and where each of them is.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JournalPlace {
    /// A file of SQLite, for one process at a time.
    File(PathBuf),
    /// A database of PostgreSQL, on which several processes work, and the run's name in it.
    #[cfg(feature = "postgres")]
    Database(Box<Database>, String),
}

/// How a migration begins.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BeginSettings {
    /// How the input is checked, and who names topics that have no ID.
    pub check: CheckSettings,
    /// Whether sound rows are imported though others are invalid.
    pub skip_invalid: bool,
    /// Whether it begins without a [`preflight`](crate::preflight::preflight).
    pub skip_preflight: bool,
}

/// Why a migration cannot begin or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The input cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Rows of the input are invalid; nothing was sent.
    #[error("{}", Problems(.0))]
    Invalid(Box<CheckReport>),
    /// The account may not call, or communities are not there; nothing was imported.
    #[error("{}", Obstacle(.0))]
    Unfit(Box<Preflight>),
    /// The input cannot be loaded into the journal.
    #[error(transparent)]
    Load(LoadError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

struct Problems<'a>(&'a CheckReport);

impl fmt::Display for Problems<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CheckReport { rows, invalid, .. } = self.0;
        let own = self.0.own_communities.as_ref();
        let own = own.filter(|own| own.problems_total > 0);
        match own {
            Some(own) if self.0.problems_total == 0 => {
                write!(f, "{} of {} communities are invalid", own.invalid, own.rows)?;
            }
            Some(own) => write!(
                f,
                "{invalid} of {rows} rows and {} of {} communities are invalid",
                own.invalid, own.rows
            )?,
            None => write!(f, "{invalid} of {rows} rows are invalid")?,
        }
        let of_own = own.and_then(|own| own.problems.first());
        match self.0.problems.first().or(of_own) {
            Some(problem) => write!(f, "; the first problem: line {problem}"),
            None => Ok(()),
        }
    }
}

struct Obstacle<'a>(&'a Preflight);

impl fmt::Display for Obstacle<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Preflight {
            communities,
            problems,
            stopped,
            ..
        } = self.0;
        match (stopped, problems.first()) {
            (Some(reason), _) => match reason.source() {
                Some(cause) => write!(f, "{reason}: {cause}"),
                None => write!(f, "{reason}"),
            },
            (None, Some(CommunityProblem { community, fault })) => write!(
                f,
                "{} of {communities} communities cannot be relied on; the first: {}: {fault}",
                problems.len(),
                community.group_id
            ),
            (None, None) => f.write_str("nothing stands in the way"),
        }
    }
}

impl Migration {
    /// Goes on with what the journal has of the input, or checks the input as a whole and takes its rows into a new
    /// journal, once the account was tried and the communities were found. Nothing is imported.
    ///
    /// Must be called within a tokio runtime; files are read where they hold up nobody.
    ///
    /// # Errors
    /// Where rows are invalid, unless they are to be skipped, where the account may not call or communities are not
    /// there, unless that is not to be looked up, or where the journal belongs to another input, app or endpoint.
    pub async fn open_or_begin(
        client: &Client,
        place: JournalPlace,
        input: Input,
        settings: BeginSettings,
    ) -> Result<Self, MigrationError> {
        let target = Identity::of_client(client);
        let journal = match place.open().await {
            Ok(journal) => {
                let identity = blocking(move || {
                    let fingerprint = input.fingerprint()?;
                    Ok::<_, InputError>(target.with_input(
                        &input,
                        fingerprint,
                        settings.check.topic_ids,
                    ))
                });
                journal.belongs_to(&identity.await?).await?;
                journal
            }
            Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => {
                let preflight = InNewJournal::of(client, &settings);
                blocking(move || place.begin(target, &input, &settings, &preflight)).await?
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            client: client.clone(),
            journal,
        })
    }

    /// Takes up the migration of a journal, whatever its input was.
    ///
    /// # Errors
    /// Where there is none, or it belongs to another app or endpoint.
    pub async fn open(client: &Client, place: &JournalPlace) -> Result<Self, JournalError> {
        let journal = place.open().await?;
        journal.belongs_to(&Identity::of_client(client)).await?;
        Ok(Self {
            client: client.clone(),
            journal,
        })
    }

    /// The journal.
    pub const fn journal(&self) -> &OpenJournal {
        &self.journal
    }

    /// Imports what is left, as [`import`](crate::import::import) does.
    ///
    /// # Errors
    /// Where the journal cannot be used at the beginning.
    pub async fn import(
        &self,
        settings: &ImportSettings,
        live: &Arc<Live>,
        stop: impl Future<Output = ()>,
        report: impl FnMut(&RowFailure),
    ) -> Result<ImportEnd, JournalError> {
        import(&self.client, &self.journal, settings, live, stop, report).await
    }

    /// Reads back what is there and compares, as [`verify`](crate::sweep::verify) does.
    ///
    /// # Errors
    /// Where the journal cannot be read at the beginning.
    pub async fn verify(
        &self,
        settings: &CallSettings,
        live: &Arc<Live>,
        stop: impl Future<Output = ()>,
        report: impl FnMut(&RowFinding<'_>),
    ) -> Result<Verification, JournalError> {
        verify(&self.client, &self.journal, settings, live, stop, report).await
    }

    /// Destroys what the migration created, as [`undo`](crate::sweep::undo) does.
    ///
    /// # Errors
    /// Where the journal cannot be used at the beginning.
    pub async fn undo(
        &self,
        settings: &CallSettings,
        live: &Arc<Live>,
        stop: impl Future<Output = ()>,
        report: impl FnMut(&LeftRow<'_>),
    ) -> Result<UndoEnd, JournalError> {
        undo(&self.client, &self.journal, settings, live, stop, report).await
    }

    /// Gives `take` every row with one of these outcomes, in the order of the input, and says where all rows are.
    ///
    /// # Errors
    /// Where the journal cannot be read.
    pub async fn report(
        &self,
        outcomes: &[Outcome],
        mut take: impl FnMut(ReportedRow),
    ) -> Result<Summary, JournalError> {
        let mut pages = self.journal.rows(outcomes, Order::Input).await?;
        loop {
            let page = pages.next_page().await?;
            if page.is_empty() {
                return self.journal.summary().await;
            }
            for row in page {
                take(ReportedRow::try_from(row)?);
            }
        }
    }
}

impl JournalPlace {
    #[cfg_attr(
        not(feature = "postgres"),
        expect(clippy::unused_async, reason = "a database is waited for")
    )]
    async fn open(&self) -> Result<OpenJournal, JournalError> {
        match self {
            Self::File(path) => OpenJournal::file(path),
            #[cfg(feature = "postgres")]
            Self::Database(database, run) => Ok(PostgresJournal::open(database, run).await?.into()),
        }
    }

    /// Blocks.
    fn begin(
        &self,
        target: Identity,
        input: &Input,
        settings: &BeginSettings,
        preflight: &InNewJournal,
    ) -> Result<OpenJournal, MigrationError> {
        match self {
            Self::File(path) => {
                let loading = SqliteJournal::create(path)?;
                begin(loading, target, input, settings, preflight)
            }
            #[cfg(feature = "postgres")]
            Self::Database(database, run) => {
                let loading = PostgresJournal::create(database, run)?;
                begin(loading, target, input, settings, preflight)
            }
        }
    }
}

/// What is looked up between the loading of a journal and its beginning to count; `None` where nothing is.
struct InNewJournal(Option<(Client, Handle)>);

impl InNewJournal {
    fn of(client: &Client, settings: &BeginSettings) -> Self {
        let is_wanted = !settings.skip_preflight;
        Self(is_wanted.then(|| (client.clone(), Handle::current())))
    }

    /// Blocks.
    fn of_communities(&self, communities: &[NamedCommunity]) -> Option<Preflight> {
        let (client, runtime) = self.0.as_ref()?;
        let (settings, live) = (CallSettings::default(), Arc::default());
        let never = future::pending();
        Some(runtime.block_on(preflight(client, communities, &settings, &live, never)))
    }
}

/// Checks an input while its rows are loaded, and begins with them where it may.
fn begin<L: Loading<Journal: Into<OpenJournal>>>(
    loading: L,
    target: Identity,
    input: &Input,
    settings: &BeginSettings,
    preflight: &InNewJournal,
) -> Result<OpenJournal, MigrationError> {
    let loaded = load(loading, input, &settings.check, |_| {}).map_err(|error| match error {
        LoadError::Journal(error) => error.into(),
        LoadError::Input(error) => MigrationError::from(error),
    })?;
    let report = loaded.report();
    if report.is_unreliable() || (report.has_problems() && !settings.skip_invalid) {
        return Err(MigrationError::Invalid(Box::new(loaded.discard())));
    }
    if let Some(found) = preflight.of_communities(&report.communities)
        && !found.is_passed()
    {
        loaded.discard();
        return Err(MigrationError::Unfit(Box::new(found)));
    }
    let identity = target.with_input(input, report.fingerprint, settings.check.topic_ids);
    let loading = loaded
        .into_loading()
        .expect("a bad header is refused above");
    Ok(loading.finish(&identity)?.into())
}

/// Does something that waits for a disk, where it holds up no task.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match task::spawn_blocking(work).await {
        Ok(done) => done,
        // Nobody aborts it: it has panicked.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
