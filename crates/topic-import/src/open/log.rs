//! A log of what the program says and of how every call ends, as JSON lines. No secret is in it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::cli::VERSION;
use crate::exit::CannotStart;
use crate::show::out;
use crate::show::text;

/// How a log begins that this program made, so that it may be continued.
const BEGINNING: &str = "{\"log\":\"topic-import\"";
/// What is logged. Other libraries could log URLs, which contain signatures.
const TARGETS: &str = "topic_import";

/// From now on, everything goes to this file as well.
pub(crate) fn begin(path: &Path) -> Result<(), CannotStart> {
    let file = open(path).map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::NotFound => "there is no such directory: check the path".to_owned(),
            _ => text::io_error(&error),
        };
        CannotStart::new(format!("cannot write {}: {why}", text::path(path)))
    })?;
    let Some(file) = file else {
        return Err(CannotStart::new(format!(
            "{} exists already and is no log of this program: name another file with --log-file, or remove it",
            text::path(path)
        )));
    };
    let log = Log {
        file,
        name: text::path(path),
        has_failed: AtomicBool::new(false),
    };
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .with_current_span(false)
        .log_internal_errors(false)
        .with_writer(log);
    let targets = Targets::new().with_target(TARGETS, Level::DEBUG);
    let subscriber = tracing_subscriber::registry().with(targets).with(lines);
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|error| CannotStart::new(text::chain(&error)))?;
    tracing::info!(version = VERSION, "the program begins");
    Ok(())
}

/// Creates a log that only its owner may read, or opens one to continue it. `None` if something else has its name.
fn open(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.append(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.clone().create_new(true).open(path) {
        Ok(mut file) => {
            writeln!(file, "{BEGINNING}}}")?;
            Ok(Some(file))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Not opened before it is known to be a file: a pipe would wait for somebody to read it.
            if !fs::symlink_metadata(path)?.is_file() {
                return Ok(None);
            }
            let file = options.open(path)?;
            Ok((is_at(&file, path)? && begins(&file)?).then_some(file))
        }
        Err(error) => Err(error),
    }
}

/// Whether the file itself is at this path, and not behind a link that has been put there meanwhile.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let (opened, there) = (file.metadata()?, fs::symlink_metadata(path)?);
    Ok(there.is_file() && (opened.dev(), opened.ino()) == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    Ok(fs::symlink_metadata(path)?.is_file())
}

fn begins(file: &File) -> io::Result<bool> {
    let mut start = Vec::new();
    file.take(BEGINNING.len() as u64).read_to_end(&mut start)?;
    Ok(start == BEGINNING.as_bytes())
}

struct Log {
    file: File,
    name: String,
    has_failed: AtomicBool,
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = &'a Self;

    fn make_writer(&'a self) -> &'a Self {
        self
    }
}

/// After an error, nothing more is written: the work goes on without its log, and that is said.
impl Write for &Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if !self.has_failed.load(Relaxed)
            && let Err(error) = (&self.file).write_all(line)
            && !self.has_failed.swap(true, Relaxed)
        {
            out::note(&format!(
                "topic-import: cannot write to the log {}, so nothing more is logged; the work goes on: {}",
                self.name,
                text::io_error(&error)
            ));
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
