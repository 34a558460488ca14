//! Standard output, for what scripts read, and standard error, for what people do.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::exit::CannotStart;
use crate::words;

/// Prints one JSON object on a line.
pub(crate) fn json(value: &impl Serialize) -> Result<(), CannotStart> {
    line(&serde_json::to_string(value).unwrap_or_default())
}

/// Prints a line for people. Where nobody can read it, the work goes on all the same.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a line. A reader that has gone away wants no more; a full disk is another matter.
pub(crate) fn line(text: &str) -> Result<(), CannotStart> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CannotStart::new(format!(
            "cannot write to standard output: {}",
            words::io_error(&error)
        ))),
        _ => Ok(()),
    }
}
