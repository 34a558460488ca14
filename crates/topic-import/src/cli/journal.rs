//! Where a run is kept, as it is written.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser as _};

/// Holds the password of a database whose address has none.
pub(crate) const PASSWORD_VARIABLE: &str = "PGPASSWORD";
/// What a database's address begins with, in whichever case.
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
        // Another form of the same is refused as such: its password must not be printed as a file's name.
        if is_url(&text) || has_password(&text) {
            Self::Database(DatabaseUrl(text.into_owned()))
        } else {
            Self::File(written.into())
        }
    }
}

/// The address of a database. It may have a password in it, and is never printed.
#[derive(Clone)]
pub(crate) struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The address; `None` where it is written in another form.
    pub(crate) fn expose(&self) -> Option<&str> {
        is_url(&self.0).then_some(&*self.0)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[database]")
    }
}

/// Whether this is a database's address as a URL.
fn is_url(text: &str) -> bool {
    let text = text.trim_start().as_bytes();
    SCHEMES.iter().any(|scheme| {
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme.as_bytes()))
    })
}

/// Whether a text may have a password in it: as a URL of whatever scheme has it, or of a scheme that is nearly that of a
/// database, or as libpq's pairs of keys and values have it.
pub(crate) fn has_password(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    has_password_key(&text)
        || text
            .split_once("://")
            .is_some_and(|(_, address)| names_user_with_password(address))
        || text.match_indices("postgres").any(|(start, name)| {
            let address = text[start + name.len()..].trim_start_matches("ql");
            names_user_with_password(address.trim_start_matches([':', ';', '/', '\\', ' ']))
        })
}

/// Whether `user:password@` is somewhere in an address.
fn names_user_with_password(address: &str) -> bool {
    let user = address.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':')
}

/// Whether it says `password=`, in lower case, with blanks or without.
fn has_password_key(text: &str) -> bool {
    text.match_indices("password")
        .any(|(start, key)| text[start + key.len()..].trim_start().starts_with('='))
}

/// The journal of an import that is there.
#[derive(Debug, Args)]
pub(crate) struct JournalArguments {
    /// The journal of the import: FILE.journal unless --journal named another place, or postgres://USER@HOST/DATABASE
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

/// Which run of a database.
#[derive(Debug, Args)]
pub(crate) struct RunArguments {
    /// In a database: the name of the run (by default, an import takes the name of FILE, and everything else the only run
    /// there)
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub(crate) run: Option<String>,
}

pub(super) fn journal_parser() -> impl clap::builder::TypedValueParser<Value = JournalAt> {
    OsStringValueParser::new().map(JournalAt::from)
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
        ] {
            assert!(is_database(text), "{text}");
        }
        for text in [
            "a.journal",
            "postgres",
            "postgres:/x",
            "./postgres://h",
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
