//! `topic-import`: brings the topics of existing communities into Tencent Cloud Chat.
//!
//! - `cli`: what can be written on the command line and in the environment, and what the help says of it
//! - `open`: from the arguments to the input, the journal, the connection and the secrets
//! - `command`: what each command does
//! - `show`: what people and scripts are shown: lines, JSON, progress, the page
//! - `probe`: tries what is believed of the service

mod cli;
mod command;
mod exit;
mod interrupt;
mod open;
mod probe;
mod show;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::mpsc;
use std::thread;

use crate::cli::Command;
use crate::exit::{AtOnce, CannotStart, End, Exit};
use crate::open::secret;
use crate::show::{out, usage};

/// What a panic ends a program with.
const PANICKED: u8 = 101;
/// The stack that the first thread has nearly everywhere.
const STACK_BYTES: usize = 8 * 1024 * 1024;

fn main() -> ExitCode {
    let written: Vec<OsString> = std::env::args_os().collect();
    if let Err(refused) = secret::refuse_passwords(&written) {
        return cannot_start(&refused);
    }
    match cli::help::parse(written) {
        Ok(arguments) => end_of(arguments.command),
        Err(error) => match secret::refuse_to_repeat(&error) {
            Ok(()) => usage::after_arguments(error),
            Err(refused) => cannot_start(&refused),
        },
    }
}

/// Carries a command out in a thread of its own, so that the program can end while the command is still at work.
fn end_of(command: Command) -> ExitCode {
    let (to_main, ended) = mpsc::channel();
    let at_once = AtOnce::new(to_main.clone());
    let started = thread::Builder::new()
        .name("command".into())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            // Where nobody listens any more, the program is ending already.
            let _ = to_main.send(carry_out(&command, &at_once));
        });
    if let Err(error) = started {
        return cannot_start(&CannotStart::new(format!("cannot start: {error}")));
    }
    match ended.recv() {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(why)) => cannot_start(&why),
        Err(mpsc::RecvError) => PANICKED.into(),
    }
}

fn carry_out(command: &Command, at_once: &AtOnce) -> End {
    match command {
        Command::Import(arguments) => command::import::run(arguments, at_once),
        Command::Work(arguments) => command::work::run(arguments, at_once),
        Command::Check(arguments) => command::check::run(arguments, at_once),
        Command::Report(arguments) => command::report::run(arguments),
        Command::Verify(arguments) => command::verify::run(arguments, at_once),
        Command::Undo(arguments) => command::undo::run(arguments, at_once),
        Command::Convert(arguments) => command::convert::run(arguments),
        Command::Sources(arguments) => command::sources::run(arguments),
        Command::Explain(arguments) => command::explain::run(arguments),
        Command::Sign(arguments) => command::sign::run(arguments),
        Command::Probe(arguments) => command::probe::run(arguments),
        Command::Emulate(arguments) => command::emulate::run(arguments),
        Command::Completions(arguments) => command::completions::run(arguments),
        Command::Man(arguments) => command::man::run(arguments),
    }
}

fn cannot_start(why: &CannotStart) -> ExitCode {
    out::note(&format!("topic-import: {why}"));
    Exit::CouldNotStart.into()
}
