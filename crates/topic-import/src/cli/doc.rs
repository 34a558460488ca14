//! The description of a command, from which both its help and its man page are rendered.

use clap::{Arg, Command};

use super::connection::{SECRET_KEY_VARIABLE, USER_SIG_VARIABLE};
use super::journal::PASSWORD_VARIABLE;

/// The description of a command, apart from its options.
#[derive(Debug)]
pub(crate) struct CommandDoc {
    pub(crate) name: &'static str,
    /// One line for the list of commands.
    pub(crate) about: &'static str,
    /// What the descriptions of the options do not say; each text is a paragraph.
    pub(crate) notes: &'static [&'static str],
    /// Complete command lines.
    pub(crate) examples: &'static [&'static str],
    /// The exit statuses and their meanings; empty if they only tell success from failure.
    pub(crate) statuses: &'static [(u8, &'static str)],
}

/// An environment variable that a command reads.
#[derive(Debug, PartialEq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// The option whose value it holds, or a description of what it holds.
    pub(crate) meaning: String,
}

impl CommandDoc {
    /// The part of `--help` that follows the options.
    pub(crate) fn footer(&self, command: &Command) -> String {
        let variables = variables(command);
        let width = variables.iter().map(|variable| variable.name.len()).max();
        let width = width.unwrap_or(0);
        let variables = variables
            .iter()
            .map(|Variable { name, meaning }| format!("{name:width$}  {meaning}"));
        let statuses = self.statuses.iter();
        let statuses = statuses.map(|(status, meaning)| format!("{status}  {meaning}"));
        let mut parts: Vec<String> = self.notes.iter().map(ToString::to_string).collect();
        parts.extend(list(
            "Examples:",
            self.examples.iter().map(ToString::to_string),
        ));
        parts.extend(list(
            "Environment variables, used where the option is not given:",
            variables,
        ));
        parts.extend(list("Exit status:", statuses));
        parts.join("\n\n")
    }
}

/// A title with indented lines below it; `None` if there are no lines.
fn list(title: &str, lines: impl Iterator<Item = String>) -> Option<String> {
    let lines: Vec<String> = lines.map(|line| format!("\n  {line}")).collect();
    (!lines.is_empty()).then(|| format!("{title}{}", lines.concat()))
}

/// The environment variables that a command reads for its options and for secrets.
pub(crate) fn variables(command: &Command) -> Vec<Variable> {
    let arguments = command.get_arguments();
    arguments
        .flat_map(|argument| own_variable(argument).into_iter().chain(secret(argument)))
        .collect()
}

fn own_variable(argument: &Arg) -> Option<Variable> {
    let name = argument.get_env()?.to_string_lossy().into_owned();
    let meaning = match argument.get_long() {
        Some(option) => format!("--{option}"),
        None => argument.get_value_names()?.first()?.to_string(),
    };
    Some(Variable { name, meaning })
}

/// The variable that holds a secret, which must not be given as an argument.
fn secret(argument: &Arg) -> Option<Variable> {
    let (name, meaning) = match argument.get_id().as_str() {
        "secret_key_file" => (SECRET_KEY_VARIABLE, "the secret key itself, not a file"),
        "user_sig_file" => (USER_SIG_VARIABLE, "the UserSig itself, not a file"),
        "journal" | "at" => (PASSWORD_VARIABLE, "password of the journal's database"),
        _ => return None,
    };
    Some(Variable {
        name: name.to_owned(),
        meaning: meaning.to_owned(),
    })
}
