//! Where rows come from: a file, or standard input kept in a temporary file, so that it can be read twice.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use topic_import_core::escaped;

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
    Spooled(File),
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

    /// A stream, read to its end into a temporary file.
    pub fn spool(
        stream: impl Read,
        format: Format,
        settings: RowSettings,
    ) -> Result<Self, InputError> {
        match keep(stream) {
            Ok(file) => Ok(Self {
                source: Source::Spooled(file),
                format,
                settings,
            }),
            Err(source) => Err(InputError {
                what: "standard input".into(),
                source,
            }),
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
    pub fn rows(&self) -> Result<Rows<BufReader<File>>, InputError> {
        self.rows_of(|file| Ok(BufReader::with_capacity(BUFFER_BYTES, file)))
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
        reader: impl FnOnce(File) -> io::Result<R>,
    ) -> Result<Rows<R>, InputError> {
        self.open()
            .and_then(reader)
            .and_then(|reader| Rows::new(reader, self.format, self.settings.clone()))
            .map_err(|source| self.error(source))
    }

    pub(crate) fn error(&self, source: io::Error) -> InputError {
        let what = match &self.source {
            Source::Path(path) => path.display().to_string(),
            Source::Spooled(_) => "standard input".into(),
        };
        InputError { what, source }
    }

    fn open(&self) -> io::Result<File> {
        match &self.source {
            Source::Path(path) => File::open(path),
            Source::Spooled(file) => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(0))?;
                Ok(file)
            }
        }
    }
}

fn keep(mut stream: impl Read) -> io::Result<File> {
    let mut file = tempfile::tempfile()?;
    io::copy(&mut stream, &mut file)?;
    Ok(file)
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
}
