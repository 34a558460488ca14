//! How the program ends.

use std::fmt;
use std::process::ExitCode;

/// The exit statuses of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// Everything is done.
    Done = 0,
    /// Nothing can have been changed: arguments, configuration, bad rows, an endpoint that is not there, a wrong key, a
    /// community that is missing.
    CouldNotStart = 1,
    /// Done, but some rows were not imported, or problems were found.
    Incomplete = 2,
    /// Stopped after something may have been sent; running the same command again continues.
    Stopped = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The message that says why a command could not start, and what to do about it.
#[derive(Debug)]
pub(crate) struct CannotStart(String);

impl CannotStart {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for CannotStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a command ended.
pub(crate) type End = Result<Exit, CannotStart>;
