//! The address of a PostgreSQL database, and connections to it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};

use crate::tls::{self, Tls};

/// How long a host may take to accept a connection, unless the address says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long sent data may stay unacknowledged before the connection counts as lost.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may be silent before the other end is probed, unless the address says otherwise.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
/// The driver's default, which is also libpq's.
const DEFAULT_KEEPALIVE_IDLE: Duration = Duration::from_hours(2);
/// Looks up names only where other users cannot create anything. Makes every commit wait for the server's disk, even if
/// the database's setting is `off`; whether it also waits for standbys is left to the database's owner.
const SETUP: &str = "SET search_path = pg_catalog, pg_temp; \
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
const DEFAULT_PORT: u16 = 5432;
const SCHEMES: [&str; 2] = ["postgres", "postgresql"];

/// The address of a PostgreSQL database, with a user and a password. Neither `Debug` nor `Display` shows the password.
#[derive(Clone)]
pub struct Database {
    config: Config,
    /// `None` if the connection is never encrypted.
    tls: Option<Arc<ClientConfig>>,
}

/// Why a database's address cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The address has the wrong form. It is not repeated here, since it may contain a password.
    #[error("the database's address is not of the form postgres://user@host/database")]
    Address,
    /// The certificates that this machine trusts could not be loaded, or the additional ones are not certificates.
    #[error("the trusted certificates could not be loaded")]
    Certificates(#[source] rustls::Error),
}

impl Database {
    /// Parses a URL such as `postgres://user@host:5432/database?sslmode=require`, or key-value pairs in libpq's format.
    ///
    /// If the connection is encrypted, the server's certificate must be one that this machine trusts. The default for
    /// `sslmode` is `prefer`, which encrypts if the server can.
    pub fn parse(address: &str) -> Result<Self, DatabaseError> {
        Self::trusting(address, &[])
    }

    /// Parses an address like [`parse`](Self::parse), and also trusts the given certificates, in PEM format.
    pub fn trusting(address: &str, pem: &[u8]) -> Result<Self, DatabaseError> {
        let address = plain(address).ok_or(DatabaseError::Address)?;
        let mut config: Config = address.parse().map_err(|_| DatabaseError::Address)?;
        if config.get_hosts().is_empty() {
            return Err(DatabaseError::Address);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(TCP_USER_TIMEOUT);
        }
        if config.get_keepalives_idle() == DEFAULT_KEEPALIVE_IDLE {
            config.keepalives_idle(KEEPALIVE_IDLE);
        }
        if config.get_application_name().is_none() {
            config.application_name("topic-import");
        }
        let is_remote = config
            .get_hosts()
            .iter()
            .any(|host| matches!(host, Host::Tcp(_)));
        let tls = if is_remote && config.get_ssl_mode() != SslMode::Disable {
            Some(tls::trusting(pem).map_err(DatabaseError::Certificates)?)
        } else {
            None
        };
        Ok(Self { config, tls })
    }

    /// Whether the address contains a password.
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    /// Sets the password.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        self.config.password(password);
        self
    }

    /// Opens a connection, which a task of this runtime serves until the client is dropped. What it commits is on disk,
    /// whatever the database's settings are.
    pub async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
        let client = self.connect_plainly().await?;
        client.batch_execute(SETUP).await?;
        Ok(client)
    }

    async fn connect_plainly(&self) -> Result<Client, tokio_postgres::Error> {
        match &self.tls {
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                // The next use of the client returns the error with which the connection ended.
                tokio::spawn(async move { drop(connection.await) });
                Ok(client)
            }
            Some(tls) => {
                let (client, connection) = self.config.connect(Tls::new(tls)).await?;
                tokio::spawn(async move { drop(connection.await) });
                Ok(client)
            }
        }
    }
}

/// The address in the form that the driver accepts. `None` if a password contains an `@` that is not written as `%40`:
/// part of the password would count as the host or the database, which are shown.
fn plain(address: &str) -> Option<String> {
    let address = address.trim();
    let Some((scheme, rest)) = address.split_once("://") else {
        return Some(address.to_owned());
    };
    let Some(scheme) = SCHEMES
        .iter()
        .find(|known| scheme.eq_ignore_ascii_case(known))
    else {
        return Some(address.to_owned());
    };
    (rest.matches('@').count() < 2).then(|| format!("{scheme}://{rest}"))
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{user}@")?;
        }
        match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) => f.write_str(host)?,
            Some(Host::Unix(path)) => write!(f, "{}", path.display())?,
            None => {}
        }
        match self.config.get_ports().first() {
            Some(port) if *port != DEFAULT_PORT => write!(f, ":{port}")?,
            _ => {}
        }
        match self.config.get_dbname().or(self.config.get_user()) {
            Some(name) => write!(f, "/{name}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "hunter2-of-the-database";

    #[test]
    fn a_database_is_shown_without_its_password() {
        let address = format!("postgres://anna:{PASSWORD}@db.example:6543/topics?sslmode=disable");
        let database = Database::parse(&address).unwrap();
        assert!(database.has_password());
        assert_eq!(
            database.to_string(),
            "postgres://anna@db.example:6543/topics"
        );
        let shown = format!("{database} {database:?} {database:#?}");
        assert!(!shown.contains(PASSWORD), "{shown}");
        let given = Database::parse("postgres://anna@/topics?host=/tmp").unwrap();
        assert!(!given.has_password());
        let given = given.with_password(PASSWORD);
        assert!(given.has_password());
        assert_eq!(given.to_string(), "postgres://anna@/tmp/topics");
        assert!(!format!("{given:?}").contains(PASSWORD));
    }

    #[test]
    fn a_scheme_may_be_in_capitals_and_stand_after_blanks() {
        for address in ["POSTGRES://anna@h/db", " PostgreSQL://anna@h/db\n"] {
            let database = Database::parse(address).unwrap();
            assert_eq!(database.to_string(), "postgres://anna@h/db");
        }
    }

    #[test]
    fn an_address_that_is_none_is_not_repeated() {
        for address in [
            format!("postgres://anna:{PASSWORD}@host:port/db"),
            format!("host=h password=x {PASSWORD}=1"),
            format!("mysql://anna:{PASSWORD}@host/db"),
            format!("postgres://anna:an@{PASSWORD}@host/db"),
            format!("postgres://anna:an@host/{PASSWORD}@host/db"),
            format!("postgres:/anna:{PASSWORD}@host/db"),
            "postgres:///".to_owned(),
            String::new(),
        ] {
            let error = Database::parse(&address).unwrap_err();
            assert!(matches!(error, DatabaseError::Address), "{address}");
            let shown = format!("{error} {error:?}");
            assert!(!shown.contains(PASSWORD), "{shown}");
        }
    }
}
