//! A PostgreSQL database: where it is, and how it is reached.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rustls::ClientConfig;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};

use crate::tls::{self, Tls};

/// How long a host may take to answer at all.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long what was sent may stay unacknowledged.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection is silent before it is asked whether the other end is there, unless the address says.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
/// What the driver and libpq do unless told otherwise.
const DEFAULT_KEEPALIVE_IDLE: Duration = Duration::from_hours(2);
/// No name is looked up where others may create things. And whoever waits for a commit waits for the server's disk, which
/// `off` does not; which standbys are waited for as well is for the database's owner to say.
const SETUP: &str = "SET search_path = pg_catalog, pg_temp; \
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
const DEFAULT_PORT: u16 = 5432;
const SCHEMES: [&str; 2] = ["postgres", "postgresql"];

/// A PostgreSQL database, and who uses it. Neither `Debug` nor `Display` show the password.
#[derive(Clone)]
pub struct Database {
    config: Config,
    /// `None` where the connection is never encrypted.
    tls: Option<Arc<ClientConfig>>,
}

/// Why an address names no database that could be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// Nothing can be made of it. Its text, in which a password may be, is not repeated.
    #[error("the database's address is not of the form postgres://user@host/database")]
    Address,
    /// This machine's trusted certificates could not be loaded, or the further ones are none.
    #[error("the trusted certificates could not be loaded")]
    Certificates(#[source] rustls::Error),
}

impl Database {
    /// The database at a URL such as `postgres://user@host:5432/database?sslmode=require`, or of key-value pairs as
    /// libpq takes them.
    ///
    /// Where the connection is encrypted, the server's certificate is verified against what this machine trusts;
    /// `sslmode` is `prefer` unless set, and encrypts where the server can.
    pub fn parse(address: &str) -> Result<Self, DatabaseError> {
        Self::trusting(address, &[])
    }

    /// Parses an address as [`parse`](Self::parse) does, and trusts further certificates, given as PEM.
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

    /// Whether the address had a password in it.
    pub fn has_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    /// This database, reached with this password.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        self.config.password(password);
        self
    }

    /// A new connection, which a task of this runtime serves until the client is dropped. What it commits is on disk,
    /// whatever the database does for others.
    pub async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
        let client = self.connect_plainly().await?;
        client.batch_execute(SETUP).await?;
        Ok(client)
    }

    async fn connect_plainly(&self) -> Result<Client, tokio_postgres::Error> {
        match &self.tls {
            None => {
                let (client, connection) = self.config.connect(NoTls).await?;
                // Whoever uses the client next is told how the connection ended.
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

/// The address as the driver takes it. `None` where a part of a password would be taken for the host or for the
/// database, and be shown: an `@` within a password is written `%40`.
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
