//! A file that appears only when it is complete, and never replaces a file that another program made.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::exit::CannotStart;
use crate::show::text;

/// A file that gets its name at the end. Until then it has none, where the system can do that, so that nothing stays behind
/// whatever ends the program; elsewhere it has a temporary one in the same directory.
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    file: BufWriter<File>,
    temporary: Option<TempPath>,
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
        let directory = directory_of(path);
        if !directory.is_dir() {
            return Err(CannotStart::new(format!(
                "cannot write {}: there is no directory {}",
                text::path(path),
                text::path(directory)
            )));
        }
        let (file, temporary) = if let Some(file) = unnamed::file_in(directory, mode) {
            (file, None)
        } else {
            let mut temporary = named();
            #[cfg(unix)]
            temporary.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
            // The error itself would name the temporary file.
            let file = temporary
                .tempfile_in(directory)
                .map_err(|error| cannot_write(path, &error.kind().into()))?;
            let (file, temporary) = file.into_parts();
            (file, Some(temporary))
        };
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            temporary,
            replaceable,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The writer for the content.
    pub(crate) fn writer(&mut self) -> &mut BufWriter<File> {
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
            temporary,
            replaceable,
        } = self;
        file.flush()
            .and_then(|()| file.get_ref().sync_all())
            .map_err(|error| cannot_write(&path, &error))?;
        match keep_as(file.get_ref(), temporary, &path, replaceable) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(taken(&path)),
            Err(error) => Err(cannot_write(&path, &error)),
        }
    }
}

/// Whether two paths name the same file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| {
        let directory = fs::canonicalize(directory_of(path)).ok();
        (directory, path.file_name().map(ToOwned::to_owned))
    };
    place(one) == place(other)
}

fn keep_as(
    file: &File,
    temporary: Option<TempPath>,
    path: &Path,
    replaceable: Option<&str>,
) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if !is_taken(path, replaceable) => {
            file.set_permissions(found.permissions())?;
            let temporary = match temporary {
                Some(temporary) => temporary,
                // Only a name can take the place of another one.
                None => named()
                    .make_in(directory_of(path), |name| unnamed::name(file, name))?
                    .into_temp_path(),
            };
            Ok(temporary.persist(path)?)
        }
        _ => match temporary {
            Some(temporary) => Ok(temporary.persist_noclobber(path)?),
            None => unnamed::name(file, path),
        },
    }
}

/// Temporary names.
fn named() -> tempfile::Builder<'static, 'static> {
    let mut names = tempfile::Builder::new();
    names.prefix(".topic-import-");
    names
}

/// Files without a name.
#[cfg(target_os = "linux")]
mod unnamed {
    use std::fs::{File, OpenOptions};
    use std::io;
    use std::os::fd::AsRawFd as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::path::Path;

    use rustix::fs::{AtFlags, CWD, OFlags, linkat};

    /// By this name, the kernel shows the files that the program has open.
    const OPEN_FILES: &str = "/proc/self/fd";

    /// A file with this mode, less the umask; `None` where the file system has none without a name.
    pub(super) fn file_in(directory: &Path, mode: u32) -> Option<File> {
        if !Path::new(OPEN_FILES).is_dir() {
            return None;
        }
        let flags = i32::try_from(OFlags::TMPFILE.bits()).ok()?;
        OpenOptions::new()
            .write(true)
            .mode(mode)
            .custom_flags(flags)
            .open(directory)
            .ok()
    }

    /// Gives it a name, which must not exist.
    pub(super) fn name(file: &File, name: &Path) -> io::Result<()> {
        let file = format!("{OPEN_FILES}/{}", file.as_raw_fd());
        Ok(linkat(CWD, file, CWD, name, AtFlags::SYMLINK_FOLLOW)?)
    }
}

/// This system has none.
#[cfg(not(target_os = "linux"))]
mod unnamed {
    use std::fs::File;
    use std::io;
    use std::path::Path;

    pub(super) fn file_in(_: &Path, _: u32) -> Option<File> {
        None
    }

    pub(super) fn name(_: &File, _: &Path) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
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
