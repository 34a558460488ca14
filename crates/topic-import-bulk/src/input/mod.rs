//! From bytes to a checked row. Nothing here sends anything or knows of a journal.

pub(crate) mod communities;
pub(crate) mod draft;
pub(crate) mod element;
pub(crate) mod field;
pub(crate) mod fingerprint;
pub(crate) mod format;
pub(crate) mod group_fields;
pub(crate) mod groups;
pub(crate) mod left_out;
pub(crate) mod mapped;
pub(crate) mod mapping;
pub(crate) mod problem;
pub(crate) mod row;
pub(crate) mod row_reader;
pub(crate) mod rows;
pub(crate) mod settings;
pub(crate) mod text;

pub use communities::{Communities, CommunitiesFormat, InputCommunity};
pub use element::Element;
pub use field::shorten::Shortened;
pub use field::time_zone::{TimeZone, UnknownTimeZone};
pub use fingerprint::Fingerprint;
pub use format::{Export, Format};
pub use groups::{Groups, GroupsError};
pub use left_out::{LeftOut, LeftOutReason};
pub use mapping::{Mapping, MappingError, Mappings};
pub use problem::{Problem, ProblemRule};
pub use row::InputRow;
pub use rows::Rows;
pub use settings::{AccountDigits, RowSettings};
pub use text::encoding::{TextEncoding, UnknownEncoding};
pub use text::lines::MAX_LINE_BYTES;
pub use text::spreadsheet::Sheet;

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use topic_import_core::escaped;

use crate::input::fingerprint::{BUFFER_BYTES, Hashing, RunningFingerprint};

/// What rows are read from, how they are written, and what holds for all of them.
#[derive(Debug)]
pub struct Input {
    source: Source,
    format: Format,
    settings: RowSettings,
    communities: Communities,
}

enum Source {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
    /// A stream until it is read, and what it is called.
    Stream(String, Mutex<Option<Stream>>),
}

type Stream = Box<dyn Read + Send>;

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl Source {
    fn name(&self) -> String {
        match self {
            Self::Path(path) => path.display().to_string(),
            Self::Bytes(_) => "the bytes".into(),
            Self::Stream(name, _) => name.clone(),
        }
    }
}

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {}", escaped(.what))]
#[non_exhaustive]
pub struct InputError {
    /// What was to be read.
    pub what: String,
    source: io::Error,
}

impl Input {
    /// A file. It is opened when its rows are asked for.
    pub fn file(path: impl Into<PathBuf>, format: Format, settings: RowSettings) -> Self {
        Self {
            source: Source::Path(path.into()),
            format,
            settings,
            communities: Communities::default(),
        }
    }

    /// Bytes in memory.
    pub fn bytes(bytes: impl Into<Arc<[u8]>>, format: Format, settings: RowSettings) -> Self {
        Self {
            source: Source::Bytes(bytes.into()),
            format,
            settings,
            communities: Communities::default(),
        }
    }

    /// A stream that can be read once, by this name.
    pub fn stream(
        name: impl Into<String>,
        stream: impl Read + Send + 'static,
        format: Format,
        settings: RowSettings,
    ) -> Self {
        Self {
            source: Source::Stream(name.into(), Mutex::new(Some(Box::new(stream)))),
            format,
            settings,
            communities: Communities::default(),
        }
    }

    /// The same with communities that a run makes itself, before its topics.
    #[must_use]
    pub fn with_communities(mut self, communities: Communities) -> Self {
        self.communities = communities;
        self
    }

    /// The same, with the communities that rows name made before their topics.
    #[must_use]
    pub const fn creating_communities(mut self) -> Self {
        self.settings.create_communities = true;
        self
    }

    /// The communities that a run makes itself.
    pub const fn communities(&self) -> &Communities {
        &self.communities
    }

    /// How the rows are written.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// What holds for every row.
    pub const fn settings(&self) -> &RowSettings {
        &self.settings
    }

    /// The rows, from the first. A stream can be read once.
    ///
    /// # Errors
    /// Where the input cannot be opened, or its beginning not be read.
    pub fn rows(&self) -> Result<Rows<'static>, InputError> {
        self.open()
            .and_then(|bytes| self.rows_of(bytes))
            .map_err(|source| self.error(source))
    }

    /// The rows, from the first, and the fingerprint of the bytes that were read for them.
    pub(crate) fn hashed_rows(&self) -> Result<(Rows<'static>, RunningFingerprint), InputError> {
        let running = RunningFingerprint::default();
        self.open()
            .and_then(|bytes| self.rows_of(Hashing::new(bytes, running.clone())))
            .map(|rows| (rows, running))
            .map_err(|source| self.error(source))
    }

    /// The fingerprint of all bytes, in memory that does not grow with them. It reads a stream to its end.
    ///
    /// # Errors
    /// Where the input cannot be read.
    pub fn fingerprint(&self) -> Result<Fingerprint, InputError> {
        self.open()
            .and_then(Fingerprint::of_all)
            .map_err(|source| self.error(source))
    }

    fn rows_of(&self, bytes: impl Read + 'static) -> io::Result<Rows<'static>> {
        let reader = BufReader::with_capacity(BUFFER_BYTES, bytes);
        Rows::new(reader, self.format, self.settings.clone())
    }

    pub(crate) fn error(&self, source: io::Error) -> InputError {
        InputError {
            what: self.source.name(),
            source,
        }
    }

    fn open(&self) -> io::Result<Stream> {
        match &self.source {
            Source::Path(path) => Ok(Box::new(File::open(path)?)),
            Source::Bytes(bytes) => Ok(Box::new(Cursor::new(Arc::clone(bytes)))),
            Source::Stream(_, stream) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                stream.ok_or_else(|| io::Error::other("it was read already"))
            }
        }
    }
}

impl InputError {
    /// What an earlier run has made of its rows cannot be read.
    pub(crate) fn of_map(path: &Path, source: io::Error) -> Self {
        Self {
            what: path.display().to_string(),
            source,
        }
    }

    /// What was kept in a temporary database cannot be read.
    pub(crate) fn of_keeping(error: serde_json::Error) -> Self {
        Self {
            what: "the temporary database of the check".into(),
            source: error.into(),
        }
    }

    /// The temporary database in which rows are compared fails.
    pub(crate) fn of_comparing(error: rusqlite::Error) -> Self {
        Self {
            what: "the temporary database of the check".into(),
            source: io::Error::other(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_stays_on_its_line_whatever_the_file_is_called() {
        let settings = RowSettings::default();
        let missing = Input::file("no/a\nb\u{202e}.csv", Format::Csv, settings);
        let Err(error) = missing.rows() else {
            panic!("there is no such file");
        };
        assert_eq!(error.to_string(), r"cannot read no/a\nb\u{202e}.csv");
        assert_eq!(error.what, "no/a\nb\u{202e}.csv");
    }

    #[test]
    fn all_bytes_count_however_many_rows_are_read() {
        let text = "GroupId,TopicName\n".repeat(20_000);
        for format in [Format::Jsonl, Format::Csv] {
            let input = Input::bytes(text.as_bytes(), format, RowSettings::default());
            let fingerprint = input.fingerprint().unwrap();
            for count in [0, 1, 7_000, usize::MAX] {
                let (mut rows, running) = input.hashed_rows().unwrap();
                assert!(rows.by_ref().take(count).all(|row| row.is_ok()));
                rows.read_on().unwrap();
                assert_eq!(running.so_far(), fingerprint);
            }
        }
    }

    #[test]
    fn rows_that_are_read_at_the_same_time_do_not_disturb_each_other() {
        let mut lines = 1..=20_000;
        let text = lines
            .clone()
            .fold(String::new(), |text, line| text + &format!("row {line}\n"));
        let input = Input::bytes(text.as_bytes(), Format::Jsonl, RowSettings::default());
        let (mut second, running) = input.hashed_rows().unwrap();
        for row in input.rows().unwrap() {
            let line = row.unwrap().line;
            assert_eq!(line, second.next().unwrap().unwrap().line);
            assert_eq!(Some(line), lines.next());
        }
        assert_eq!(lines.next(), None);
        assert!(second.next().is_none());
        assert_eq!(running.so_far(), Fingerprint::of(text.as_bytes()));
    }

    #[test]
    fn what_was_read_is_named_where_it_cannot_be() {
        let directory = tempfile::tempdir().unwrap();
        let missing = directory.path().join("missing");
        let error = Input::file(&missing, Format::Jsonl, RowSettings::default())
            .fingerprint()
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot read {}", missing.display())
        );
        let rows = b"row\n".as_slice();
        let input = Input::stream(
            "standard input",
            rows,
            Format::Jsonl,
            RowSettings::default(),
        );
        assert_eq!(input.rows().unwrap().count(), 1);
        let error = input.rows().unwrap_err();
        assert_eq!(error.to_string(), "cannot read standard input");
        assert_eq!(error.source.to_string(), "it was read already");
    }
}
