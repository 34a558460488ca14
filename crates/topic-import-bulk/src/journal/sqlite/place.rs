//! The path of a journal's file, and the files beside it that belong to it.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::fault::{Result, file_error};
use crate::journal::{JournalError, JournalName};

/// The path of a journal's file, as given and with all symbolic links resolved. Because the resolved path is used, a
/// journal has a single lock and a single log, whichever path is given.
#[derive(Clone, Debug)]
pub(super) struct Place {
    given: PathBuf,
    real: PathBuf,
}

/// Identifies a file independently of its name. Only Unix provides this; elsewhere, all files count as the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId(#[cfg(unix)] u64, #[cfg(unix)] u64);

impl Place {
    /// The place of a journal that exists or will be created.
    pub(super) fn of(given: &Path) -> io::Result<Self> {
        Ok(Self {
            given: given.to_owned(),
            real: real(given)?,
        })
    }

    /// The path that was given, which errors show.
    pub(super) fn given(&self) -> &Path {
        &self.given
    }

    pub(super) fn name(&self) -> JournalName {
        self.given.as_path().into()
    }

    pub(super) fn real(&self) -> &Path {
        &self.real
    }

    pub(super) fn directory(&self) -> &Path {
        self.real.parent().unwrap_or(Path::new("."))
    }

    pub(super) fn beside(&self, suffix: &str) -> PathBuf {
        let mut path = OsString::from(&self.real);
        path.push(suffix);
        path.into()
    }

    /// The metadata of the journal's file, which must be a regular file with a single name: under a second name,
    /// another process would find neither its lock nor its log.
    pub(super) fn metadata(&self) -> Result<Metadata> {
        let metadata = match fs::metadata(&self.real) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(self.missing());
            }
            Err(error) => return Err(file_error("open", &self.given, error)),
        };
        if !metadata.is_file() {
            return Err(JournalError::NotAJournal {
                journal: self.name(),
            });
        }
        match links(&metadata) {
            0 | 1 => Ok(metadata),
            names => Err(JournalError::SeveralNames {
                journal: self.name(),
                names,
            }),
        }
    }

    /// The error where there is no journal. If its log is still there, the journal was moved or removed without it.
    fn missing(&self) -> JournalError {
        let log = self.beside("-wal");
        let is_alone = fs::symlink_metadata(&log)
            .is_ok_and(|metadata| metadata.is_file() && metadata.len() > 0)
            && begins_like_a_log(&log).unwrap_or(false);
        if is_alone {
            JournalError::LogAlone {
                journal: self.name(),
                log,
            }
        } else {
            JournalError::Missing {
                journal: self.name(),
            }
        }
    }

    pub(super) fn file_id(&self) -> Result<FileId> {
        self.metadata().map(|metadata| file_id(&metadata))
    }

    /// Returns an error if the path no longer leads to this file, since another process may be working on the file that
    /// is there now.
    pub(super) fn ensure_is_still(&self, file: FileId) -> Result<()> {
        match fs::metadata(&self.real) {
            Ok(metadata) if file_id(&metadata) == file => Ok(()),
            Ok(_) => Err(JournalError::Moved {
                journal: self.name(),
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(JournalError::Moved {
                journal: self.name(),
            }),
            Err(error) => Err(file_error("write", &self.given, error)),
        }
    }

    /// Returns an error if SQLite would overwrite or remove a file that does not belong to the journal.
    pub(super) fn ensure_nothing_is_in_the_way(&self) -> Result<()> {
        for (suffix, is_own) in OWN {
            let path = self.beside(suffix);
            match fs::symlink_metadata(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Ok(metadata) if metadata.is_file() => {
                    if is_own(&path, &metadata)
                        .map_err(|error| file_error("open", &self.given, error))?
                    {
                        continue;
                    }
                }
                Ok(_) => {}
                Err(error) => return Err(file_error("open", &self.given, error)),
            }
            return Err(JournalError::InTheWay {
                journal: self.name(),
                file: path,
            });
        }
        Ok(())
    }

    /// Returns an error if the file of the log's index has content that SQLite did not write. Only call this while
    /// there is no journal, so that no connection can have the file open.
    pub(super) fn ensure_index_is_own(&self) -> Result<()> {
        let file = self.beside("-shm");
        let start = beginning(&file).map_err(|error| file_error("create", &self.given, error))?;
        let is_own = start.len() < 4 || start == [0; 4] || start == INDEX_VERSION.to_ne_bytes();
        if is_own {
            return Ok(());
        }
        Err(JournalError::InTheWay {
            journal: self.name(),
            file,
        })
    }

    /// Whether this is still the lock file that other processes would find.
    pub(super) fn is_lock(&self, file: &File) -> io::Result<bool> {
        match fs::metadata(self.beside("-lock")) {
            Ok(found) => Ok(file_id(&found) == file_id(&file.metadata()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether the write-ahead log contains anything.
    pub(super) fn has_log(&self) -> bool {
        fs::metadata(self.beside("-wal")).is_ok_and(|metadata| metadata.len() > 0)
    }
}

type IsOwn = fn(&Path, &Metadata) -> io::Result<bool>;

/// The names of files beside a journal, and how to tell whether such a file belongs to it. A rollback journal
/// (`-journal`) is never created.
const OWN: [(&str, IsOwn); 4] = [
    ("-journal", |_, _| Ok(false)),
    ("-wal", |path, metadata| {
        Ok(metadata.len() == 0 || begins_like_a_log(path)?)
    }),
    // Its content is not read: closing the file would release the locks that SQLite holds on it in this process.
    ("-shm", |_, metadata| {
        Ok(metadata.len() <= 3 || metadata.len().is_multiple_of(4096))
    }),
    ("-lock", |_, metadata| Ok(metadata.len() == 0)),
];

/// The number with which the index of a log begins.
const INDEX_VERSION: u32 = 3_007_000;

/// Whether a file begins with the magic number of SQLite's log, or with zeros because the power failed before the
/// number was written.
fn begins_like_a_log(path: &Path) -> io::Result<bool> {
    Ok(matches!(
        *beginning(path)?,
        [0x37, 0x7f, 0x06, 0x82 | 0x83] | [0, 0, 0, 0] | []
    ))
}

/// The first four bytes of a file; empty if there is no file.
fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(4).read_to_end(&mut start).map(|_| start),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(start),
        Err(error) => Err(error),
    }
}

/// Opens a file for writing, or creates it so that only its owner can read it. Never follows a symbolic link.
pub(super) fn open_or_create(path: &Path) -> io::Result<File> {
    let mut new = OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    match new.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => return made,
    }
    let found = fs::symlink_metadata(path)?;
    if found.is_file() {
        let file = OpenOptions::new().write(true).open(path)?;
        if file_id(&file.metadata()?) == file_id(&found) {
            return Ok(file);
        }
    }
    let path = path.display();
    Err(io::Error::other(format!("{path} is not a regular file")))
}

#[cfg(unix)]
fn links(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn links(_: &Metadata) -> u64 {
    1
}

#[cfg(unix)]
fn file_id(metadata: &Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt as _;
    FileId(metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn file_id(_: &Metadata) -> FileId {
    FileId()
}

/// The path of a file that exists or will be created, with symbolic links resolved.
fn real(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        found => return found,
    }
    if let Ok(target) = fs::read_link(path) {
        let directory = path.parent().unwrap_or(Path::new(""));
        return real(&directory.join(target));
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let directory = fs::canonicalize(directory).map_err(|error| {
        let directory = directory.display();
        io::Error::new(error.kind(), format!("there is no directory {directory}"))
    })?;
    Ok(directory.join(path.file_name().unwrap_or_default()))
}
