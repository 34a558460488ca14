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

use crate::calls::{CallSettings, WorkProgress};
use crate::check::{CheckReport, CheckSettings, NamedCommunity};
use crate::import::{ImportEnd, ImportSettings, RowFailure, import};
use crate::input::{Fingerprint, Input, InputError};
#[cfg(feature = "postgres")]
use crate::journal::PostgresJournal;
use crate::journal::{
    Identity, IdentityDifference, Journal as _, JournalError, Loading, OpenJournal, Order,
    Pages as _, SqliteJournal, Summary,
};
use crate::load::{LoadError, load};
use crate::outcome::Outcome;
use crate::preflight::{CommunityProblem, Preflight, preflight};
use crate::report::ReportedRow;
use crate::sweep::{LeftRow, RowFinding, UndoEnd, Verification, undo, verify};

/// A migration: a journal with rows, and the client that imports them.
#[derive(Debug)]
pub struct Migration {
    client: Client,
    journal: OpenJournal,
    replaced: Vec<IdentityDifference>,
}

/// Where the journal of a migration is stored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum JournalPlace {
    /// An SQLite file, on which one process can work at a time.
    File(PathBuf),
    /// A PostgreSQL database, on which several processes can work at the same time, and the run's name in it.
    #[cfg(feature = "postgres")]
    Database(Box<Database>, String),
}

/// The settings with which a migration begins.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BeginSettings {
    /// How the input is checked, and who chooses the TopicId of a row that has none.
    pub check: CheckSettings,
    /// Whether the valid rows are imported even if others are invalid.
    pub skip_invalid: bool,
    /// Whether the migration begins without a [`preflight`](crate::preflight::preflight).
    pub skip_preflight: bool,
}

/// Why a migration cannot begin or continue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrationError {
    /// The input cannot be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// Rows of the input are invalid; nothing was sent.
    #[error("{}", Problems(.0))]
    Invalid(Box<CheckReport>),
    /// The preflight did not pass, for example because the account may not call the service or a community does not
    /// exist; nothing was imported.
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
    /// Opens the journal if it exists. Otherwise, checks the whole input and loads its rows into a new journal, which
    /// is kept only if the [`preflight`](crate::preflight::preflight) passes. Nothing is imported yet.
    ///
    /// A journal of the same input that was made for another app, endpoint or service is [replaced](Self::replaced) if
    /// nothing was accepted there.
    ///
    /// Must be called within a tokio runtime. Files are read on the runtime's threads for blocking work.
    ///
    /// # Errors
    /// If rows are invalid, unless [`skip_invalid`](BeginSettings::skip_invalid) is set; if the preflight does not
    /// pass, unless [`skip_preflight`](BeginSettings::skip_preflight) is set; if the input cannot be read; or if the
    /// journal cannot be used or belongs to another input, app or endpoint.
    pub async fn open_or_begin(
        client: &Client,
        place: JournalPlace,
        input: Input,
        settings: BeginSettings,
    ) -> Result<Self, MigrationError> {
        let wanted = Arc::new(Wanted {
            target: Identity::of_client(client),
            input,
            settings,
        });
        let (kept, replaced) = match place.open().await {
            Ok(journal) => {
                let wanted = Arc::clone(&wanted);
                let identity = blocking(move || wanted.identity()).await?;
                let replaced = journal.continue_or_remove(&identity).await?;
                (replaced.is_empty().then_some(journal), replaced)
            }
            Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => {
                (None, Vec::new())
            }
            Err(error) => return Err(error.into()),
        };
        let journal = if let Some(journal) = kept {
            journal
        } else {
            let preflight = InNewJournal::of(client, &wanted.settings);
            blocking(move || place.begin(&wanted, &preflight)).await?
        };
        Ok(Self {
            client: client.clone(),
            journal,
            replaced,
        })
    }

    /// Opens the migration of an existing journal, without comparing the input.
    ///
    /// # Errors
    /// If the journal does not exist, cannot be used, or belongs to another app or endpoint.
    pub async fn open(client: &Client, place: &JournalPlace) -> Result<Self, JournalError> {
        let journal = place.open().await?;
        journal.belongs_to(&Identity::of_client(client)).await?;
        Ok(Self {
            client: client.clone(),
            journal,
            replaced: Vec::new(),
        })
    }

    /// How an earlier journal in the same place differed, which was replaced because it was made for another app, endpoint
    /// or service that had accepted nothing of it. Empty if there was none.
    pub fn replaced(&self) -> &[IdentityDifference] {
        &self.replaced
    }

    /// The journal.
    pub const fn journal(&self) -> &OpenJournal {
        &self.journal
    }

    /// Imports the rows that are left, as [`import`](crate::import::import) does.
    ///
    /// # Errors
    /// If the journal cannot be used at the start.
    pub async fn import(
        &self,
        settings: &ImportSettings,
        progress: &Arc<WorkProgress>,
        stop: impl Future<Output = ()>,
        report: impl FnMut(&RowFailure),
    ) -> Result<ImportEnd, JournalError> {
        import(
            &self.client,
            &self.journal,
            settings,
            progress,
            stop,
            report,
        )
        .await
    }

    /// Reads the topics back and compares them with the journal, as [`verify`](crate::sweep::verify) does.
    ///
    /// # Errors
    /// If the journal cannot be read at the start.
    pub async fn verify(
        &self,
        settings: &CallSettings,
        progress: &Arc<WorkProgress>,
        stop: impl Future<Output = ()>,
        report: impl FnMut(&RowFinding<'_>),
    ) -> Result<Verification, JournalError> {
        verify(
            &self.client,
            &self.journal,
            settings,
            progress,
            stop,
            report,
        )
        .await
    }

    /// Destroys the topics that the migration created, as [`undo`](crate::sweep::undo) does.
    ///
    /// # Errors
    /// If the journal cannot be used at the start.
    pub async fn undo(
        &self,
        settings: &CallSettings,
        progress: &Arc<WorkProgress>,
        stop: impl Future<Output = ()>,
        report: impl FnMut(&LeftRow<'_>),
    ) -> Result<UndoEnd, JournalError> {
        undo(
            &self.client,
            &self.journal,
            settings,
            progress,
            stop,
            report,
        )
        .await
    }

    /// Passes every row with one of these outcomes to `take`, in the order of the input, and returns the summary of all
    /// rows.
    ///
    /// # Errors
    /// If the journal cannot be read.
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
        expect(clippy::unused_async, reason = "only a database is awaited")
    )]
    async fn open(&self) -> Result<OpenJournal, JournalError> {
        match self {
            Self::File(path) => OpenJournal::file(path),
            #[cfg(feature = "postgres")]
            Self::Database(database, run) => Ok(PostgresJournal::open(database, run).await?.into()),
        }
    }

    /// Creates the journal and begins the migration in it. Blocks.
    fn begin(
        &self,
        wanted: &Wanted,
        preflight: &InNewJournal,
    ) -> Result<OpenJournal, MigrationError> {
        match self {
            Self::File(path) => {
                let loading = SqliteJournal::create(path)?;
                begin(loading, wanted, preflight)
            }
            #[cfg(feature = "postgres")]
            Self::Database(database, run) => {
                let loading = PostgresJournal::create(database, run)?;
                begin(loading, wanted, preflight)
            }
        }
    }
}

/// What a migration is to import, and where to.
#[derive(Debug)]
struct Wanted {
    target: Identity,
    input: Input,
    settings: BeginSettings,
}

impl Wanted {
    /// The identity of the run; reads the input.
    fn identity(&self) -> Result<Identity, InputError> {
        Ok(self.identity_of(self.input.fingerprint()?))
    }

    fn identity_of(&self, fingerprint: Fingerprint) -> Identity {
        let check = &self.settings.check;
        let target = self.target.clone();
        target
            .with_input(&self.input, fingerprint, check.topic_ids)
            .with_spread(check.spread.as_ref())
    }
}

/// The preflight that runs after a new journal is loaded and before it is finished; `None` if it is skipped.
struct InNewJournal(Option<(Client, Handle)>);

impl InNewJournal {
    fn of(client: &Client, settings: &BeginSettings) -> Self {
        let is_wanted = !settings.skip_preflight;
        Self(is_wanted.then(|| (client.clone(), Handle::current())))
    }

    /// Runs the preflight, unless it is skipped. Blocks.
    fn of_communities(&self, communities: &[NamedCommunity]) -> Option<Preflight> {
        let (client, runtime) = self.0.as_ref()?;
        let (settings, progress) = (CallSettings::default(), Arc::default());
        let never = future::pending();
        Some(runtime.block_on(preflight(client, communities, &settings, &progress, never)))
    }
}

/// Checks an input and loads its rows, runs the preflight, and finishes the journal if both allow the import.
fn begin<L: Loading<Journal: Into<OpenJournal>>>(
    loading: L,
    wanted: &Wanted,
    preflight: &InNewJournal,
) -> Result<OpenJournal, MigrationError> {
    let Wanted {
        input, settings, ..
    } = wanted;
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
    let identity = wanted.identity_of(report.fingerprint);
    let loading = loaded
        .into_loading()
        .expect("a bad header is refused above");
    Ok(loading.finish(&identity)?.into())
}

/// Runs work that waits for a disk on a thread where it does not hold up other tasks.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match task::spawn_blocking(work).await {
        Ok(done) => done,
        // Nothing aborts the task, so it has panicked.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
