//! The files of an input: one, several, those of a directory, or those in an archive.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;

use crate::input::binary;
use crate::input::fingerprint::{BUFFER_BYTES, Hashing, RunningFingerprint};

/// With what begins what gzip compressed.
pub(crate) const GZIP: &[u8] = b"\x1f\x8b";
/// An archive with files, and one without.
const ZIP: [&[u8]; 2] = [b"PK\x03\x04", b"PK\x05\x06"];

/// A file of an input.
pub(crate) struct Part<'p> {
    /// What it is called in messages, where it is one of several.
    pub(crate) name: Option<&'p str>,
    /// Its path within a whole export.
    pub(crate) path: &'p str,
    pub(crate) reader: &'p mut dyn BufRead,
}

/// Why the files of an input cannot be read.
#[derive(Debug)]
pub(crate) struct PartError {
    pub(crate) what: String,
    pub(crate) source: io::Error,
}

/// Reads a file, or is told that no more are wanted.
pub(crate) type ReadPart<'r> = dyn FnMut(Part<'_>) -> io::Result<ControlFlow<()>> + 'r;

/// The files of an input, one after the other.
pub(crate) struct Parts<'p> {
    /// Which files of a directory or of an archive are wanted: names, or ends of names after a `*`.
    pub(crate) wanted: &'p [String],
    /// Spreadsheets, which are archives themselves, are to be read.
    pub(crate) are_spreadsheets: bool,
    pub(crate) running: &'p RunningFingerprint,
    pub(crate) read: &'p mut ReadPart<'p>,
    /// How many files with such names were passed over as attachments.
    pub(crate) attachments: u64,
}

impl Parts<'_> {
    /// Reads what these paths name, in their order. Returns how many files were passed over as attachments.
    pub(crate) fn paths(mut self, paths: &[PathBuf]) -> Result<u64, PartError> {
        let is_one = paths.len() == 1;
        for path in paths {
            let shown = path.display().to_string();
            let flow = if path.is_dir() {
                self.directory(path)?
            } else {
                let file = File::open(path).map_err(|source| failed(&shown, source))?;
                self.file(file, &shown, is_one)?
            };
            if flow.is_break() {
                break;
            }
        }
        Ok(self.attachments)
    }

    /// Reads a stream of this name. Returns how many files were passed over as attachments.
    pub(crate) fn stream(mut self, name: &str, stream: impl Read) -> Result<u64, PartError> {
        let failed = |source| failed(name, source);
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, stream);
        let start = reader.fill_buf().map_err(failed)?;
        let is_archive = ZIP.iter().any(|magic| start.starts_with(magic));
        if !is_archive || self.are_spreadsheets {
            return self.part(reader, None, name, name).map(|_| 0);
        }
        // The list of an archive's files is at its end.
        let mut file = tempfile::tempfile().map_err(failed)?;
        io::copy(&mut reader, &mut file).map_err(failed)?;
        file.rewind().map_err(failed)?;
        self.archive(file, name).map(|_| self.attachments)
    }

    /// Leaves those of the files of an export that are wanted, by their paths in it.
    fn retain_wanted<F>(&mut self, files: &mut Vec<F>, path: impl Fn(&F) -> String) {
        let paths: HashSet<String> = files.iter().map(&path).collect();
        files.retain(|file| {
            let path = path(file);
            let is_wanted = is_wanted(self.wanted, &path);
            let is_attachment = is_wanted && is_attachment(&path, &paths);
            self.attachments += u64::from(is_attachment);
            is_wanted && !is_attachment
        });
    }

    fn directory(&mut self, directory: &Path) -> Result<ControlFlow<()>, PartError> {
        let mut files = Vec::new();
        list(directory, &mut files)?;
        files.sort();
        self.retain_wanted(&mut files, |file| within(file, directory));
        if files.is_empty() {
            return Err(self.none_wanted(&directory.display().to_string()));
        }
        for path in files {
            let shown = path.display().to_string();
            let within = within(&path, directory);
            let file = File::open(&path).map_err(|source| failed(&shown, source))?;
            let reader = BufReader::with_capacity(BUFFER_BYTES, file);
            if self.part(reader, Some(&shown), &within, &shown)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn file(
        &mut self,
        mut file: File,
        shown: &str,
        is_one: bool,
    ) -> Result<ControlFlow<()>, PartError> {
        let mut start = [0; 4];
        let is_regular = file.metadata().is_ok_and(|data| data.is_file());
        if is_regular && (is_zip_by_name(shown) || !self.are_spreadsheets) {
            let length = file
                .read(&mut start)
                .map_err(|source| failed(shown, source))?;
            file.rewind().map_err(|source| failed(shown, source))?;
            if ZIP.iter().any(|magic| start[..length].starts_with(magic)) {
                return self.archive(file, shown);
            }
        }
        let reader = BufReader::with_capacity(BUFFER_BYTES, file);
        let name = (!is_one).then_some(shown);
        self.part(reader, name, shown, shown)
    }

    /// Reads the wanted files in an archive, in the order of their names.
    fn archive(
        &mut self,
        archive: impl Read + Seek,
        shown: &str,
    ) -> Result<ControlFlow<()>, PartError> {
        let unzipped = |error| failed(shown, io::Error::other(error));
        let reader = BufReader::with_capacity(BUFFER_BYTES, archive);
        let mut archive = ZipArchive::new(reader).map_err(unzipped)?;
        // A name that cannot be decoded is none of those that are wanted.
        let names = archive.file_names().flatten();
        let mut names: Vec<String> = names.map(std::borrow::Cow::into_owned).collect();
        names.sort();
        names.retain(|name| !name.ends_with('/'));
        self.retain_wanted(&mut names, Clone::clone);
        if names.is_empty() {
            return Err(self.none_wanted(shown));
        }
        for name in names {
            let shown = format!("{shown}/{name}");
            let unzipped = |error| failed(&shown, io::Error::other(error));
            let file = archive.by_name(&name).map_err(unzipped)?;
            let reader = BufReader::with_capacity(BUFFER_BYTES, file);
            if self.part(reader, Some(&shown), &name, &shown)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Reads a file that is no archive, but may be compressed. `name` is what it is called where it is one of several.
    fn part(
        &mut self,
        mut reader: impl BufRead,
        name: Option<&str>,
        path: &str,
        shown: &str,
    ) -> Result<ControlFlow<()>, PartError> {
        let start = loop {
            match reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                start => break start.map_err(|source| failed(shown, source))?,
            }
        };
        if !start.starts_with(GZIP) {
            return self.unpacked(reader, name, path, shown);
        }
        let reader = BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(reader));
        let path = path.strip_suffix(".gz").unwrap_or(path);
        self.unpacked(reader, name, path, shown)
    }

    fn unpacked(
        &mut self,
        reader: impl BufRead,
        name: Option<&str>,
        path: &str,
        shown: &str,
    ) -> Result<ControlFlow<()>, PartError> {
        if name.is_some() {
            self.running.pass_name(path);
        }
        let hashing = Hashing::new(reader, self.running.clone());
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, hashing);
        let start = reader.fill_buf().map_err(|source| failed(shown, source))?;
        if let Some(what) = binary::no_text(start) {
            return Err(failed(shown, io::Error::other(what)));
        }
        let part = Part {
            name,
            path,
            reader: &mut reader,
        };
        (self.read)(part).map_err(|source| failed(shown, source))
    }

    fn none_wanted(&self, shown: &str) -> PartError {
        let wanted = self.wanted.join(", ");
        let message = if wanted.is_empty() {
            "it holds several files, and nothing says which are to be read".to_owned()
        } else {
            format!("it holds none of the files that are to be read: {wanted}")
        };
        failed(shown, io::Error::other(message))
    }
}

fn failed(what: &str, source: io::Error) -> PartError {
    PartError {
        what: what.to_owned(),
        source,
    }
}

/// Spreadsheets are archives as well: among them, an archive is told by its name.
fn is_zip_by_name(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("zip"))
}

/// All files below a directory. Links are not followed: they could lead anywhere.
fn list(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), PartError> {
    let shown = directory.display().to_string();
    let entries = fs::read_dir(directory).map_err(|source| failed(&shown, source))?;
    for entry in entries {
        let entry = entry.map_err(|source| failed(&shown, source))?;
        let kind = entry.file_type().map_err(|source| failed(&shown, source))?;
        if kind.is_dir() {
            list(&entry.path(), files)?;
        } else if kind.is_file() {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The path of a file within a directory, with slashes everywhere.
fn within(file: &Path, directory: &Path) -> String {
    let path = file.strip_prefix(directory).unwrap_or(file);
    let parts = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

/// Whether a file of an export is to be read: its name is one of these, or begins and ends as one of them around its `*`.
fn is_wanted(wanted: &[String], path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let name = name.strip_suffix(".gz").unwrap_or(name);
    // What a Mac adds to archives.
    let is_resource = path.starts_with("__MACOSX/") || name.starts_with("._");
    !is_resource
        && wanted.iter().any(|wanted| match wanted.split_once('*') {
            None => name == wanted,
            Some((start, end)) => {
                name.len() >= start.len() + end.len()
                    && name.starts_with(start)
                    && name.ends_with(end)
            }
        })
}

/// How the name of a folder of attachments ends. The rest of it is the name of the export that they belong to, as
/// `DiscordChatExporter` writes both.
const ATTACHMENTS: &str = "_Files";

/// Whether a file is in the folder of attachments of one of these files.
fn is_attachment(path: &str, files: &HashSet<String>) -> bool {
    let ends = path.match_indices('/').map(|(end, _)| &path[..end]);
    let mut exports = ends.filter_map(|folder| folder.strip_suffix(ATTACHMENTS));
    exports.any(|export| files.contains(export) || files.contains(&format!("{export}.gz")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_an_export_are_told_by_their_names() {
        let wanted = ["channels.json".to_owned(), "spaces*.json".to_owned()];
        for (path, is_one) in [
            ("channels.json", true),
            ("export 2020/channels.json", true),
            ("channels.json.gz", true),
            ("spaces.json", true),
            ("spaces-2.json", true),
            ("general/2020-01-01.json", false),
            ("my-channels.json", false),
            ("__MACOSX/channels.json", false),
            ("__MACOSX/._channels.json", false),
            ("._channels.json", false),
        ] {
            assert_eq!(is_wanted(&wanted, path), is_one, "{path}");
        }
    }
}
