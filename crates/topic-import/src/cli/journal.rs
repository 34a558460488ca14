//! The options that say where a run is kept.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

use super::headings::JOURNAL;

/// The environment variable that holds a database's password, unless the address does.
pub(crate) const PASSWORD_VARIABLE: &str = "PGPASSWORD";
/// How the address of a database begins, in upper or lower case.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// A file, or a database that several machines share.
#[derive(Clone, Debug)]
pub(crate) enum JournalAt {
    File(PathBuf),
    Database(DatabaseUrl),
}

impl From<OsString> for JournalAt {
    fn from(written: OsString) -> Self {
        let text = written.to_string_lossy();
        // Whatever may hold a password is taken for a database's address, because the name of a file would be printed; and
        // so is a mistyped address, because the journal would otherwise be in a file of that name.
        if is_url(&text) || has_password(&text) || is_like_url(&text) {
            Self::Database(DatabaseUrl(text.into_owned()))
        } else {
            Self::File(written.into())
        }
    }
}

/// The address of a database. It may hold a password, so it is never printed.
#[derive(Clone)]
pub(crate) struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address, or `None` if it is not written as a URL.
    #[cfg_attr(
        not(feature = "postgres"),
        allow(dead_code, reason = "nothing connects to a database then")
    )]
    pub(crate) fn expose(&self) -> Option<&str> {
        is_url(&self.0).then_some(&*self.0)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[database]")
    }
}

/// Whether a text is the URL of a database.
fn is_url(text: &str) -> bool {
    let text = text.trim_start().as_bytes();
    SCHEMES.iter().any(|scheme| {
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

/// Whether somebody who wrote a text is likely to have meant the address of a database: a URL of any scheme, a database URL
/// with a mistake in its scheme, or one of libpq's lists of keys and values.
fn is_like_url(text: &str) -> bool {
    const NAMES: [&str; 6] = [
        "postgres",
        "postgresql",
        "postgre",
        "postgress",
        "psql",
        "pgsql",
    ];
    const KEYS: [&str; 4] = ["host=", "hostaddr=", "dbname=", "user="];
    let text = text.trim_start().to_ascii_lowercase();
    let is_of_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let length = text.bytes().take_while(|byte| is_of_scheme(*byte)).count();
    let (scheme, rest) = text.split_at(length);
    let is_mistyped =
        NAMES.contains(&scheme) && (rest.starts_with([':', ';']) || rest.starts_with("//"));
    let is_url = !scheme.is_empty() && rest.starts_with("://");
    is_mistyped || is_url || KEYS.iter().any(|key| text.starts_with(key))
}

/// Whether a text may hold a password: in a URL of any scheme, in a mistyped database URL, or as `password=…` in one of
/// libpq's lists of keys and values.
pub(crate) fn has_password(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    has_password_key(&text)
        || text
            .split_once("://")
            .is_some_and(|(_, address)| names_user_with_password(address))
        || text.match_indices("postgres").any(|(start, name)| {
            let address = text[start + name.len()..].trim_start_matches("ql");
            // What stands after the scheme of a URL is looked at above, whatever the scheme is.
            let rest = address.trim_start_matches(|character: char| character.is_ascii_lowercase());
            let address = rest.strip_prefix("://").unwrap_or(address);
            names_user_with_password(address.trim_start_matches([':', ';', '/', '\\', ' ']))
        })
}

/// Whether an address contains `user:password@`.
fn names_user_with_password(address: &str) -> bool {
    let user = address.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':')
}

/// Whether a text in lower case contains `password=`, with or without blanks before the sign.
fn has_password_key(text: &str) -> bool {
    text.match_indices("password")
        .any(|(start, key)| text[start + key.len()..].trim_start().starts_with('='))
}

/// The journal of an import that has begun.
#[derive(Debug, Args)]
pub(crate) struct JournalArguments {
    /// The journal of the import: FILE.journal, unless the import was given another --journal, such as postgres://USER@HOST/DATABASE
    #[arg(
        value_name = "JOURNAL",
        env = "TOPIC_IMPORT_JOURNAL",
        hide_env = true,
        value_parser = journal_parser()
    )]
    pub(crate) at: JournalAt,
    #[command(flatten)]
    pub(crate) run: RunArguments,
}

/// Which of the runs in a database.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// If the journal is in a database: the name of the run there (default: the only one)
    #[arg(long, help_heading = JOURNAL, value_name = "NAME", hide_short_help = true)]
    pub(crate) run: Option<String>,
}

pub(super) fn journal_parser() -> impl clap::builder::TypedValueParser<Value = JournalAt> {
    OsStringValueParser::new().try_map(|written| match written.to_str() {
        Some("-") => Err(
            "a journal is a file or a database, not standard input or output: name one (for a file called -, write ./-)",
        ),
        _ => Ok(JournalAt::from(written)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_file() {
        let is_database = |text: &str| {
            matches!(
                JournalAt::from(OsString::from(text)),
                JournalAt::Database(_)
            )
        };
        for text in [
            "postgres://h/db",
            "postgresql://u@h/db",
            "POSTGRES://u@h/db",
            " PostgreSQL://u@h/db",
            "host=h password=secret",
            "postgres//u@h/db",
            "postgres:/u@h/db",
            "postgres:u@h/db",
            "postgres;//u@h/db",
            "postgre://u@h/db",
            "psql://h/db",
            "mysql://h/db",
            "dbname=db host=h",
        ] {
            assert!(is_database(text), "{text}");
        }
        for text in [
            "a.journal",
            "postgres",
            "postgres/run.journal",
            "postgres.journal",
            "./postgres://h",
            "C:\\runs\\a.journal",
            "hosts.journal",
            "a:b@c",
            "",
        ] {
            assert!(!is_database(text), "{text}");
        }
    }

    #[test]
    fn a_password_is_found_wherever_it_stands() {
        for text in [
            "postgres://u:secret@h/db",
            "postgresql://u:secret@h/db",
            "postgres://:secret@h",
            "postgres://u:s/e?c#r@t@h/db",
            "postgres://u@h/db?password=secret",
            "postgres://h/db?user=u&password=secret",
            "--journal=postgres://u:secret@h/db",
            "POSTGRES://u:secret@h/db",
            "PostgreSQL://u:secret@h/db",
            "  postgres://u:secret@h/db",
            "postgres:/u:secret@h/db",
            "postgres:u:secret@h/db",
            "postgres//u:secret@h/db",
            "postgresql;//u:secret@h/db",
            "postgre://u:secret@h/db",
            "psql://u:secret@h/db",
            "postgress://u:secret@h/db",
            "mysql://u:secret@h/db",
            "https://u:secret@h",
            "host=h user=u password=secret",
            "host=h Password = 'secret'",
            "--journal=host=h password=secret",
        ] {
            assert!(has_password(text), "{text}");
            let at = JournalAt::from(OsString::from(text));
            assert!(!format!("{at:?}").contains("secret"), "{at:?}");
        }
        for text in [
            "postgres://h/db",
            "postgres://u@h:5432/db",
            "postgres://h:5432/db",
            "postgres:///db?host=/run/postgresql&user=u",
            "--journal=postgres://u@h/db?sslmode=require",
            "a:b@c",
            "https://console.tim.qq.com",
            "@TGS#_old=deleted",
            "notes on passwords.jsonl",
            "postgres.jsonl",
            "postgress://ada@localhost/chat",
            "--journal=postgress://ada@localhost/chat",
        ] {
            assert!(!has_password(text), "{text}");
        }
    }

    #[test]
    fn an_address_is_never_printed() {
        let at = JournalAt::from(OsString::from("postgres://u:secret@h/db"));
        assert_eq!(format!("{at:?}"), "Database([database])");
        let JournalAt::Database(other) = JournalAt::from(OsString::from("host=h password=secret"))
        else {
            panic!("a file");
        };
        assert_eq!(other.expose(), None);
    }
}
