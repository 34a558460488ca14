//! Standard output, for what scripts read, and standard error, for what people do.

use std::io::{self, Write as _};

use serde::Serialize;

use crate::exit::CannotStart;
use crate::show::text;

/// Prints one JSON object on a line.
pub(crate) fn json(value: &impl Serialize) -> Result<(), CannotStart> {
    data(&serde_json::to_string(value).expect("what is printed has text as its keys"))
}

/// Prints lines for people on standard error. Where that fails, the work goes on all the same.
///
/// Texts of strangers have passed through [`text::one_line`] before they became part of a line, or they could end it and
/// begin another. Any other control character is escaped here at the latest.
pub(crate) fn note(text: &str) {
    let lines: Vec<String> = text.split('\n').map(text::one_line).collect();
    let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
}

/// Prints a line for people on standard output.
pub(crate) fn line(text: &str) -> Result<(), CannotStart> {
    data(&text::one_line(text))
}

/// Prints a text for programs, exactly. A reader that has gone away wants no more; a full disk is another matter.
pub(crate) fn data(text: &str) -> Result<(), CannotStart> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CannotStart::new(format!(
            "cannot write to standard output: {}",
            text::io_error(&error)
        ))),
        _ => Ok(()),
    }
}
