//! Reserves room on the journal's disk, so that outcomes can still be recorded when the disk is full.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Enough for the outcomes of all rows that can be claimed at the same time.
const BYTES: usize = 1024 * 1024;

/// An unnamed file that only takes up room. It disappears when this is dropped or the process is killed.
#[derive(Debug)]
pub(super) struct Spare {
    _file: File,
}

impl Spare {
    pub(super) fn on_the_disk_of(directory: &Path) -> io::Result<Self> {
        let mut file = tempfile::tempfile_in(directory)?;
        match file.write_all(&vec![0; BYTES]) {
            // A limit on the size of a single file says nothing about the room on the disk.
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {}
            written => written?,
        }
        file.sync_all()?;
        Ok(Self { _file: file })
    }
}
