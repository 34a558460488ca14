//! `topic-import`: imports the topics of existing communities into Tencent Cloud Chat.
//!
//! - `cli`: the command line, the environment variables and the help
//! - `open`: opens what the arguments name: the input, the journal, the connection and the secrets
//! - `command`: what each command does
//! - `show`: all output: lines, JSON, progress and the report as a page
//! - `probe`: tests what this program believes about the service

mod cli;
mod command;
mod exit;
mod interrupt;
mod open;
mod probe;
mod show;

use std::ffi::OsString;
use std::io;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::mpsc::{self, Sender};
use std::thread;

use topic_import_bulk::input::SPREADSHEET_THREAD;

use crate::cli::Command;
use crate::exit::{CannotStart, End, Exit};
use crate::interrupt::Interrupts;
use crate::open::{journal, log, secret};
use crate::show::{out, usage};

/// The exit status of a Rust program that panicked.
const PANICKED: u8 = 101;
/// The size that the main thread's stack has on most systems; a spawned thread gets less by default.
const STACK_BYTES: usize = 8 * 1024 * 1024;

fn main() -> ExitCode {
    say_no_panic_of_a_spreadsheet();
    let written: Vec<OsString> = std::env::args_os().collect();
    if let Err(refused) = secret::refuse_passwords(&written) {
        return cannot_start(&refused);
    }
    match cli::help::parse(written.clone()) {
        Ok(arguments) => end_of(arguments.command, &written),
        Err(error) => match secret::refuse_to_repeat(&error) {
            Ok(()) => usage::after_arguments(error, &written),
            Err(refused) => cannot_start(&refused),
        },
    }
}

/// A panic over a damaged spreadsheet is told as an error of the input, and as nothing else.
fn say_no_panic_of_a_spreadsheet() {
    let say = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if thread::current().name() != Some(SPREADSHEET_THREAD) {
            say(panic);
        }
    }));
}

/// Carries out a command in its own thread, so that the program can end while the command is still working.
fn end_of(command: Command, written: &[OsString]) -> ExitCode {
    if let Some(path) = command.log_file()
        && let Err(why) = log::begin(path)
    {
        return cannot_start(&why);
    }
    let (to_main, ended) = mpsc::channel();
    let interrupts = match Interrupts::listen(to_main.clone(), written) {
        Ok(interrupts) => interrupts,
        Err(error) => {
            let why = format!("cannot wait for Ctrl-C: {error}");
            return cannot_start(&CannotStart::new(why));
        }
    };
    let started = start(to_main, move || carry_out(&command, &interrupts));
    if let Err(error) = started {
        return cannot_start(&CannotStart::new(format!("cannot start: {error}")));
    }
    let end = ended.recv();
    journal::remove_temporary();
    match end {
        Ok(Some(Ok(exit))) => exit.into(),
        Ok(Some(Err(why))) => cannot_start(&why),
        Ok(None) | Err(mpsc::RecvError) => PANICKED.into(),
    }
}

/// Works in a thread of its own and sends its end to `main`; `None` if it panicked.
fn start(
    to_main: Sender<Option<End>>,
    work: impl FnOnce() -> End + Send + 'static,
) -> io::Result<()> {
    let thread = thread::Builder::new().name("command".into());
    thread.stack_size(STACK_BYTES).spawn(move || {
        let end = panic::catch_unwind(AssertUnwindSafe(work)).ok();
        // If `main` no longer receives, the program is already ending.
        let _ = to_main.send(end);
    })?;
    Ok(())
}

fn carry_out(command: &Command, interrupts: &Interrupts) -> End {
    match command {
        Command::Import(arguments) => command::import::run(arguments, interrupts),
        Command::Work(arguments) => command::work::run(arguments, interrupts),
        Command::Check(arguments) => command::check::run(arguments, interrupts),
        Command::Report(arguments) => command::report::run(arguments, interrupts),
        Command::Verify(arguments) => command::verify::run(arguments, interrupts),
        Command::Undo(arguments) => command::undo::run(arguments, interrupts),
        Command::Convert(arguments) => command::convert::run(arguments, interrupts),
        Command::Sources(arguments) => command::sources::run(arguments),
        Command::Explain(arguments) => command::explain::run(arguments),
        Command::Sign(arguments) => command::sign::run(arguments),
        Command::Probe(arguments) => command::probe::run(arguments, interrupts),
        Command::Emulate(arguments) => command::emulate::run(arguments, interrupts),
        Command::Completions(arguments) => command::completions::run(arguments),
        Command::Man(arguments) => command::man::run(arguments),
    }
}

fn cannot_start(why: &CannotStart) -> ExitCode {
    out::note(&format!("topic-import: {why}"));
    Exit::CouldNotStart.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_the_program_although_signals_are_still_listened_to() {
        let (to_main, ended) = mpsc::channel();
        let signals = to_main.clone();
        start(to_main, || panic!("made up")).unwrap();
        assert!(matches!(ended.recv(), Ok(None)));
        drop(signals);
    }
}
