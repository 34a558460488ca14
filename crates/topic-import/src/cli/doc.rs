//! What there is to say of a command, once: its help and its man page are rendered from this.

use clap::{Arg, Command};

use super::connection::{SECRET_KEY_VARIABLE, USER_SIG_VARIABLE};
use super::journal::PASSWORD_VARIABLE;

/// A command, beside its options.
#[derive(Debug)]
pub(crate) struct CommandDoc {
    pub(crate) name: &'static str,
    /// One line, as it stands in the list of commands.
    pub(crate) about: &'static str,
    /// What the options do not say, a paragraph each.
    pub(crate) notes: &'static [&'static str],
    /// Whole commands.
    pub(crate) examples: &'static [&'static str],
    /// Each exit status and its meaning, where there is more than done or not.
    pub(crate) statuses: &'static [(u8, &'static str)],
}

/// A variable of the environment that a command reads.
#[derive(Debug, PartialEq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    /// The option whose value it holds, or what else it is.
    pub(crate) meaning: String,
}

impl CommandDoc {
    /// What `--help` says after the options.
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
            "Environment, where an option is not given:",
            variables,
        ));
        parts.extend(list("Exit status:", statuses));
        parts.join("\n\n")
    }
}

/// The lines below a title; `None` where there are none.
fn list(title: &str, lines: impl Iterator<Item = String>) -> Option<String> {
    let lines: Vec<String> = lines.map(|line| format!("\n  {line}")).collect();
    (!lines.is_empty()).then(|| format!("{title}{}", lines.concat()))
}

/// The variables that a command reads: those of its options, and those that hold a secret.
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

/// What is read from the environment beside an option, because it must not be an argument.
fn secret(argument: &Arg) -> Option<Variable> {
    let (name, meaning) = match argument.get_id().as_str() {
        "secret_key_file" => (SECRET_KEY_VARIABLE, "the secret key itself"),
        "user_sig_file" => (USER_SIG_VARIABLE, "the UserSig itself"),
        "journal" | "at" => (PASSWORD_VARIABLE, "the password of a database"),
        _ => return None,
    };
    Some(Variable {
        name: name.to_owned(),
        meaning: meaning.to_owned(),
    })
}
