//! Room that is kept free on the journal's disk, so that a full one costs no outcome.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Enough for the outcomes of all rows that are claimed at once.
const BYTES: usize = 1024 * 1024;

/// A file without a name that only takes up room: it is gone when this is dropped, or when the process is killed.
#[derive(Debug)]
pub(super) struct Spare {
    _file: File,
}

impl Spare {
    pub(super) fn on_the_disk_of(directory: &Path) -> io::Result<Self> {
        let mut file = tempfile::tempfile_in(directory)?;
        match file.write_all(&vec![0; BYTES]) {
            // A limit to the size of one file is none to the room that all have.
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {}
            written => written?,
        }
        file.sync_all()?;
        Ok(Self { _file: file })
    }
}
