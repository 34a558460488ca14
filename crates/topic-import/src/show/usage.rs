//! What is wrong with the arguments, in clap's words.

use std::process::ExitCode;

use clap::error::{ContextValue, ErrorKind};

use crate::exit::Exit;
use crate::show::out;
use crate::show::text;

/// Prints what clap has to say: help, or an error in the arguments.
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
    out::note(error.render().to_string().trim_end_matches('\n'));
    Exit::CouldNotStart.into()
}

/// Escapes what the message repeats of the arguments: a shell puts the name of any file in the place of a `*`.
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
                // Hints repeat it too. What is coloured in it cannot be told from clap's own colours.
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
