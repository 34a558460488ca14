//! Where a journal's file is, and which files beside it are its own.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::fault::{Result, file_error};
use crate::journal::{JournalError, JournalName};

/// A journal's file under the name it was given, and under its real one, all links followed: under whatever name it is
/// given, it has one lock and one log.
#[derive(Clone, Debug)]
pub(super) struct Place {
    given: PathBuf,
    real: PathBuf,
}

/// A file, whatever it is called. Only Unix tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileId(#[cfg(unix)] u64, #[cfg(unix)] u64);

impl Place {
    /// Of a journal that is there, or will be.
    pub(super) fn of(given: &Path) -> io::Result<Self> {
        Ok(Self {
            given: given.to_owned(),
            real: real(given)?,
        })
    }

    /// As errors name it.
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

    /// A regular file of one name. Under a second name, another process would find neither its lock nor its log.
    pub(super) fn metadata(&self) -> Result<Metadata> {
        let metadata = match fs::metadata(&self.real) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(JournalError::Missing {
                    journal: self.name(),
                });
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

    pub(super) fn file_id(&self) -> Result<FileId> {
        self.metadata().map(|metadata| file_id(&metadata))
    }

    /// Makes sure that the name still is that of this file: another process may work on what it is the name of now.
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

    /// Makes sure that SQLite would overwrite or remove nothing but its own.
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

    /// Makes sure that the log's index is SQLite's, by what is in it: before a journal is there, nobody can have it open.
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

    /// Whether this file is the one that keeps others out.
    pub(super) fn is_lock(&self, file: &File) -> io::Result<bool> {
        match fs::metadata(self.beside("-lock")) {
            Ok(found) => Ok(file_id(&found) == file_id(&file.metadata()?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether something is in the write-ahead log.
    pub(super) fn has_log(&self) -> bool {
        fs::metadata(self.beside("-wal")).is_ok_and(|metadata| metadata.len() > 0)
    }
}

type IsOwn = fn(&Path, &Metadata) -> io::Result<bool>;

/// What may lie beside a journal under these names. A rollback journal is never made.
const OWN: [(&str, IsOwn); 4] = [
    ("-journal", |_, _| Ok(false)),
    ("-wal", |path, metadata| {
        Ok(metadata.len() == 0 || begins_like_a_log(path)?)
    }),
    // Not looked into: to close it again would take the locks away that SQLite has on it in this process.
    ("-shm", |_, metadata| {
        Ok(metadata.len() <= 3 || metadata.len().is_multiple_of(4096))
    }),
    ("-lock", |_, metadata| Ok(metadata.len() == 0)),
];

/// With what SQLite begins the index of a log.
const INDEX_VERSION: u32 = 3_007_000;

/// SQLite's mark, or zeros where the power went before it was written.
fn begins_like_a_log(path: &Path) -> io::Result<bool> {
    Ok(matches!(
        *beginning(path)?,
        [0x37, 0x7f, 0x06, 0x82 | 0x83] | [0, 0, 0, 0] | []
    ))
}

/// The first bytes of a file; none where there is none.
fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    match File::open(path) {
        Ok(file) => file.take(4).read_to_end(&mut start).map(|_| start),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(start),
        Err(error) => Err(error),
    }
}

/// Opens a file to write it, or makes it, for nobody else to read. Never follows a link.
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

/// Where a file is or will be, links followed.
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
