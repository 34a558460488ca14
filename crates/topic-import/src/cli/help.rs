//! The help that clap prints.
//!
//! `-h` leaves out what is rarely needed. `--help` says everything, an option to a line or two, so that it fits a screen:
//! clap's own long form gives each option a paragraph.

use std::ffi::OsString;

use clap::{CommandFactory as _, FromArgMatches as _};

use super::Arguments;

/// What was written on the command line.
pub(crate) fn parse(written: Vec<OsString>) -> Result<Arguments, clap::Error> {
    // Without arguments, clap prints help as well. Rewriting every definition takes time: each start would have to wait.
    let is_full = written.len() < 2
        || written
            .iter()
            .any(|word| word == "--help" || word == "help");
    let mut definitions = if is_full {
        said_in_full(Arguments::command())
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
