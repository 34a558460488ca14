//! Where rows come from: a file, or a stream kept in a temporary file, so that it can be read twice.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use topic_import_core::escaped;

use crate::duplicates::Section;
use crate::export::Export;
use crate::fingerprint::Fingerprint;
use crate::read_ahead::ReadAhead;
use crate::row::{RowSettings, Rows};

pub(crate) const BUFFER_BYTES: usize = 64 * 1024;

/// How rows are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a further one must be handled everywhere"
)]
pub enum Format {
    /// A JSON object on each line.
    Jsonl,
    /// Comma-separated values, the fields' names in the first record.
    Csv,
    /// One JSON document: a list of objects, or an object that holds one.
    Json,
    /// As another chat system exported it.
    Export(Export),
}

impl Format {
    /// Its name in arguments: `jsonl`, `csv`, `json`, or that of the chat system.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Export(export) => export.name(),
        }
    }

    /// The format that a file's extension tells: `jsonl`, `ndjson`, `json` or `csv`, in any case.
    pub fn from_extension(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match &*extension {
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }
}

/// An input that can be read from its beginning as often as it takes.
#[derive(Debug)]
pub struct Input {
    source: Source,
    format: Format,
    settings: RowSettings,
}

/// Rows whose bytes are hashed as they are read.
pub(crate) type HashedRows = Rows<ReadAhead>;

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
    pub fn rows(&self) -> Result<Rows<impl BufRead + fmt::Debug + use<>>, InputError> {
        self.rows_of(|bytes| Ok(BufReader::with_capacity(BUFFER_BYTES, bytes)))
    }

    /// The rows, from the first, and the fingerprint of the bytes that they were read from at their end.
    pub(crate) fn hashed_rows(&self) -> Result<HashedRows, InputError> {
        self.rows_of(ReadAhead::new)
    }

    /// The fingerprint of all bytes, in memory that does not grow with them.
    pub fn fingerprint(&self) -> Result<Fingerprint, InputError> {
        self.open()
            .and_then(Fingerprint::of_all)
            .map_err(|source| self.error(source))
    }

    fn rows_of<R: BufRead>(
        &self,
        reader: impl FnOnce(Bytes) -> io::Result<R>,
    ) -> Result<Rows<R>, InputError> {
        self.open()
            .and_then(reader)
            .and_then(|reader| Rows::new(reader, self.format, self.settings.clone()))
            .map_err(|source| self.error(source))
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
                let mut rows = input.hashed_rows().unwrap();
                assert!(rows.by_ref().take(count).all(|row| row.is_ok()));
                assert_eq!(rows.fingerprint().unwrap(), fingerprint);
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
        let mut second = input.hashed_rows().unwrap();
        for row in input.rows().unwrap() {
            let line = row.unwrap().line;
            assert_eq!(line, second.next().unwrap().unwrap().line);
            assert_eq!(Some(line), lines.next());
        }
        assert_eq!(lines.next(), None);
        assert!(second.next().is_none());
        assert_eq!(
            second.fingerprint().unwrap(),
            Fingerprint::of(text.as_bytes())
        );
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
