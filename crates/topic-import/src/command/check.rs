//! `check`: finds what is wrong with an input and sends nothing.

use topic_import_bulk::{CheckReport, CheckSettings, Input};

use crate::cli::check::CheckArguments;
use crate::cli::import::ImportArguments;
use crate::cli::input::InputArguments;
use crate::cli::print::Output;
use crate::exit::{CannotStart, Exit};
use crate::open::input;
use crate::show::out;
use crate::show::text;

pub(crate) fn run(arguments: &CheckArguments) -> Result<Exit, CannotStart> {
    let input = input::open(&arguments.input)?;
    let settings = arguments.communities.check_settings();
    let mut report = check(&input, &arguments.input, settings)?;
    match arguments.print.output {
        Output::Json => {
            input::add_options(&mut report);
            out::json(&report)?;
        }
        Output::Text => print(&report, &arguments.input)?,
    }
    Ok(if report.problems_total == 0 {
        Exit::Done
    } else {
        Exit::Incomplete
    })
}

/// Checks the input, and says what was shortened and what was left out.
fn check(
    input: &Input,
    arguments: &InputArguments,
    settings: CheckSettings,
) -> Result<CheckReport, CannotStart> {
    let see = input::note_shortened(arguments);
    let report = topic_import_bulk::check_each(input, &settings, see)
        .map_err(|error| CannotStart::new(text::chain(&error)))?;
    input::note_left_out(&report, arguments);
    Ok(report)
}

/// A line for every problem that is listed, as compilers write them.
fn problem_lines(report: &CheckReport, arguments: &InputArguments, most: usize) -> Vec<String> {
    let file = input::name(arguments);
    let listed = report.problems.iter().take(most);
    let mut lines: Vec<String> = listed
        .map(|problem| input::problem_line(&file, problem))
        .collect();
    let further = report.problems_total - lines.len() as u64;
    if further > 0 {
        lines.push(format!("… and {}", text::count(further, "further problem")));
    }
    lines
}

/// Says the first problems, where another command has more to say than they: `check` lists the others.
pub(crate) fn note_problems(report: &CheckReport, arguments: &InputArguments) {
    const MOST: usize = 20;
    for line in problem_lines(report, arguments, MOST) {
        out::note(&line);
    }
    if report.problems_total > MOST as u64 {
        out::note("`topic-import check` with the same options for the input lists them.");
    }
}

/// Why an input that was checked may not be imported, and what to do.
pub(crate) fn hindrance(checked: &CheckReport, arguments: &ImportArguments) -> Option<String> {
    let CheckReport { rows, invalid, .. } = checked;
    if checked.header_is_bad {
        let what = if input::has_header(&arguments.input) {
            "the header is invalid; nothing was sent.\nMend it: every row depends on it."
        } else {
            "the input cannot be relied on; nothing was sent.\nMend what is said above: every row depends on it."
        };
        return Some(format!("topic-import: {what}"));
    }
    (checked.problems_total > 0 && !arguments.skip_invalid).then(|| {
        let remedy = if input::could_be_fitted(&arguments.input, checked) {
            "Mend the input, shorten what is too long with --fit, or import the sound rows alone with --skip-invalid."
        } else {
            "Mend the input, or import the sound rows alone with --skip-invalid."
        };
        let rows = text::count(*rows, "row");
        let hint = input::communities_hint(&arguments.input, checked);
        let hint = hint.map_or_else(String::new, |hint| format!("\n{hint}"));
        format!("topic-import: {invalid} of {rows} invalid; nothing was sent.\n{remedy}{hint}")
    })
}

fn print(report: &CheckReport, arguments: &InputArguments) -> Result<(), CannotStart> {
    for line in problem_lines(report, arguments, report.problems.len()) {
        out::line(&line)?;
    }
    let CheckReport {
        rows,
        invalid,
        problems_total,
        ..
    } = report;
    out::line(&match problems_total {
        0 => format!("{}, no problems", text::count(*rows, "row")),
        problems if *invalid == 0 => format!(
            "{}, {}",
            text::count(*rows, "row"),
            text::count(*problems, "problem")
        ),
        _ => format!(
            "{}, {invalid} of them invalid, {}",
            text::count(*rows, "row"),
            text::count(*problems_total, "problem")
        ),
    })?;
    let hints = [
        input::foreign_hint(arguments, report).map(ToOwned::to_owned),
        input::communities_hint(arguments, report),
    ];
    let mut hints = hints.into_iter().flatten();
    hints.try_for_each(|hint| hint.lines().try_for_each(out::line))
}
