//! From bytes to a checked row. Nothing here sends anything or knows of a journal.

pub(crate) mod binary;
pub(crate) mod communities;
pub(crate) mod draft;
pub(crate) mod element;
pub(crate) mod export;
pub(crate) mod field;
pub(crate) mod fingerprint;
pub(crate) mod format;
pub(crate) mod group_fields;
pub(crate) mod groups;
pub(crate) mod jq;
pub(crate) mod left_out;
pub(crate) mod mapped;
pub(crate) mod mapping;
pub(crate) mod parts;
pub(crate) mod place;
pub(crate) mod problem;
pub(crate) mod row;
pub(crate) mod row_reader;
pub(crate) mod rows;
pub(crate) mod settings;
pub(crate) mod source;
pub(crate) mod text;

pub use communities::{Communities, CommunitiesFormat, InputCommunity};
pub use element::Element;
pub use export::{Export, ExportError};
pub use field::shorten::Shortened;
pub use field::time_zone::{TimeZone, UnknownTimeZone};
pub use fingerprint::Fingerprint;
pub use format::Format;
pub use groups::{Groups, GroupsError};
pub use left_out::{LeftOut, LeftOutReason};
pub use mapping::{Expression, ExpressionError, Mapping, MappingError, Mappings};
pub use place::{NotAPlace, Place};
pub use problem::{Problem, ProblemRule};
pub use row::InputRow;
pub use rows::InputEnd;
pub use settings::{AccountDigits, RowSettings};
pub use text::encoding::{TextEncoding, UnknownEncoding};
pub use text::lines::MAX_LINE_BYTES;
pub use text::sheet::{SPREADSHEET_THREAD, Sheet};

use std::fmt;
use std::io::{self, Cursor, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use topic_import_core::escaped;

use crate::input::fingerprint::RunningFingerprint;
use crate::input::parts::{PartError, Parts, ReadPart};
use crate::input::rows::Rows;

/// What rows are read from, how they are written, and what holds for all of them.
#[derive(Debug)]
pub struct Input {
    source: Source,
    format: Format,
    settings: RowSettings,
    communities: Communities,
}

enum Source {
    Paths(Vec<PathBuf>),
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
            Self::Paths(paths) => paths
                .first()
                .map_or_else(String::new, |path| path.display().to_string()),
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
    /// A file, which may be compressed with gzip; or a directory or a ZIP archive, of which those files are read that the
    /// format knows. It is opened when its rows are asked for.
    pub fn file(path: impl Into<PathBuf>, format: Format, settings: RowSettings) -> Self {
        Self::files([path.into()], format, settings)
    }

    /// Several of them, one after the other.
    pub fn files(
        paths: impl IntoIterator<Item = PathBuf>,
        format: Format,
        settings: RowSettings,
    ) -> Self {
        Self {
            source: Source::Paths(paths.into_iter().collect()),
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
    pub const fn format(&self) -> &Format {
        &self.format
    }

    /// What holds for every row.
    pub const fn settings(&self) -> &RowSettings {
        &self.settings
    }

    /// Gives each row, from the first, and says in the end what is known only then. A stream can be read once.
    ///
    /// # Errors
    /// Where the input cannot be read. Bad rows are no error.
    pub fn each_row(&self, mut see: impl FnMut(InputRow)) -> Result<InputEnd, InputError> {
        let (end, _) = self.read(&mut |row| {
            see(row);
            ControlFlow::Continue(())
        })?;
        Ok(end)
    }

    /// Gives each row until no more are wanted; says in the end what is known only then, and the fingerprint of all bytes,
    /// which are read whatever is wanted.
    pub(crate) fn read(
        &self,
        take: &mut dyn FnMut(InputRow) -> ControlFlow<()>,
    ) -> Result<(InputEnd, Fingerprint), InputError> {
        let mut rows = Rows::new(&self.settings);
        let running = RunningFingerprint::default();
        let attachments =
            self.each_part(&running, &mut |part| rows.read(part, &self.format, take))?;
        let end = InputEnd {
            attachments,
            ..rows.end()
        };
        Ok((end, running.so_far()))
    }

    /// The fingerprint of all bytes that are read for the rows, in memory that does not grow with them. It reads a stream to
    /// its end.
    ///
    /// # Errors
    /// Where the input cannot be read.
    pub fn fingerprint(&self) -> Result<Fingerprint, InputError> {
        let running = RunningFingerprint::default();
        self.each_part(&running, &mut |part| {
            io::copy(part.reader, &mut io::sink())?;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(running.so_far())
    }

    /// Reads each file, and says how many were passed over as attachments.
    fn each_part(
        &self,
        running: &RunningFingerprint,
        read: &mut ReadPart<'_>,
    ) -> Result<u64, InputError> {
        let wanted = self.format.files();
        let parts = Parts {
            wanted: &wanted,
            are_spreadsheets: self.format == Format::Spreadsheet,
            running,
            read,
            attachments: 0,
        };
        let name = self.source.name();
        let read = match &self.source {
            Source::Paths(paths) => parts.paths(paths),
            Source::Bytes(bytes) => parts.stream(&name, Cursor::new(Arc::clone(bytes))),
            Source::Stream(_, stream) => {
                let stream = stream.lock().unwrap_or_else(PoisonError::into_inner).take();
                match stream {
                    Some(stream) => parts.stream(&name, stream),
                    None => return Err(self.error(io::Error::other("it was read already"))),
                }
            }
        };
        read.map_err(|PartError { what, source }| InputError { what, source })
    }

    pub(crate) fn error(&self, source: io::Error) -> InputError {
        InputError {
            what: self.source.name(),
            source,
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
        let error = missing.each_row(|_| {}).unwrap_err();
        assert_eq!(error.to_string(), r"cannot read no/a\nb\u{202e}.csv");
        assert_eq!(error.what, "no/a\nb\u{202e}.csv");
    }

    #[test]
    fn all_bytes_count_however_many_rows_are_read() {
        let text = "GroupId,TopicName\n".repeat(20_000);
        for format in [Format::Jsonl, Format::Csv] {
            let input = Input::bytes(text.as_bytes(), format, RowSettings::default());
            let fingerprint = input.fingerprint().unwrap();
            for count in [1, 2, 7_000, usize::MAX] {
                let mut rows = 0;
                let (_, read) = input
                    .read(&mut |_| {
                        rows += 1;
                        if rows == count {
                            ControlFlow::Break(())
                        } else {
                            ControlFlow::Continue(())
                        }
                    })
                    .unwrap();
                assert_eq!(rows, count.min(rows));
                assert_eq!(read, fingerprint);
            }
        }
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
        let mut count = 0;
        input.each_row(|_| count += 1).unwrap();
        assert_eq!(count, 1);
        let error = input.each_row(|_| {}).unwrap_err();
        assert_eq!(error.to_string(), "cannot read standard input");
        assert_eq!(error.source.to_string(), "it was read already");
    }
}
