use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a state file cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StateFileError {
    /// The file cannot be opened, created or read.
    #[error("cannot use the state file {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// An emulator in this or another process is using the file.
    #[error("the state file {} is in use by another emulator", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
    },
    /// The file contains a line that was not written by an emulator.
    #[error("cannot read the state file {}, line {line}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line's number, from 1.
        line: u64,
        /// What is wrong with the line.
        source: Box<dyn StdError + Send + Sync>,
    },
}
