//! The help that clap prints.
//!
//! `-h` leaves out what is rarely needed, so that it fits on a screen. `--help` explains every option in as many
//! lines as it takes, but without the empty lines that clap's own long form puts around each option.

use std::ffi::OsString;

use clap::FromArgMatches as _;

use super::{Arguments, definition};

/// Parses the words of the command line.
pub(crate) fn parse(written: Vec<OsString>) -> Result<Arguments, clap::Error> {
    // Clap prints the help also if there are no arguments. Definitions are rewritten only then, because it takes time.
    let is_full = written.len() < 2
        || written
            .iter()
            .any(|word| word == "--help" || word == "help");
    let mut definitions = if is_full {
        said_in_full(definition())
    } else {
        definition()
    };
    let matches = definitions.try_get_matches_from_mut(written)?;
    Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut definitions))
}

/// Shows every option, in the layout of the short form.
fn said_in_full(command: clap::Command) -> clap::Command {
    let after = command.get_after_long_help().cloned().unwrap_or_default();
    command
        .after_help(after)
        .after_long_help(None)
        .mut_args(|argument| argument.hide_short_help(false))
        .mut_subcommands(said_in_full)
}
