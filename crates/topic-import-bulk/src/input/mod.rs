//! From bytes to a checked row. Nothing here sends anything or knows of a journal.

pub(crate) mod draft;
pub(crate) mod element;
pub(crate) mod field;
pub(crate) mod fingerprint;
pub(crate) mod format;
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

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use topic_import_core::escaped;

use crate::check::duplicates::Section;
use crate::input::fingerprint::{BUFFER_BYTES, Fingerprint, Hashing, RunningFingerprint};
use crate::input::format::Format;
use crate::input::rows::Rows;
use crate::input::settings::RowSettings;

/// An input that can be read from its beginning as often as it takes.
#[derive(Debug)]
pub struct Input {
    source: Source,
    format: Format,
    settings: RowSettings,
}

#[derive(Debug)]
enum Source {
    Path(PathBuf),
    /// What came from a stream, in an unnamed temporary file.
    Spooled {
        /// What the stream is called.
        what: String,
        file: Arc<Mutex<File>>,
    },
}

/// The bytes of an input, from the first; nobody else moves where they are read.
#[derive(Debug)]
enum Bytes {
    File(File),
    Spooled(Section),
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Spooled(section) => section.read(buffer),
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
        }
    }

    /// Standard input or another stream without a name, read to its end into a temporary file.
    ///
    /// # Errors
    /// Where the stream cannot be read, or not be kept.
    pub fn spool(
        stream: impl Read,
        format: Format,
        settings: RowSettings,
    ) -> Result<Self, InputError> {
        Self::keep(stream, "standard input".into(), format, settings)
    }

    /// A file that can be read only once, such as a named pipe, read to its end into a temporary file.
    ///
    /// # Errors
    /// Where the file cannot be opened or read, or what is in it not be kept.
    pub fn pipe(
        path: impl AsRef<Path>,
        format: Format,
        settings: RowSettings,
    ) -> Result<Self, InputError> {
        let path = path.as_ref();
        let what = path.display().to_string();
        match File::open(path) {
            Ok(stream) => Self::keep(stream, what, format, settings),
            Err(source) => Err(InputError { what, source }),
        }
    }

    fn keep(
        mut stream: impl Read,
        what: String,
        format: Format,
        settings: RowSettings,
    ) -> Result<Self, InputError> {
        let kept = tempfile::tempfile().and_then(|mut file| {
            io::copy(&mut stream, &mut file)?;
            Ok(Arc::new(Mutex::new(file)))
        });
        match kept {
            Ok(file) => Ok(Self {
                source: Source::Spooled { what, file },
                format,
                settings,
            }),
            Err(source) => Err(InputError { what, source }),
        }
    }

    /// How the rows are written.
    pub const fn format(&self) -> Format {
        self.format
    }

    /// What holds for every row.
    pub const fn settings(&self) -> &RowSettings {
        &self.settings
    }

    /// The rows, from the first.
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

    /// The fingerprint of all bytes, in memory that does not grow with them.
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
        let what = match &self.source {
            Source::Path(path) => path.display().to_string(),
            Source::Spooled { what, .. } => what.clone(),
        };
        InputError { what, source }
    }

    fn open(&self) -> io::Result<Bytes> {
        match &self.source {
            Source::Path(path) => File::open(path).map(Bytes::File),
            Source::Spooled { file, .. } => Ok(Bytes::Spooled(Section::whole(file))),
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
            let input = Input::spool(text.as_bytes(), format, RowSettings::default()).unwrap();
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
        let input = Input::spool(text.as_bytes(), Format::Jsonl, RowSettings::default()).unwrap();
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
        for path in [directory.path(), &directory.path().join("missing")] {
            let error = Input::pipe(path, Format::Jsonl, RowSettings::default()).unwrap_err();
            assert_eq!(error.to_string(), format!("cannot read {}", path.display()));
        }
        let path = directory.path().join("rows");
        std::fs::write(&path, "").unwrap();
        let input = Input::pipe(&path, Format::Jsonl, RowSettings::default()).unwrap();
        let error = input.error(io::ErrorKind::Other.into());
        assert_eq!(error.to_string(), format!("cannot read {}", path.display()));
        let input = Input::spool(&b""[..], Format::Jsonl, RowSettings::default()).unwrap();
        let error = input.error(io::ErrorKind::Other.into());
        assert_eq!(error.to_string(), "cannot read standard input");
    }
}
