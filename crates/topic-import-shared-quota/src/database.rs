//! The address of a PostgreSQL database, and connections to it.

use std::fmt;
use std::fs;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{
    AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_decode_str, utf8_percent_encode,
};
use rustls::ClientConfig;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls};
use topic_import_core::escaped;

use crate::tls::{self, Tls};

/// How long a host may take to accept a connection, unless the address says otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long sent data may stay unacknowledged before the connection counts as lost.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may be silent before the other end is probed, unless the address says otherwise.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
/// The driver's default, which is also libpq's.
const DEFAULT_KEEPALIVE_IDLE: Duration = Duration::from_hours(2);
/// Begins a transaction that looks up names only where other users cannot create anything, and whose commit waits for
/// the server's disk, even if the database's setting is `off`; whether it also waits for standbys is left to the
/// database's owner. Its statements are not compiled: that takes the server 100 ms, where it takes 10 ms to execute one.
const BEGIN: &str = "BEGIN; SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL jit = off; \
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'";
const DEFAULT_PORT: u16 = 5432;
/// What `sslrootcert` calls the certificates that this machine trusts.
const SYSTEM: &str = "system";
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
    /// The address has another `sslmode` than those that [`Database::parse`] knows.
    #[error(
        "the sslmode in the database's address must be disable, prefer, require, verify-ca or verify-full"
    )]
    SslMode,
    /// The certificates that this machine trusts could not be loaded.
    #[error("the trusted certificates could not be loaded")]
    Certificates(#[source] rustls::Error),
    /// The certificates of `sslrootcert` could not be loaded.
    #[error(
        "the certificates in {}, which sslrootcert names, could not be loaded",
        escaped(file)
    )]
    RootCertificates {
        /// The file that is to hold them.
        file: String,
        /// Why they could not be loaded.
        source: io::Error,
    },
    /// With `sslrootcert=system`, the connection must be encrypted.
    #[error(
        "with sslrootcert=system, the sslmode in the database's address must be require, verify-ca or verify-full"
    )]
    Unencrypted,
}

impl Database {
    /// Parses a URL such as `postgres://user@host:5432/database?sslmode=require`, or key-value pairs in libpq's format.
    ///
    /// `sslmode` is one of libpq's, and never weaker than there: wherever a connection is encrypted, this machine must
    /// trust the server's certificate, and it must be for the host in the address.
    ///
    /// - `disable` does not encrypt.
    /// - `prefer`, the default, encrypts if the server can. Whoever controls the network can make it seem unable.
    /// - `require`, `verify-ca` and `verify-full` encrypt, or do not connect.
    ///
    /// `sslrootcert` names a file with certificates (PEM). If it is there, the server's certificate must come from one of
    /// these, and no others are trusted. `system` stands for those that this machine trusts, as without it, and encrypts
    /// or does not connect.
    ///
    /// Over a Unix socket, nothing is encrypted.
    pub fn parse(address: &str) -> Result<Self, DatabaseError> {
        Self::parse_with(address, None)
    }

    /// Parses an address like [`parse`](Self::parse). If it has no `sslrootcert`, this one holds.
    pub fn parse_with(address: &str, sslrootcert: Option<&str>) -> Result<Self, DatabaseError> {
        let address = plain(address).ok_or(DatabaseError::Address)?;
        let (address, own) = without_root_certificates(&address).ok_or(DatabaseError::Address)?;
        let sslrootcert = own.as_deref().or(sslrootcert);
        let address = with_driver_ssl_mode(&address)?;
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
        let is_unencrypted = config.get_ssl_mode() == SslMode::Disable;
        let tls = match sslrootcert {
            _ if !is_remote => None,
            Some(SYSTEM) if is_unencrypted => return Err(DatabaseError::Unencrypted),
            _ if is_unencrypted => None,
            Some(file) if file != SYSTEM => Some(trusting_only(file)?),
            root => {
                if root.is_some() {
                    config.ssl_mode(SslMode::Require);
                }
                Some(tls::trusting_system().map_err(DatabaseError::Certificates)?)
            }
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

    /// Opens a connection, which a task of this runtime serves until the client is dropped.
    ///
    /// Between the program and the server there may be a pooler, such as `PgBouncer`, that gives each transaction another
    /// session of the server. So nothing may be set for a session or prepared in it: statements are executed with
    /// `query_typed`, and either [in a transaction](in_transaction) or as a call of a function with settings of its own.
    pub async fn connect(&self) -> Result<Client, tokio_postgres::Error> {
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

/// Begins a transaction on a connection. It looks up names only where other users cannot create anything, and once it is
/// committed it is on disk, whatever the database's settings are.
pub async fn begin(client: &Client) -> Result<(), tokio_postgres::Error> {
    client.batch_execute(BEGIN).await
}

/// Does work in a [transaction](begin), and commits it if the work succeeds. If the future is dropped, the transaction
/// may stay open: do not use the connection again.
pub async fn in_transaction<T>(
    client: &Client,
    work: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, tokio_postgres::Error> {
    begin(client).await?;
    let done = work.await;
    match done {
        Ok(done) => {
            client.batch_execute("COMMIT").await?;
            Ok(done)
        }
        Err(error) => {
            // The work's error says why; if this fails as well, the connection is gone, and so is the transaction.
            let _ = client.batch_execute("ROLLBACK").await;
            Err(error)
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

fn trusting_only(file: &str) -> Result<Arc<ClientConfig>, DatabaseError> {
    let trusting = fs::read(file).and_then(|pem| tls::trusting_only(&pem));
    trusting.map_err(|source| DatabaseError::RootCertificates {
        file: file.to_owned(),
        source,
    })
}

/// The address without `sslrootcert`, which the driver does not know, and its value. `None` if the value cannot be decoded.
fn without_root_certificates(address: &str) -> Option<(String, Option<String>)> {
    const KEY: &str = "sslrootcert=";
    let Some((from, to)) = value_of(address, KEY) else {
        return Some((address.to_owned(), None));
    };
    let (before, value) = (&address[..from - KEY.len()], &address[from..to]);
    let after = &address[to..];
    if !is_url(address) {
        return Some((format!("{before}{after}"), Some(unquoted(value))));
    }
    let value = percent_decode_str(value).decode_utf8().ok()?.into_owned();
    let rest = match after.strip_prefix('&') {
        Some(after) => format!("{before}{after}"),
        None => format!("{}{after}", &before[..before.len() - 1]),
    };
    Some((rest, Some(value)))
}

/// A value of libpq's pairs without its quotes and escapes.
fn unquoted(value: &str) -> String {
    let quoted = value.strip_prefix('\'');
    let value = quoted.map_or(value, |value| value.strip_suffix('\'').unwrap_or(value));
    let mut characters = value.chars();
    let mut plain = String::new();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            character => plain.push(character),
        }
    }
    plain
}

/// The address with an `sslmode` that the driver knows. It verifies nothing by itself, so `require` stands for all that
/// encrypt: each encrypted connection is verified in full.
fn with_driver_ssl_mode(address: &str) -> Result<String, DatabaseError> {
    let Some((from, to)) = value_of(address, "sslmode=") else {
        return Ok(address.to_owned());
    };
    let mode = match &address[from..to] {
        known @ ("disable" | "prefer" | "require") => known,
        "verify-ca" | "verify-full" => "require",
        _ => return Err(DatabaseError::SslMode),
    };
    Ok(format!("{}{mode}{}", &address[..from], &address[to..]))
}

fn is_url(address: &str) -> bool {
    address.contains("://")
}

/// Where the value of an option is in an address: in the query of a URL, or among libpq's pairs outside of quotes.
fn value_of(address: &str, key: &str) -> Option<(usize, usize)> {
    let is_url = is_url(address);
    let begins = if is_url { address.find('?')? } else { 0 };
    let (from, _) = address.match_indices(key).find(|(at, _)| {
        let before = &address[..*at];
        let is_quoted = before.replace("\\'", "").matches('\'').count() % 2 == 1;
        *at >= begins
            && if is_url {
                before.ends_with(['?', '&'])
            } else {
                !is_quoted && (before.is_empty() || before.ends_with(char::is_whitespace))
            }
    })?;
    let from = from + key.len();
    let (mut is_quoted, mut is_escaped) = (false, false);
    let is_end = |character: char| {
        let is_end = if is_url {
            character == '&' || character.is_whitespace()
        } else {
            character.is_whitespace() && !is_quoted && !is_escaped
        };
        is_quoted ^= character == '\'' && !is_escaped;
        is_escaped = character == '\\' && !is_escaped;
        is_end
    };
    let length = address[from..].find(is_end);
    Some((from, length.map_or(address.len(), |length| from + length)))
}

/// As a URL that [`Database::parse`] reads: of several hosts the first, and neither the password nor the settings.
impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        if let Some(user) = self.config.get_user() {
            write!(f, "{}@", in_url(user))?;
        }
        match self.config.get_hosts().first() {
            Some(Host::Tcp(host)) if host.contains(':') => write!(f, "[{host}]")?,
            Some(Host::Tcp(host)) => f.write_str(host)?,
            Some(Host::Unix(path)) => {
                let path = path.display().to_string();
                in_url(&path).fmt(f)?;
            }
            None => {}
        }
        match self.config.get_ports().first() {
            Some(port) if *port != DEFAULT_PORT => write!(f, ":{port}")?,
            _ => {}
        }
        match self.config.get_dbname().or(self.config.get_user()) {
            Some(name) => write!(f, "/{}", in_url(name)),
            None => Ok(()),
        }
    }
}

/// A part of a URL: what is neither a letter, a digit nor one of `-._~` is encoded.
fn in_url(part: &str) -> PercentEncode<'_> {
    const RESERVED: AsciiSet = NON_ALPHANUMERIC
        .remove(b'-')
        .remove(b'.')
        .remove(b'_')
        .remove(b'~');
    utf8_percent_encode(part, &RESERVED)
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
        assert_eq!(given.to_string(), "postgres://anna@%2Ftmp/topics");
        assert!(!format!("{given:?}").contains(PASSWORD));
        let again = Database::parse(&given.to_string()).unwrap();
        assert_eq!(again.config.get_hosts(), given.config.get_hosts());
    }

    #[test]
    fn what_is_shown_is_the_address_again() {
        for address in [
            "postgres://anna@%2Fvar%2Frun%2Fpostgresql:6543/topics",
            "postgres://anna%40example@h/a%2Fb%20c",
            "host=/tmp port=5432 user='an na' dbname='to@pics'",
            "postgres://anna@[::1]:6543/topics",
        ] {
            let database = Database::parse(address).unwrap();
            let again = Database::parse(&database.to_string()).unwrap();
            assert_eq!(again.config, database.config, "{database}");
        }
    }

    #[test]
    fn a_scheme_may_be_in_capitals_and_stand_after_blanks() {
        for address in ["POSTGRES://anna@h/db", " PostgreSQL://anna@h/db\n"] {
            let database = Database::parse(address).unwrap();
            assert_eq!(database.to_string(), "postgres://anna@h/db");
        }
    }

    #[test]
    fn what_encrypts_is_required_whichever_way_libpq_calls_it() {
        for (mode, expected) in [
            ("disable", SslMode::Disable),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::Require),
            ("verify-full", SslMode::Require),
        ] {
            for address in [
                format!("postgres://anna@h/db?sslmode={mode}"),
                format!("postgres://anna@h/db?connect_timeout=3&sslmode={mode}&port=1"),
                format!("sslmode={mode} host=h dbname=db"),
                format!("host=h sslmode={mode}"),
                format!("host=h password='x sslmode=verify-full' sslmode={mode}"),
            ] {
                let database = Database::parse(&address).unwrap();
                assert_eq!(database.config.get_ssl_mode(), expected, "{address}");
                let is_encrypted = database.tls.is_some();
                assert_eq!(is_encrypted, expected != SslMode::Disable, "{address}");
            }
        }
        let database = Database::parse("host=h password='x sslmode=allow' user=u").unwrap();
        let password: &[u8] = b"x sslmode=allow";
        assert_eq!(database.config.get_password(), Some(password));
    }

    #[test]
    fn the_root_certificates_of_an_address_are_a_file_or_those_of_the_machine() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a b'c.pem");
        let certificate = rcgen::generate_simple_self_signed(["h".to_owned()]).unwrap();
        fs::write(&file, certificate.cert.pem()).unwrap();
        let file = file.to_str().unwrap();
        let in_url = file.replace(' ', "%20").replace('\'', "%27");
        let in_pair = file.replace('\'', "\\'");
        let addresses = |file: &str| {
            [
                format!("postgres://anna@h/db?sslrootcert={file}"),
                format!("postgres://anna@h/db?sslrootcert={file}&sslmode=verify-full"),
                format!("postgres://anna@h/db?connect_timeout=3&sslrootcert={file}&port=1"),
            ]
        };
        let in_pairs = [
            format!("host=h sslrootcert='{in_pair}' dbname=db user=anna"),
            format!(
                "sslrootcert={} host=h dbname=db user=anna",
                in_pair.replace(' ', "\\ ")
            ),
        ];
        for address in addresses(&in_url).into_iter().chain(in_pairs) {
            let database =
                Database::parse(&address).unwrap_or_else(|error| panic!("{address}: {error:?}"));
            assert!(database.tls.is_some(), "{address}");
            assert!(
                database.to_string().starts_with("postgres://anna@h"),
                "{database}"
            );
            // The address says more than what holds otherwise.
            Database::parse_with(&address, Some("missing.pem")).unwrap();
        }
        Database::parse_with("postgres://h/db", Some(file)).unwrap();

        for address in addresses("no/file%0a.pem") {
            let error = Database::parse(&address).unwrap_err();
            assert_eq!(
                error.to_string(),
                r"the certificates in no/file\n.pem, which sslrootcert names, could not be loaded"
            );
        }
        fs::write(file, "-----BEGIN CERTIFICATE-----").unwrap();
        let error = Database::parse(&addresses(&in_url)[0]).unwrap_err();
        assert!(
            matches!(error, DatabaseError::RootCertificates { .. }),
            "{error:?}"
        );
        fs::write(file, "no certificate").unwrap();
        let error = Database::parse(&addresses(&in_url)[0]).unwrap_err();
        let DatabaseError::RootCertificates { source, .. } = error else {
            panic!("{error:?}");
        };
        assert_eq!(source.to_string(), "it holds no certificate (PEM)");
        // Nothing is encrypted, so nothing is trusted.
        for address in [
            "postgres://anna@h/db?sslmode=disable&sslrootcert=missing.pem",
            "postgres:///db?host=/tmp&sslrootcert=missing.pem",
        ] {
            assert!(Database::parse(address).unwrap().tls.is_none());
        }

        for address in addresses("system") {
            let database = Database::parse(&address).unwrap();
            assert_eq!(database.config.get_ssl_mode(), SslMode::Require);
            assert!(database.tls.is_some());
        }
        let unencrypted = "postgres://h/db?sslmode=disable&sslrootcert=system";
        let error = Database::parse(unencrypted).unwrap_err();
        assert!(matches!(error, DatabaseError::Unencrypted), "{error:?}");
    }

    #[test]
    fn an_sslmode_that_does_not_say_whether_to_encrypt_is_refused() {
        for mode in ["allow", "", "verify_full", "REQUIRE"] {
            for address in [
                format!("postgres://anna:{PASSWORD}@h/db?sslmode={mode}"),
                format!("host=h password={PASSWORD} sslmode={mode}"),
            ] {
                let error = Database::parse(&address).unwrap_err();
                assert!(matches!(error, DatabaseError::SslMode), "{address}");
                let shown = format!("{error} {error:?}");
                assert!(!shown.contains(PASSWORD), "{shown}");
            }
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
