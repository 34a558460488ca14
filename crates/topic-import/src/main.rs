//! `topic-import`: brings the topics of existing communities into Tencent Cloud Chat.

mod arguments;
mod command;
mod connection;
mod exit;
mod interrupt;
mod journal;
mod output;
mod progress;
mod reading;
mod secret;
mod words;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::{Arguments, Command};

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return exit::after_arguments(&error),
    };
    let end = match arguments.command {
        Command::Import(arguments) => command::import::run(&arguments),
        Command::Check(arguments) => command::check::run(&arguments),
        Command::Convert(arguments) => command::convert::run(&arguments),
        Command::Explain(arguments) => command::explain::run(&arguments),
        Command::Sign(arguments) => command::sign::run(&arguments),
        Command::Emulate(arguments) => command::emulate::run(&arguments),
    };
    match end {
        Ok(exit) => exit.into(),
        Err(cannot_start) => {
            output::note(&format!("topic-import: {cannot_start}"));
            exit::Exit::CouldNotStart.into()
        }
    }
}
