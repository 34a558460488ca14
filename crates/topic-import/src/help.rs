//! What clap prints: help, and what is wrong with the arguments.
//!
//! `-h` leaves out what is rarely needed. `--help` says everything, an option to a line or two, so that it fits a screen:
//! clap's own long form gives each option a paragraph.

use std::ffi::OsString;
use std::process::ExitCode;

use clap::error::{ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _};

use crate::arguments::Arguments;
use crate::exit::Exit;
use crate::output;
use crate::words;

/// What was written on the command line.
pub(crate) fn parse(written: Vec<OsString>) -> Result<Arguments, clap::Error> {
    // Without arguments, clap prints help as well. Rewriting every definition takes time: each start would have to wait.
    let is_full = written.len() < 2
        || written
            .iter()
            .any(|word| word == "--help" || word == "help");
    let mut definitions = if is_full {
        said_in_full(Arguments::all_definitions())
    } else {
        Arguments::command()
    };
    let matches = definitions.try_get_matches_from_mut(written)?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut definitions))
}

/// Nothing is left out, and nothing is longer than in the short form.
fn said_in_full(command: clap::Command) -> clap::Command {
    let after = command.get_after_long_help().cloned().unwrap_or_default();
    command
        .after_help(after)
        .after_long_help(None)
        .mut_args(|argument| argument.hide_short_help(false))
        .mut_subcommands(said_in_full)
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
