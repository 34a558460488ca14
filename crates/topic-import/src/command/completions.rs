//! `completions`: the script with which a shell completes this program's arguments.

use clap::Command;

use crate::cli;
use crate::cli::completions::CompletionsArguments;
use crate::exit::{CannotStart, Exit};
use crate::show::out;

pub(crate) fn run(arguments: &CompletionsArguments) -> Result<Exit, CannotStart> {
    let mut offered = offered(&cli::definition());
    let name = offered.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut offered, name, &mut script);
    out::data(String::from_utf8_lossy(&script).trim_end())?;
    Ok(Exit::Done)
}

/// The definition without hidden arguments: otherwise a shell would offer `--secret-key`, which is refused.
fn offered(command: &Command) -> Command {
    let arguments = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set());
    Command::new(command.get_name().to_owned())
        .about(command.get_about().cloned().unwrap_or_default())
        .args(arguments)
        .subcommands(command.get_subcommands().map(offered))
}
