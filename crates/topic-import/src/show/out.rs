//! Standard output for results, which scripts may read, and standard error for messages to people.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::exit::CannotStart;
use crate::show::text;

/// Prints a JSON value on one line.
pub(crate) fn json(value: &impl Serialize) -> Result<(), CannotStart> {
    data(&serde_json::to_string(value).expect("what is printed has text as its keys"))
}

/// Prints a message for people on standard error. An error in printing is ignored, so that the work goes on.
///
/// The message may have several lines, so the caller must pass texts from outside through [`text::one_line`] before
/// they become a part of it: they could contain line ends. All other control characters are escaped here.
pub(crate) fn note(text: &str) {
    let lines: Vec<String> = text.split('\n').map(text::one_line).collect();
    let text = lines.join("\n");
    tracing::info!("{text}");
    let _ = writeln!(io::stderr(), "{text}");
}

/// Prints a line for people on standard output.
pub(crate) fn line(text: &str) -> Result<(), CannotStart> {
    let text = text::one_line(text);
    tracing::info!("{text}");
    data(&text)
}

/// Prints a text on standard output exactly as it is. A pipe whose reader has gone is no error; a full disk is.
pub(crate) fn data(text: &str) -> Result<(), CannotStart> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CannotStart::new(format!(
            "cannot write to standard output: {}",
            text::io_error(&error)
        ))),
        _ => Ok(()),
    }
}
