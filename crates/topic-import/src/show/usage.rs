//! Prints clap's help and its errors about the arguments.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli;
use crate::exit::Exit;
use crate::show::out;
use crate::show::shell;
use crate::show::text;

/// Prints clap's message about these words, which is the help or an error in the arguments.
pub(crate) fn after_arguments(mut error: clap::Error, written: &[OsString]) -> ExitCode {
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        // If this cannot be printed, nobody can be told.
        let _ = error.print();
        return Exit::Done.into();
    }
    escape(&mut error);
    if let Some(tip) = tip(&error, written) {
        let tips = ContextValue::StyledStrs(vec![tip.into()]);
        error.insert(ContextKind::Suggested, tips);
    }
    out::note(error.render().to_string().trim_end_matches('\n'));
    Exit::CouldNotStart.into()
}

/// How to write a value that begins with a hyphen, where one was taken for an option. Clap's own tip, `--`, is of no use
/// before the value of an option.
fn tip(error: &clap::Error, written: &[OsString]) -> Option<String> {
    let Some(ContextValue::String(invalid)) = error.get(ContextKind::InvalidArg) else {
        return None;
    };
    let words: Vec<_> = written.iter().map(|word| word.to_string_lossy()).collect();
    let place = match error.kind() {
        // Of a word like `-x.csv`, clap names only `-x`.
        ErrorKind::UnknownArgument => words.iter().position(|word| {
            let is_of_letter = |letter| !word.starts_with("--") && word.contains(letter);
            match invalid.strip_prefix('-') {
                Some(letter) if letter.chars().count() == 1 => {
                    word.starts_with('-') && is_of_letter(letter)
                }
                _ => **word == **invalid,
            }
        })?,
        // `--journal -q`, where -q is an option: clap names `--journal <PLACE>`.
        ErrorKind::InvalidValue => {
            let option = invalid.split(' ').next()?;
            1 + words.iter().position(|word| **word == *option)?
        }
        _ => return None,
    };
    let value = written.get(place)?;
    if !value.as_encoded_bytes().starts_with(b"-") {
        return None;
    }
    let definition = cli::definition();
    let command = definition.find_subcommand(written.get(1)?)?;
    let before = words[place - 1].strip_prefix("--").unwrap_or_default();
    let option = command.get_arguments().find(|argument| {
        argument.get_long() == Some(before) && argument.get_action().takes_values()
    });
    let argument = option.or_else(|| command.get_positionals().next())?;
    let names = argument.get_value_names().unwrap_or_default();
    let is_path = names
        .iter()
        .any(|name| ["FILE", "PLACE", "JOURNAL"].contains(&name.as_str()));
    let shown = match (is_path, option) {
        (true, _) => shell::path(Path::new(value)),
        (false, Some(_)) => shell::word(value.as_encoded_bytes()),
        (false, None) => return None,
    };
    Some(match option {
        Some(_) => format!("a value that begins with - is written so: --{before}={shown}"),
        None => format!("a file whose name begins with - is written so: {shown}"),
    })
}

/// Escapes the arguments in the message. They may be names of files that a shell put in place of a `*`.
fn escape(error: &mut clap::Error) {
    let written: Vec<_> = error
        .context()
        .filter_map(|(kind, value)| {
            Some(match value {
                ContextValue::String(text) => (kind, ContextValue::String(text::one_line(text))),
                ContextValue::Strings(texts) => {
                    let texts = texts.iter().map(text::one_line).collect();
                    (kind, ContextValue::Strings(texts))
                }
                // Hints repeat arguments, too. Clap's colours are escaped with them, because they look the same.
                ContextValue::StyledStrs(texts) => {
                    let texts = texts.iter().map(|text| text::one_line(text).into());
                    (kind, ContextValue::StyledStrs(texts.collect()))
                }
                _ => return None,
            })
        })
        .collect();
    for (kind, value) in written {
        error.insert(kind, value);
    }
}
