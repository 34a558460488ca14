//! `check`: finds what is wrong with an input and sends nothing.

use std::fs;
use std::io;
use std::path::Path;

use topic_import_bulk::{CheckReport, CheckSettings, Input, InputRow};

use crate::arguments::{CheckArguments, InputArguments, Output};
use crate::exit::{CannotStart, Exit};
use crate::output;
use crate::reading;
use crate::words;

pub(crate) fn run(arguments: &CheckArguments) -> Result<Exit, CannotStart> {
    let input = input(&arguments.input)?;
    let settings = arguments.communities.check_settings();
    let mut report = check(&input, &arguments.input, settings)?;
    match arguments.print.output {
        Output::Json => {
            reading::add_options(&mut report);
            output::json(&report)?;
        }
        Output::Text => print(&report, &arguments.input)?,
    }
    Ok(if report.problems_total == 0 {
        Exit::Done
    } else {
        Exit::Incomplete
    })
}

/// The input that the arguments name.
pub(crate) fn input(arguments: &InputArguments) -> Result<Input, CannotStart> {
    let path = &arguments.file;
    let format = reading::format(arguments)?;
    let settings = reading::settings(arguments)?;
    Ok(if is_stdin(path) {
        Input::stream(name(arguments), io::stdin(), format, settings)
    } else {
        Input::file(path, format, settings)
    })
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Standard input, or a pipe under a name, such as a shell's `<(…)`: read a second time, it would be empty.
pub(crate) fn is_read_once(path: &Path) -> bool {
    is_stdin(path) || fs::metadata(path).is_ok_and(|data| !data.is_file() && !data.is_dir())
}

/// Checks the input, and says what was shortened and what was left out.
fn check(
    input: &Input,
    arguments: &InputArguments,
    settings: CheckSettings,
) -> Result<CheckReport, CannotStart> {
    let report = topic_import_bulk::check_each(input, &settings, note_shortened(arguments));
    let report = report.map_err(|error| CannotStart::new(words::chain(&error)))?;
    note_left_out(&report, arguments);
    Ok(report)
}

/// Says what of a row was shortened.
pub(crate) fn note_shortened(arguments: &InputArguments) -> impl FnMut(&InputRow) + use<> {
    let file = name(arguments);
    move |row| {
        for line in reading::shortened_lines(&file, row) {
            output::note(&line);
        }
    }
}

/// Says what of an input becomes no topic, where that is no problem.
pub(crate) fn note_left_out(report: &CheckReport, arguments: &InputArguments) {
    let file = name(arguments);
    let notes = [
        reading::left_out_line(&file, &report.left_out),
        reading::unnamed_sources_line(report, arguments),
        reading::no_rows_line(&file, report),
    ];
    for line in notes.into_iter().flatten() {
        output::note(&line);
    }
}

/// A line for every problem that is listed, as compilers write them.
fn problem_lines(report: &CheckReport, arguments: &InputArguments, most: usize) -> Vec<String> {
    let file = name(arguments);
    let listed = report.problems.iter().take(most);
    let mut lines: Vec<String> = listed
        .map(|problem| format!("{file}:{}", reading::problem_line(problem)))
        .collect();
    let further = report.problems_total - lines.len() as u64;
    if further > 0 {
        lines.push(format!(
            "… and {}",
            words::count(further, "further problem")
        ));
    }
    lines
}

/// Says the first problems, where another command has more to say than they: `check` lists the others.
pub(crate) fn note_problems(report: &CheckReport, arguments: &InputArguments) {
    const MOST: usize = 20;
    for line in problem_lines(report, arguments, MOST) {
        output::note(&line);
    }
    if report.problems_total > MOST as u64 {
        output::note("`topic-import check` with the same options for the input lists them.");
    }
}

/// The input's name in messages.
pub(crate) fn name(arguments: &InputArguments) -> String {
    if is_stdin(&arguments.file) {
        return "standard input".into();
    }
    words::path(&arguments.file)
}

fn print(report: &CheckReport, arguments: &InputArguments) -> Result<(), CannotStart> {
    for line in problem_lines(report, arguments, report.problems.len()) {
        output::line(&line)?;
    }
    let CheckReport {
        rows,
        invalid,
        problems_total,
        ..
    } = report;
    output::line(&match problems_total {
        0 => format!("{}, no problems", words::count(*rows, "row")),
        problems if *invalid == 0 => format!(
            "{}, {}",
            words::count(*rows, "row"),
            words::count(*problems, "problem")
        ),
        _ => format!(
            "{}, {invalid} of them invalid, {}",
            words::count(*rows, "row"),
            words::count(*problems_total, "problem")
        ),
    })?;
    let hints = [
        reading::foreign_hint(arguments, report).map(ToOwned::to_owned),
        reading::communities_hint(arguments, report),
    ];
    let mut hints = hints.into_iter().flatten();
    hints.try_for_each(|hint| hint.lines().try_for_each(output::line))
}
