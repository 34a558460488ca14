//! How the program ends.

use std::fmt;
use std::process::ExitCode;

use clap::error::{ContextValue, ErrorKind};

use crate::output;
use crate::words;

/// What the exit status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    /// All there.
    Done = 0,
    /// Nothing can have been sent: arguments, configuration, bad rows, an endpoint that is not there.
    CouldNotStart = 1,
    /// Done, but some rows were not imported, or problems were found.
    Incomplete = 2,
    /// Stopped after something may have been sent; the same command goes on.
    Stopped = 3,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command could not start: what, and what to do.
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

/// Prints what clap has to say. Help is no error; everything else is one of the arguments.
pub(crate) fn after_arguments(mut error: clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // Where this cannot be printed, there is nobody to tell.
        let _ = error.print();
        return Exit::Done.into();
    }
    escape(&mut error);
    output::note(error.render().to_string().trim_end_matches('\n'));
    Exit::CouldNotStart.into()
}

/// Has what was written repeated so that it can be seen: a shell puts any file's name in the place of a `*`.
fn escape(error: &mut clap::Error) {
    let written: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| {
            Some(match value {
                ContextValue::String(text) => (kind, ContextValue::String(words::one_line(text))),
                ContextValue::Strings(texts) => {
                    let texts = texts.iter().map(words::one_line).collect();
                    (kind, ContextValue::Strings(texts))
                }
                // Hints repeat it too. What is coloured in it cannot be told from clap's own colours.
                ContextValue::StyledStrs(texts) => {
                    let texts = texts.iter().map(|text| words::one_line(text).into());
                    (kind, ContextValue::StyledStrs(texts.collect()))
                }
                _ => return None,
            })
        })
        .collect();
    for (kind, value) in written {
        error.insert(kind, value);
    }
}
