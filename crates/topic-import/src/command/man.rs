//! `man`: a man page for the program, and one for each command.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use clap_mangen::Man;
use roff::{Roff, roman};

use crate::cli;
use crate::cli::doc::{CommandDoc, Variable, variables};
use crate::cli::man::ManArguments;
use crate::exit::{CannotStart, Exit};
use crate::show::new_file::NewFile;
use crate::show::text;

/// How every page begins; a file that begins otherwise is not replaced.
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
    // Unlike the help, a page names the environment variable with each option.
    let mut program = cli::definition()
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

/// Writes a page. A page of an earlier version is replaced.
fn write_page(command: &clap::Command, directory: &Path) -> Result<(), CannotStart> {
    let man = Man::new(command.clone());
    let mut page = NewFile::replace(&directory.join(man.get_filename()), BEGINNING)?;
    render(command, &man, page.writer()).map_err(|error| page.error(&error))?;
    page.keep()
}

fn render(command: &clap::Command, man: &Man, page: &mut impl Write) -> io::Result<()> {
    page.write_all(title(command).as_bytes())?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    man.render_description_section(page)?;
    let Some(doc) = cli::doc(command.get_name()) else {
        man.render_options_section(page)?;
        man.render_subcommands_section(page)?;
        return man.render_version_section(page);
    };
    notes(doc).to_writer(page)?;
    man.render_options_section(page)?;
    after_options(doc, command).to_writer(page)
}

/// The title line. It is written here because the pages have no date, and `Man` leaves out an empty date: the next
/// field would be taken for it.
fn title(command: &clap::Command) -> String {
    let name = command
        .get_display_name()
        .unwrap_or_else(|| command.get_name());
    let version = env!("CARGO_PKG_VERSION");
    format!(".TH {name} 1 \"\" \"topic-import {version}\"\n")
}

fn notes(doc: &CommandDoc) -> Roff {
    let mut roff = Roff::new();
    for paragraph in doc.notes {
        roff.control("PP", []).text([roman(*paragraph)]);
    }
    roff
}

fn after_options(doc: &CommandDoc, command: &clap::Command) -> Roff {
    let mut roff = Roff::new();
    let variables = variables(command).into_iter();
    let variables = variables.map(|Variable { name, meaning }| (name, meaning));
    terms(&mut roff, "ENVIRONMENT", variables);
    let statuses = doc.statuses.iter();
    let statuses = statuses.map(|(status, meaning)| (status.to_string(), (*meaning).to_owned()));
    terms(&mut roff, "EXIT STATUS", statuses);
    roff.control("SH", ["EXAMPLES"]).control("nf", []);
    for example in doc.examples {
        roff.text([roman(*example)]);
    }
    roff.control("fi", []);
    roff
}

/// A section of terms with their meanings, if there are any.
fn terms(roff: &mut Roff, heading: &str, terms: impl Iterator<Item = (String, String)>) {
    for (place, (term, meaning)) in terms.enumerate() {
        if place == 0 {
            roff.control("SH", [heading]);
        }
        roff.control("TP", [])
            .text([roman(term)])
            .text([roman(meaning)]);
    }
}
