//! A file that is there as a whole or not at all, and never replaces another.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::exit::CannotStart;
use crate::words;

/// A file under a temporary name beside its own, which it gets at the end.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl NewFile {
    /// The file that an operator named, if it may be written; an empty one counts as none.
    pub(crate) fn create(path: &Path) -> Result<Self, CannotStart> {
        if is_taken(path) {
            return Err(taken(path));
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        if !directory.is_dir() {
            return Err(CannotStart::new(format!(
                "cannot write {}: there is no directory {}",
                words::path(path),
                words::path(directory)
            )));
        }
        let mut temporary = tempfile::Builder::new();
        temporary.prefix(".topic-import-");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            // As for any other file, the umask decides.
            temporary.permissions(fs::Permissions::from_mode(0o666));
        }
        // The error itself would name the temporary file.
        let file = temporary
            .tempfile_in(directory)
            .map_err(|error| cannot_write(path, &error.kind().into()))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where its content is written.
    pub(crate) fn writer(&mut self) -> &mut BufWriter<NamedTempFile> {
        &mut self.file
    }

    /// Why its content could not be written.
    pub(crate) fn error(&self, error: &io::Error) -> CannotStart {
        cannot_write(&self.path, error)
    }

    /// Gives the file its name.
    pub(crate) fn keep(self) -> Result<(), CannotStart> {
        let Self { path, mut file, .. } = self;
        file.flush()
            .and_then(|()| file.get_ref().as_file().sync_all())
            .map_err(|error| cannot_write(&path, &error))?;
        let file = file
            .into_inner()
            .map_err(|error| cannot_write(&path, error.error()))?;
        match keep_as(file, &path) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(taken(&path)),
            Err(error) => Err(cannot_write(&path, &error)),
        }
    }
}

/// Whether two paths would be the same file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let directory = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let directory = fs::canonicalize(directory.unwrap_or(Path::new("."))).ok();
        (directory, path.file_name().map(ToOwned::to_owned))
    };
    place(one) == place(other)
}

fn keep_as(file: NamedTempFile, path: &Path) -> io::Result<File> {
    if is_empty_file(path) {
        Ok(file.persist(path)?)
    } else {
        Ok(file.persist_noclobber(path)?)
    }
}

/// Whether something is there that must not be replaced, be it a link or a device.
fn is_taken(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok() && !is_empty_file(path)
}

fn is_empty_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| data.is_file() && data.len() == 0)
}

fn taken(path: &Path) -> CannotStart {
    CannotStart::new(format!(
        "{} is there already, and would be replaced: name another file, or remove it",
        words::path(path)
    ))
}

fn cannot_write(path: &Path, error: &io::Error) -> CannotStart {
    CannotStart::new(format!(
        "cannot write {}: {}",
        words::path(path),
        words::io_error(error)
    ))
}
