//! A file that appears only when it is complete, and never replaces a file that another program made.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::exit::CannotStart;
use crate::show::text;

/// A file that is written under a temporary name in the same directory, and gets its own name at the end.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
    /// How an existing file must begin to be replaced; `None` if none may be.
    replaceable: Option<&'static str>,
}

impl NewFile {
    /// Begins a file that only its owner may read. Fails if the path exists, unless as an empty file.
    pub(crate) fn create(path: &Path) -> Result<Self, CannotStart> {
        Self::begin(path, None, 0o600)
    }

    /// Begins a file that everybody may read. It replaces an existing file that begins with `beginning`.
    pub(crate) fn replace(path: &Path, beginning: &'static str) -> Result<Self, CannotStart> {
        Self::begin(path, Some(beginning), 0o666)
    }

    /// Begins a file with this mode, less the umask.
    fn begin(
        path: &Path,
        replaceable: Option<&'static str>,
        mode: u32,
    ) -> Result<Self, CannotStart> {
        if is_taken(path, replaceable) {
            return Err(taken(path));
        }
        let directory = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        if !directory.is_dir() {
            return Err(CannotStart::new(format!(
                "cannot write {}: there is no directory {}",
                text::path(path),
                text::path(directory)
            )));
        }
        let mut temporary = tempfile::Builder::new();
        temporary.prefix(".topic-import-");
        #[cfg(unix)]
        temporary.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
        #[cfg(not(unix))]
        let _ = mode;
        // The error itself would name the temporary file.
        let file = temporary
            .tempfile_in(directory)
            .map_err(|error| cannot_write(path, &error.kind().into()))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            replaceable,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The writer for the content.
    pub(crate) fn writer(&mut self) -> &mut BufWriter<NamedTempFile> {
        &mut self.file
    }

    /// The message for an error in writing the content.
    pub(crate) fn error(&self, error: &io::Error) -> CannotStart {
        cannot_write(&self.path, error)
    }

    /// Gives the file its name.
    pub(crate) fn keep(self) -> Result<(), CannotStart> {
        let Self {
            path,
            mut file,
            replaceable,
        } = self;
        file.flush()
            .and_then(|()| file.get_ref().as_file().sync_all())
            .map_err(|error| cannot_write(&path, &error))?;
        let file = file
            .into_inner()
            .map_err(|error| cannot_write(&path, error.error()))?;
        match keep_as(file, &path, replaceable) {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(taken(&path)),
            Err(error) => Err(cannot_write(&path, &error)),
        }
    }
}

/// Whether two paths name the same file.
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

fn keep_as(file: NamedTempFile, path: &Path, replaceable: Option<&str>) -> io::Result<File> {
    match fs::symlink_metadata(path) {
        Ok(found) if !is_taken(path, replaceable) => {
            file.as_file().set_permissions(found.permissions())?;
            Ok(file.persist(path)?)
        }
        _ => Ok(file.persist_noclobber(path)?),
    }
}

/// Whether the path exists as something that must not be replaced, such as a link or a device.
fn is_taken(path: &Path, replaceable: Option<&str>) -> bool {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_file() => {
            found.len() > 0 && !replaceable.is_some_and(|beginning| begins(path, beginning))
        }
        found => found.is_ok(),
    }
}

fn begins(path: &Path, beginning: &str) -> bool {
    let mut start = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(beginning.len() as u64).read_to_end(&mut start));
    read.is_ok() && start == beginning.as_bytes()
}

fn taken(path: &Path) -> CannotStart {
    CannotStart::new(format!(
        "{} exists already and is not replaced: name another file, or remove it",
        text::path(path)
    ))
}

fn cannot_write(path: &Path, error: &io::Error) -> CannotStart {
    CannotStart::new(format!(
        "cannot write {}: {}",
        text::path(path),
        text::io_error(error)
    ))
}
