//! Room that is kept free on the journal's disk, so that a full one costs no outcome.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Enough for the outcomes of all rows that are claimed at once.
const BYTES: usize = 1024 * 1024;

/// A file beside the journal that only takes up room; it is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Spare {
    path: PathBuf,
}

impl Spare {
    pub(super) fn beside(journal: &Path) -> io::Result<Self> {
        let mut path = journal.as_os_str().to_owned();
        path.push("-spare");
        let spare = Self { path: path.into() };
        let mut file = File::create(&spare.path)?;
        match file.write_all(&vec![0; BYTES]) {
            // A limit to the size of one file is none to the room that all have.
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {}
            written => written?,
        }
        file.sync_all()?;
        Ok(spare)
    }
}

impl Drop for Spare {
    fn drop(&mut self) {
        // Where it cannot be removed, the next one takes its place.
        let _ = fs::remove_file(&self.path);
    }
}
