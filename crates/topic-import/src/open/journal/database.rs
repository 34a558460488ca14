//! A database with runs on which several machines can work.

use std::env;
use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

use topic_import_bulk::journal::{JournalError, OpenJournal, PostgresJournal, PostgresLoading};
use topic_import_core::SdkAppId;
use topic_import_shared_quota::{self as shared, DatabaseError, PostgresQuota};

use super::awaited::Awaited;
use crate::cli::journal::{DatabaseUrl, PASSWORD_VARIABLE};
use crate::exit::CannotStart;
use crate::show::explanation;
use crate::show::shell;
use crate::show::text;

/// The environment variable that names the root certificates, unless the address does.
const ROOT_CERTIFICATES_VARIABLE: &str = "PGSSLROOTCERT";

/// A database with runs, and with the quota that all workers on these runs share.
pub(crate) struct Database(Box<shared::Database>);

impl Database {
    /// The database at an address. If the address has no password or no root certificates, those of the environment are
    /// used.
    pub(crate) fn of(url: &DatabaseUrl) -> Result<Self, CannotStart> {
        let root = env::var_os(ROOT_CERTIFICATES_VARIABLE).filter(|root| !root.is_empty());
        let root = root.as_ref().map(|root| root.to_string_lossy());
        let parsed = match url.expose() {
            Some(url) => shared::Database::parse_with(url, root.as_deref()),
            None => Err(DatabaseError::Address),
        };
        let database = parsed.map_err(|error| {
            CannotStart::new(match error {
                DatabaseError::Address => {
                    format!(
                        "--journal: {error}.\nWrite the address in that form, or name a file: one whose name is like an address, as ./NAME."
                    )
                }
                DatabaseError::SslMode => {
                    format!(
                        "--journal: {error}.\nWrite sslmode=verify-full, and see \"Several machines\" in the guide."
                    )
                }
                error => format!("--journal: {}", text::chain(&error)),
            })
        })?;
        let password = env::var(PASSWORD_VARIABLE).ok();
        let database = match password {
            Some(password) if !database.has_password() => database.with_password(&password),
            _ => database,
        };
        Ok(Self(Box::new(database)))
    }

    /// A run, or the only one, as arguments of a command that somebody is to type.
    pub(crate) fn in_a_command(&self, run: Option<&str>) -> String {
        let database = shell::word(self.to_string().as_bytes());
        match run {
            None => database,
            Some(run) => format!("{database} --run {}", shell::word(run.as_bytes())),
        }
    }

    /// The quota of an app, shared by all processes that use this database.
    pub(crate) async fn quota(
        &self,
        sdk_app_id: SdkAppId,
        origin: &str,
        per_second: NonZeroU32,
    ) -> Result<PostgresQuota, CannotStart> {
        // If the quota cannot be read, the runs cannot be read either; but the message about them says more.
        self.runs().await?;
        let _awaited = Awaited::new(self, "share the quota");
        PostgresQuota::connect(&self.0, sdk_app_id, origin, per_second)
            .await
            .map_err(|error| CannotStart::new(explanation::quota_error(&error)))
    }

    async fn runs(&self) -> Result<Vec<String>, CannotStart> {
        let _awaited = Awaited::new(self, "list its runs");
        PostgresJournal::runs(&self.0)
            .await
            .map_err(|error| CannotStart::new(explanation::given_journal_error(&error)))
    }

    /// The name of the run to open: the given one if it exists, or that of the only run.
    pub(crate) async fn run(&self, name: Option<&str>) -> Result<String, CannotStart> {
        let mut runs = self.runs().await?;
        let place = match name {
            Some(name) => runs.iter().position(|run| run == name),
            None => (runs.len() == 1).then_some(0),
        };
        if let Some(place) = place {
            return Ok(runs.swap_remove(place));
        }
        let listed = runs.iter().map(|run| shell::word(run.as_bytes()));
        let listed: Vec<String> = listed.collect();
        let listed = listed.join(", ");
        Err(CannotStart::new(match name {
            _ if runs.is_empty() => format!(
                "there is no run in {self}.\nBegin one: topic-import import FILE --journal {}",
                shell::word(self.0.to_string().as_bytes())
            ),
            Some(name) => {
                format!(
                    "there is no run {} in {self}.\nGive --run with one of: {listed}",
                    text::one_line(name)
                )
            }
            None => format!("there are several runs in {self}.\nGive --run with one of: {listed}"),
        }))
    }

    /// Begins to load a new run. Must not be called within a tokio runtime.
    pub(crate) fn create(&self, run: &str) -> Result<PostgresLoading, JournalError> {
        PostgresJournal::create(&self.0, run)
    }

    /// Opens a run, to work on it under leases that last this long.
    pub(crate) async fn open(
        &self,
        run: &str,
        lease: Option<Duration>,
    ) -> Result<OpenJournal, JournalError> {
        let _awaited = Awaited::new(self, "open the run");
        let journal = PostgresJournal::open(&self.0, run).await?;
        Ok(match lease {
            Some(lease) => journal.with_lease(lease).into(),
            None => journal.into(),
        })
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::one_line(&self.0))
    }
}
