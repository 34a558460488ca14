//! The command line and the environment variables.

#![allow(
    clippy::doc_markdown,
    rustdoc::bare_urls,
    reason = "these comments are what --help prints"
)]

pub(crate) mod calls;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod connection;
pub(crate) mod convert;
pub(crate) mod doc;
pub(crate) mod emulate;
pub(crate) mod explain;
mod headings;
pub(crate) mod help;
pub(crate) mod import;
pub(crate) mod input;
pub(crate) mod journal;
pub(crate) mod man;
pub(crate) mod print;
pub(crate) mod probe;
pub(crate) mod report;
pub(crate) mod sign;
pub(crate) mod sources;
pub(crate) mod undo;
pub(crate) mod values;
pub(crate) mod verify;
pub(crate) mod work;

use std::path::Path;

use clap::{CommandFactory as _, Parser, Subcommand};

use self::check::CheckArguments;
use self::completions::CompletionsArguments;
use self::convert::ConvertArguments;
use self::doc::CommandDoc;
use self::emulate::EmulateArguments;
use self::explain::ExplainArguments;
use self::import::ImportArguments;
use self::man::ManArguments;
use self::probe::ProbeArguments;
use self::report::ReportArguments;
use self::sign::SignArguments;
use self::sources::SourcesArguments;
use self::undo::UndoArguments;
use self::verify::VerifyArguments;
use self::work::WorkArguments;

/// The version, what it was built from, and how.
pub(crate) const VERSION: &str = env!("TOPIC_IMPORT_VERSION");

/// Imports the topics of existing communities into Tencent Cloud Chat: each exactly once, within the quota.
// `-h` leaves out the options with `hide_short_help`.
#[derive(Debug, Parser)]
#[command(name = "topic-import", version = VERSION, max_term_width = 80)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one of it in the whole program"
)]
pub(crate) enum Command {
    Import(Box<ImportArguments>),
    Work(WorkArguments),
    Check(CheckArguments),
    Report(ReportArguments),
    Verify(VerifyArguments),
    Undo(UndoArguments),
    Convert(ConvertArguments),
    Sources(SourcesArguments),
    Explain(ExplainArguments),
    Sign(SignArguments),
    Probe(ProbeArguments),
    Emulate(EmulateArguments),
    Completions(CompletionsArguments),
    Man(ManArguments),
}

impl Command {
    /// The file to which the command writes a log, if it is to write one.
    pub(crate) fn log_file(&self) -> Option<&Path> {
        let calls = match self {
            Self::Import(arguments) => &arguments.work.calls,
            Self::Work(arguments) => &arguments.work.calls,
            Self::Check(arguments) => &arguments.calls,
            Self::Verify(arguments) => &arguments.sweep.calls,
            Self::Undo(arguments) => &arguments.sweep.calls,
            _ => return None,
        };
        calls.log_file.as_deref()
    }
}

/// The description of each command.
const DOCS: [&CommandDoc; 14] = [
    &import::DOC,
    &work::DOC,
    &check::DOC,
    &report::DOC,
    &verify::DOC,
    &undo::DOC,
    &convert::DOC,
    &sources::DOC,
    &explain::DOC,
    &sign::DOC,
    &probe::DOC,
    &emulate::DOC,
    &completions::DOC,
    &man::DOC,
];

/// The description of the command with this name.
pub(crate) fn doc(name: &str) -> Option<&'static CommandDoc> {
    DOCS.into_iter().find(|doc| doc.name == name)
}

/// The definition of the whole command line, with the description of each command.
pub(crate) fn definition() -> clap::Command {
    Arguments::command().mut_subcommands(|command| match doc(command.get_name()) {
        Some(doc) => {
            let footer = doc.footer(&command);
            command.about(doc.about).after_long_help(footer)
        }
        None => command,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definitions_are_consistent() {
        definition().debug_assert();
    }

    /// Clap does not append them to each option, which keeps the help short; so the texts themselves must name them.
    #[test]
    fn help_names_every_variable_and_every_possible_value() {
        for command in definition().get_subcommands() {
            let after = command.get_after_long_help().map(ToString::to_string);
            let after = after.unwrap_or_default();
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string);
                let help = help.unwrap_or_default();
                let what = format!("{} {}", command.get_name(), argument.get_id());
                if let Some(variable) = argument.get_env() {
                    let variable = variable.to_string_lossy();
                    assert!(after.contains(&*variable), "{what}");
                }
                for value in argument.get_possible_values() {
                    let is_said = !argument.is_hide_possible_values_set();
                    assert!(is_said || help.contains(value.get_name()), "{what}: {help}");
                }
            }
        }
    }
}
