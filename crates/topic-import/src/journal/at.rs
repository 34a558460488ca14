//! Where a run is kept, as it is written.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// What a database's address begins with.
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
        if url_in(&text) == Some(&*text) || text.contains("password=") {
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
        url_in(&self.0).filter(|url| *url == self.0)
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[database]")
    }
}

/// Whether a text has the address of a database in it, and that has a password.
pub(crate) fn has_password(text: &str) -> bool {
    let Some((_, address)) = url_in(text).and_then(|url| url.split_once("://")) else {
        return false;
    };
    let user = address.rsplit_once('@').map_or("", |(user, _)| user);
    user.contains(':') || address.contains("password=")
}

/// From the beginning of an address in the text, where there is one.
fn url_in(text: &str) -> Option<&str> {
    let starts = SCHEMES.iter().filter_map(|scheme| text.find(scheme));
    starts.min().map(|start| &text[start..])
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
            "host=h password=secret",
        ] {
            assert!(is_database(text), "{text}");
        }
        for text in ["a.journal", "postgres", "postgres:/x", "./postgres://h", ""] {
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
        ] {
            assert!(has_password(text), "{text}");
        }
        for text in [
            "postgres://h/db",
            "postgres://u@h:5432/db",
            "postgres://h:5432/db",
            "postgres:///db?host=/run/postgresql&user=u",
            "--journal=postgres://u@h/db?sslmode=require",
            "a:b@c",
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
