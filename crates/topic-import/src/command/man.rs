//! `man`: a page for the program, and one for each command.

use std::fs;
use std::path::Path;

use clap::CommandFactory as _;

use crate::arguments::{Arguments, ManArguments};
use crate::exit::{CannotStart, Exit};
use crate::words;

pub(crate) fn run(arguments: &ManArguments) -> Result<Exit, CannotStart> {
    let directory = &arguments.directory;
    write(directory).map_err(|error| {
        CannotStart::new(format!(
            "cannot write to {}: {}.\nName a directory that can be written to.",
            directory.display(),
            words::io_error(&error)
        ))
    })?;
    Ok(Exit::Done)
}

fn write(directory: &Path) -> std::io::Result<()> {
    fs::create_dir_all(directory)?;
    // Pages have room for what the help says in a line for all options.
    let definitions = Arguments::command().mut_subcommands(|command| {
        command.mut_args(|argument| argument.hide_env(false).hide_short_help(false))
    });
    clap_mangen::generate_to(definitions, directory)
}
