//! Prints clap's help and its errors about the arguments.

use std::process::ExitCode;

use clap::error::{ContextValue, ErrorKind};

use crate::exit::Exit;
use crate::show::out;
use crate::show::text;

/// Prints clap's message, which is the help or an error in the arguments.
pub(crate) fn after_arguments(mut error: clap::Error) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // If this cannot be printed, nobody can be told.
        let _ = error.print();
        return Exit::Done.into();
    }
    escape(&mut error);
    out::note(error.render().to_string().trim_end_matches('\n'));
    Exit::CouldNotStart.into()
}

/// Escapes the arguments in the message. They may be names of files that a shell put in place of a `*`.
fn escape(error: &mut clap::Error) {
    let written: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| {
            Some(match value {
                ContextValue::String(text) => (kind, ContextValue::String(text::one_line(text))),
                ContextValue::Strings(texts) => {
                    let texts = texts.iter().map(text::one_line).collect();
                    (kind, ContextValue::Strings(texts))
                }
                // Hints repeat arguments, too. Clap's colours are escaped with them, because they look the same.
                ContextValue::StyledStrs(texts) => {
                    let texts = texts.iter().map(|text| text::one_line(text).into());
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
