//! `man`: a page for the program, and one for each command.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;
use roff::{Roff, roman};

use crate::cli::Arguments;
use crate::cli::man::ManArguments;
use crate::exit::{CannotStart, Exit};
use crate::show::new_file::NewFile;
use crate::show::text;

/// With what every page begins.
const BEGINNING: &str = ".TH topic-import";

pub(crate) fn run(arguments: &ManArguments) -> Result<Exit, CannotStart> {
    let directory = &arguments.directory;
    fs::create_dir_all(directory).map_err(|error| {
        CannotStart::new(format!(
            "cannot write to {}: {}.\nName a directory that can be written to.",
            text::path(directory),
            text::io_error(&error)
        ))
    })?;
    write(directory)?;
    Ok(Exit::Done)
}

fn write(directory: &Path) -> Result<(), CannotStart> {
    // Pages have room for what the help says in a line for all options.
    let mut program = Arguments::command()
        .mut_subcommands(|command| {
            command.mut_args(|argument| argument.hide_env(false).hide_short_help(false))
        })
        .disable_help_subcommand(true);
    program.build();
    for command in program.get_subcommands() {
        write_page(command, directory)?;
    }
    write_page(&program, directory)
}

/// The pages of an earlier version are replaced.
fn write_page(command: &clap::Command, directory: &Path) -> Result<(), CannotStart> {
    let man = Man::new(command.clone());
    let mut page = NewFile::replace(&directory.join(man.get_filename()), BEGINNING)?;
    render(command, &man, page.writer()).map_err(|error| page.error(&error))?;
    page.keep()
}

fn render(command: &clap::Command, man: &Man, page: &mut impl Write) -> io::Result<()> {
    let after = command.get_after_long_help().map(ToString::to_string);
    let sections = Sections::of(&after.unwrap_or_default());
    page.write_all(title(command).as_bytes())?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    sections.description().to_writer(page)?;
    man.render_options_section(page)?;
    if command.get_subcommands().next().is_some() {
        man.render_subcommands_section(page)?;
        man.render_version_section(page)?;
    }
    sections.after_options().to_writer(page)
}

/// The pages are made when they are asked for: they have no date, and `Man` leaves out an empty one, so that what
/// follows would stand for it.
fn title(command: &clap::Command) -> String {
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name());
    let version = env!("CARGO_PKG_VERSION");
    format!(".TH {name} 1 \"\" \"topic-import {version}\"\n")
}

/// What `--help` says after the options.
#[derive(Debug, Default, PartialEq)]
struct Sections {
    paragraphs: Vec<String>,
    examples: Vec<String>,
    variables: Vec<String>,
    statuses: Vec<String>,
}

impl Sections {
    fn of(text: &str) -> Self {
        let mut sections = Self::default();
        for block in blocks(text) {
            if let Some(("Example:" | "Examples:", lines)) = block.split_once('\n') {
                let lines = lines.lines().map(|line| line.trim().to_owned());
                sections.examples.extend(lines);
                continue;
            }
            let block = block.split_whitespace().collect::<Vec<_>>().join(" ");
            if let Some(names) = block.strip_prefix("Environment: TOPIC_IMPORT_ with ") {
                sections.variables = variables(names);
            } else if let Some(statuses) = block.strip_prefix("Exit status: ") {
                sections.statuses = self::statuses(statuses);
            } else {
                sections.paragraphs.push(block);
            }
        }
        sections
    }

    fn description(&self) -> Roff {
        let mut roff = Roff::new();
        for paragraph in &self.paragraphs {
            roff.control("PP", []).text([roman(paragraph)]);
        }
        roff
    }

    fn after_options(&self) -> Roff {
        let mut roff = Roff::new();
        verbatim(&mut roff, "ENVIRONMENT", &self.variables);
        if !self.statuses.is_empty() {
            roff.control("SH", ["EXIT STATUS"]);
        }
        for (status, meaning) in self.statuses.iter().filter_map(|line| line.split_once(' ')) {
            roff.control("TP", [])
                .text([roman(status)])
                .text([roman(meaning)]);
        }
        verbatim(&mut roff, "EXAMPLES", &self.examples);
        roff
    }
}

/// A section whose lines stay as they are.
fn verbatim(roff: &mut Roff, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    roff.control("SH", [heading]).control("nf", []);
    for line in lines {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
}

/// A block is a line and what is indented below it, or lines that are not up to an empty one.
fn blocks(text: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut goes_on = false;
    for line in text.lines() {
        let begins = ["Example", "Environment: ", "Exit status: "]
            .iter()
            .any(|title| line.starts_with(title));
        match blocks.last_mut() {
            Some(block) if goes_on && !begins && !line.is_empty() => {
                block.push('\n');
                block.push_str(line);
            }
            _ if line.is_empty() => {}
            _ => blocks.push(line.to_owned()),
        }
        goes_on = !line.is_empty();
    }
    blocks
}

fn variables(names: &str) -> Vec<String> {
    names
        .split([',', ' '])
        .filter(|word| !word.is_empty() && *word != "or")
        .map(|name| format!("TOPIC_IMPORT_{name}"))
        .collect()
}

/// `0 done, 1 left, or perhaps left` are two.
fn statuses(text: &str) -> Vec<String> {
    let mut statuses: Vec<String> = Vec::new();
    for part in text.split(", ") {
        match statuses.last_mut() {
            Some(last) if !part.starts_with(|first: char| first.is_ascii_digit()) => {
                last.push_str(", ");
                last.push_str(part);
            }
            _ => statuses.push(part.to_owned()),
        }
    }
    statuses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_options_is_told_apart() {
        let text = "\
It destroys
nothing.

Examples:
  topic-import undo a
  topic-import undo b

Environment: TOPIC_IMPORT_ with SDK_APP_ID,
  REGION or RATE
Exit status: 0 all gone, 2 some topics
  left, or perhaps left, 3 stopped";
        let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(
            Sections::of(text),
            Sections {
                paragraphs: owned(&["It destroys nothing."]),
                examples: owned(&["topic-import undo a", "topic-import undo b"]),
                variables: owned(&[
                    "TOPIC_IMPORT_SDK_APP_ID",
                    "TOPIC_IMPORT_REGION",
                    "TOPIC_IMPORT_RATE"
                ]),
                statuses: owned(&[
                    "0 all gone",
                    "2 some topics left, or perhaps left",
                    "3 stopped"
                ]),
            }
        );
        assert_eq!(Sections::of(""), Sections::default());
    }
}
