//! `topic-import`: brings the topics of existing communities into Tencent Cloud Chat.

mod arguments;
mod command;
mod connection;
mod deferred;
mod exit;
mod help;
mod interrupt;
mod journal;
mod json_list;
mod new_file;
mod output;
mod page;
mod probe;
mod progress;
mod reading;
mod secret;
mod sweep;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::arguments::Command;

fn main() -> ExitCode {
    let written: Vec<OsString> = std::env::args_os().collect();
    if let Err(refused) = secret::refuse_passwords(&written) {
        output::note(&format!("topic-import: {refused}"));
        return exit::Exit::CouldNotStart.into();
    }
    let arguments = match help::parse(written) {
        Ok(arguments) => arguments,
        Err(error) => match secret::refuse_to_repeat(&error) {
            Ok(()) => return help::after_arguments(error),
            Err(refused) => {
                output::note(&format!("topic-import: {refused}"));
                return exit::Exit::CouldNotStart.into();
            }
        },
    };
    let end = match arguments.command {
        Command::Import(arguments) => command::import::run(&arguments.0),
        Command::Work(arguments) => command::work::run(&arguments.0),
        Command::Check(arguments) => command::check::run(&arguments.0),
        Command::Report(arguments) => command::report::run(&arguments.0),
        Command::Verify(arguments) => command::verify::run(&arguments.0),
        Command::Undo(arguments) => command::undo::run(&arguments.0),
        Command::Convert(arguments) => command::convert::run(&arguments.0),
        Command::Explain(arguments) => command::explain::run(&arguments.0),
        Command::Sign(arguments) => command::sign::run(&arguments.0),
        Command::Probe(arguments) => command::probe::run(&arguments.0),
        Command::Emulate(arguments) => command::emulate::run(&arguments.0),
        Command::Completions(arguments) => command::completions::run(&arguments.0),
        Command::Man(arguments) => command::man::run(&arguments.0),
    };
    match end {
        Ok(exit) => exit.into(),
        Err(cannot_start) => {
            output::note(&format!("topic-import: {cannot_start}"));
            exit::Exit::CouldNotStart.into()
        }
    }
}
