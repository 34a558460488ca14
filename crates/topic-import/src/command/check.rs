//! `check`: finds what is wrong with an input, and changes nothing.

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use topic_import_bulk::check::{CheckReport, CheckSettings, FurtherCommunity, ProblemKind};
use topic_import_bulk::input::{Input, Problem, ProblemRule};
use topic_import_bulk::preflight::Preflight;

use crate::cli::check::CheckArguments;
use crate::cli::import::ImportArguments;
use crate::cli::input::InputArguments;
use crate::cli::print::Output;
use crate::command::preflight::{self, Online};
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::communities;
use crate::open::connection::{self, Connection};
use crate::open::input;
use crate::open::secret;
use crate::open::spread::with_placed;
use crate::show::out;
use crate::show::problem_file::ProblemFile;
use crate::show::text;

pub(crate) fn run(
    arguments: &CheckArguments,
    interrupts: &Interrupts,
) -> Result<Exit, CannotStart> {
    secret::refuse_in_arguments(&arguments.calls.connection)?;
    interrupts.stands_unchanged(
        "To check again",
        "before all rows were checked: nothing is changed",
    );
    let service = if arguments.online {
        Some(Service::of(arguments)?)
    } else {
        None
    };
    let input = communities::open(&arguments.communities, &arguments.input)?;
    let problems = input::problem_file(&arguments.input)?;
    let settings = with_placed(arguments.check_settings(), &arguments.communities)?;
    let mut report = check(&input, &arguments.input, &settings)?;
    write_problems(problems, &report, &arguments.input)?;
    let found = service.map(|service| service.preflight(&report, arguments, interrupts));
    let stopped = found.as_ref().and_then(preflight::stopped);
    let looked_up = found.as_ref().filter(|_| stopped.is_none());
    match arguments.print.output {
        Output::Json => {
            input::add_options(&mut report, &arguments.input.map);
            out::json(&Checked {
                rows: &report,
                further_communities: report
                    .further_communities
                    .iter()
                    .map(Further::from)
                    .collect(),
                online: looked_up.map(Online::from),
            })?;
        }
        Output::Text => print(&report, looked_up, arguments)?,
    }
    if let Some(why) = stopped {
        return Err(CannotStart::new(why));
    }
    let is_fit = looked_up.is_none_or(Preflight::is_passed);
    Ok(if report.has_problems() || !is_fit {
        Exit::Incomplete
    } else {
        Exit::Done
    })
}

/// The service that is to be asked as well.
struct Service {
    runtime: Runtime,
    connection: Connection,
}

impl Service {
    fn of(arguments: &CheckArguments) -> Result<Self, CannotStart> {
        let calls = &arguments.calls;
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
        let connection = connection::to_service(&calls.connection, calls.quota(), None)?;
        Ok(Self {
            runtime,
            connection,
        })
    }

    fn preflight(
        self,
        report: &CheckReport,
        arguments: &CheckArguments,
        interrupts: &Interrupts,
    ) -> Preflight {
        let (client, communities) = (&self.connection.client, &report.communities);
        let found = preflight::preflight(client, communities, &arguments.calls, interrupts);
        self.runtime.block_on(found)
    }
}

/// What was found, for scripts; what the service said, where it was asked and answered.
#[derive(Serialize)]
struct Checked<'a> {
    #[serde(flatten)]
    rows: &'a CheckReport,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    further_communities: Vec<Further<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    online: Option<Online<'a>>,
}

/// A community into which topics go that name another one, for scripts.
#[derive(Serialize)]
struct Further<'a> {
    #[serde(rename = "GroupId")]
    group_id: &'a str,
    of: &'a str,
    number: u64,
    topics: u64,
}

impl<'a> From<&'a FurtherCommunity> for Further<'a> {
    fn from(community: &'a FurtherCommunity) -> Self {
        Self {
            group_id: community.group_id.as_str(),
            of: community.of.as_str(),
            number: community.number,
            topics: community.topics,
        }
    }
}

/// A number of further communities.
pub(crate) fn further_communities(count: u64) -> String {
    match count {
        1 => "1 further community".to_owned(),
        count => format!("{count} further communities"),
    }
}

/// A line for each of the first communities into which topics go that name another one.
fn further_lines(report: &CheckReport) -> Vec<String> {
    let further = &report.further_communities;
    let mut lines: Vec<String> = further
        .iter()
        .take(MOST_OF_ALL_ROWS)
        .map(|community| {
            let topics = text::count(community.topics, "topic");
            let FurtherCommunity { group_id, of, .. } = community;
            format!("{group_id}: {topics} of {of}")
        })
        .collect();
    let more = further.len() - lines.len();
    if more > 0 {
        let more = further_communities(more as u64);
        lines.push(format!("… and {more}: --output json lists all"));
    }
    lines
}

/// Says how many topics go into other communities than they name, where any do.
pub(crate) fn note_spread(report: &CheckReport, arguments: &InputArguments) {
    let further = &report.further_communities;
    if further.is_empty() {
        return;
    }
    let topics = further.iter().map(|community| community.topics).sum();
    out::note(&format!(
        "{}: {} put into {}",
        input::name(arguments),
        text::count(topics, "topic"),
        further_communities(further.len() as u64)
    ));
}

/// Checks the input, and prints what was shortened and what was left out.
fn check(
    input: &Input,
    arguments: &InputArguments,
    settings: &CheckSettings,
) -> Result<CheckReport, CannotStart> {
    let see = input::note_shortened(arguments);
    let report = topic_import_bulk::check::check_each(input, settings, see)
        .map_err(|error| CannotStart::new(text::chain(&error)))?;
    input::note_left_out(&report, arguments);
    if let Some(line) = communities::unnamed_line(report.own_communities.as_ref()) {
        out::note(&line);
    }
    Ok(report)
}

/// Writes every problem into the file that was asked for.
pub(crate) fn write_problems(
    file: Option<ProblemFile>,
    report: &CheckReport,
    arguments: &InputArguments,
) -> Result<(), CannotStart> {
    let complete = |problem: &mut Problem| input::add_option(problem, &arguments.map);
    match (file, &report.all_problems) {
        (Some(file), Some(problems)) => file.write(problems, complete),
        _ => Ok(()),
    }
}

/// So many problems are listed as they are, without a summary before them.
const FEW: u64 = 10;

/// Says what is wrong with an input: each problem where they are few; otherwise how many there are of each kind, and the
/// first of each.
pub(crate) fn note_problems(report: &CheckReport, arguments: &InputArguments) {
    let file = input::name(arguments);
    let note = |problem: &Problem| {
        out::note(&input::problem_line(&file, problem, &arguments.map));
    };
    if report.problems_total <= FEW || report.header_is_bad {
        let shown = &report.problems[..report.problems.len().min(MOST_OF_ALL_ROWS)];
        shown.iter().for_each(note);
        let further = report.problems_total - shown.len() as u64;
        if further > 0 {
            let all = match arguments.problems {
                Some(_) => "",
                None => ": --problems FILE lists all",
            };
            out::note(&format!(
                "… and {}{all}",
                text::count(further, "further problem")
            ));
        }
        return;
    }
    let (kinds, foreign) = input::kinds_and_foreign_line(arguments, report);
    if let Some(line) = foreign {
        out::note(&line);
    }
    if !kinds.is_empty() {
        note_kinds(&kinds, &file, arguments);
    }
    if arguments.problems.is_none() {
        out::note("topic-import: --problems FILE writes all of them, by line");
    }
}

/// Says how many problems there are of each kind, and the first of each.
fn note_kinds(kinds: &[&ProblemKind], file: &str, arguments: &InputArguments) {
    out::note(&format!("{file}: problems by field and rule:"));
    let (shown, further) = kinds.split_at(kinds.len().min(MOST_KINDS));
    let width = shown
        .first()
        .map_or(0, |kind| text::number(kind.count).len());
    for kind in shown {
        let field = kind.field.as_deref().unwrap_or("row");
        let rule = in_words(kind.rule);
        let count = text::number(kind.count);
        out::note(&text::one_line(format_args!(
            "  {count:>width$}  {field}: {rule}"
        )));
    }
    if !further.is_empty() {
        let count = text::number(further.iter().map(|kind| kind.count).sum());
        out::note(&format!(
            "  {count:>width$}  of {} further kinds",
            further.len()
        ));
    }
    out::note("The first of each:");
    let examples = shown.iter().flat_map(|kind| &kind.examples);
    examples.for_each(|problem| out::note(&input::problem_line(file, problem, &arguments.map)));
}

/// So many problems of all rows, or further communities, are listed.
const MOST_OF_ALL_ROWS: usize = 20;

/// So many kinds of problems are told apart.
const MOST_KINDS: usize = 10;

/// What is wrong with a field that breaks a rule.
const fn in_words(rule: ProblemRule) -> &'static str {
    match rule {
        ProblemRule::Required => "missing",
        ProblemRule::MaxBytes => "too long",
        ProblemRule::OtherGroup => "of another group",
        ProblemRule::Type => "of the wrong type",
        ProblemRule::Range => "out of range",
        ProblemRule::UnknownField => "no field of import_topic",
        ProblemRule::Duplicate => "given twice",
        ProblemRule::MaxTopics => "more topics than a community takes",
        ProblemRule::Syntax => "cannot be read",
        ProblemRule::ControlCharacter => "has a control character",
        ProblemRule::NothingVisible => "shows nothing",
        ProblemRule::NoTimeZone => "a time without its zone",
        ProblemRule::DateOrder => "the day or the month first",
        ProblemRule::DayNumber => "the number of a day",
        ProblemRule::Encoding => "in another encoding",
        ProblemRule::SecondList => "a second list of objects",
        ProblemRule::Expression => "an expression that does not fit",
        ProblemRule::OtherSystem => "of another chat system",
        ProblemRule::NoCommunity => "becomes no community",
        _ => "not of the right form",
    }
}

/// Why a checked input may not be imported, and what to do about it.
pub(crate) fn hindrance(checked: &CheckReport, arguments: &ImportArguments) -> Option<String> {
    let CheckReport { rows, invalid, .. } = checked;
    if checked.header_is_bad {
        let what = if input::has_header(&arguments.input) {
            "the header is invalid; nothing was sent.\nCorrect it: every row depends on it."
        } else {
            "the input cannot be relied on; nothing was sent.\nCorrect the problem above: every row depends on it."
        };
        return Some(format!("topic-import: {what}"));
    }
    let own = checked.own_communities.as_ref();
    if own.is_some_and(|own| own.header_is_bad) {
        return Some(
            "topic-import: the header of the communities is invalid; nothing was sent.\nCorrect it: every community depends on it."
                .to_owned(),
        );
    }
    (checked.has_problems() && !arguments.skip_invalid).then(|| {
        let remedy = if input::could_be_fitted(&arguments.input, checked) {
            "Correct the input, shorten what is too long with --fit, or import only the valid rows with --skip-invalid."
        } else {
            "Correct the input, or import only the valid rows with --skip-invalid."
        };
        let rows = text::count(*rows, "row");
        let hint = input::communities_hint(&arguments.input, checked);
        let hint = hint.map_or_else(String::new, |hint| format!("\n{hint}"));
        let invalid = match own.filter(|own| own.invalid > 0) {
            None => format!("{} of {rows} invalid", text::number(*invalid)),
            Some(own) => {
                let communities = text::communities(own.rows);
                let of_own = format!("{} of {communities} invalid", own.invalid);
                match invalid {
                    0 => of_own,
                    _ => format!("{} of {rows} and {of_own}", text::number(*invalid)),
                }
            }
        };
        format!("topic-import: {invalid}; nothing was sent.\n{remedy}{hint}")
    })
}

fn print(
    report: &CheckReport,
    looked_up: Option<&Preflight>,
    arguments: &CheckArguments,
) -> Result<(), CannotStart> {
    let file = communities::name(&arguments.communities, &arguments.input);
    let arguments = &arguments.input;
    let own = report.own_communities.as_ref();
    for line in communities::problem_lines(own, &file) {
        out::note(&line);
    }
    note_problems(report, arguments);
    if let Some(found) = looked_up {
        let file = input::name(arguments);
        preflight::note_problems(found, &file, "--output json");
    }
    note_hints(report, arguments);
    out::line(&totals(report))?;
    if let Some(own) = own {
        let communities = text::communities(own.rows);
        out::line(&match own.problems_total {
            0 => format!("{communities}, no problems"),
            problems => format!(
                "{communities}, {} of them invalid, {}",
                own.invalid,
                text::count(problems, "problem")
            ),
        })?;
    }
    for line in further_lines(report) {
        out::line(&line)?;
    }
    match looked_up {
        Some(found) => out::line(&preflight::summary(found)),
        None => Ok(()),
    }
}

/// How many rows and problems there are, and how many names `--fit` has made equal, which is no problem and is easily missed.
fn totals(report: &CheckReport) -> String {
    let rows = rows_and_problems(report);
    match report
        .names_made_equal
        .as_ref()
        .map_or(0, |alike| alike.rows)
    {
        0 => rows,
        1 => format!("{rows}; 1 name became equal to another as it was shortened"),
        equal => format!(
            "{rows}; {} names became equal to others as they were shortened",
            text::number(equal)
        ),
    }
}

fn rows_and_problems(report: &CheckReport) -> String {
    let CheckReport {
        rows,
        invalid,
        problems_total,
        ..
    } = report;
    match problems_total {
        0 => format!("{}, no problems", text::count(*rows, "row")),
        problems if *invalid == 0 => format!(
            "{}, {}",
            text::count(*rows, "row"),
            text::count(*problems, "problem")
        ),
        _ => format!(
            "{}, {} of them invalid, {}",
            text::count(*rows, "row"),
            text::number(*invalid),
            text::count(*problems_total, "problem")
        ),
    }
}

/// Says what to do about all problems of a kind.
fn note_hints(report: &CheckReport, arguments: &InputArguments) {
    let hints = [
        input::foreign_hint(arguments, report).map(ToOwned::to_owned),
        input::communities_hint(arguments, report),
    ];
    for hint in hints.iter().flatten() {
        out::note(&format!("topic-import: {hint}"));
    }
}
