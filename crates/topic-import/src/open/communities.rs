//! The communities that an import is to make itself, as the arguments say it.

use std::fs;

use topic_import_bulk::check::{CheckReport, CommunityReport, MAX_PROBLEMS_LISTED, MadeCommunity};
use topic_import_bulk::input::{Communities, CommunitiesFormat, Groups, Input, InputCommunity};

use crate::cli::input::{CommunityArguments, InputArguments};
use crate::exit::CannotStart;
use crate::open::input;
use crate::show::first_of_each::FirstOfEach;
use crate::show::out;
use crate::show::text;
use crate::show::time;

/// The input that the arguments name, with the communities that are to be made; says what of those was shortened.
pub(crate) fn open(
    arguments: &CommunityArguments,
    input_arguments: &InputArguments,
) -> Result<Input, CannotStart> {
    let listed = read(arguments, input_arguments)?;
    note_shortened(&listed, arguments);
    let input = input::open(input_arguments)?;
    if arguments.create_communities {
        return Ok(input.creating_communities());
    }
    let groups = input.settings().groups.as_ref();
    if groups.is_some_and(Groups::describe_communities) {
        return Err(CannotStart::new(
            "--groups: its further columns are of communities that are to be made.\n\
             Give --create-communities, or take them out.",
        ));
    }
    Ok(input.with_communities(listed))
}

/// The communities of a file; none where the arguments name none.
fn read(
    arguments: &CommunityArguments,
    input_arguments: &InputArguments,
) -> Result<Communities, CannotStart> {
    let Some(path) = &arguments.communities else {
        return Ok(Communities::default());
    };
    let shown = text::path(path);
    let Some(format) = CommunitiesFormat::from_extension(path) else {
        return Err(CannotStart::new(format!(
            "{shown}: the name must end in .jsonl, .csv or .xlsx, which says how the communities are written"
        )));
    };
    let cannot_read = |error: std::io::Error| {
        CannotStart::new(format!("cannot read {shown}: {}", text::io_error(&error)))
    };
    let bytes = fs::read(path).map_err(cannot_read)?;
    let encoding = input::unless_utf8(&bytes, input_arguments.encoding);
    let zone = input_arguments.time_zone.as_ref();
    Communities::read_in(&*bytes, format, encoding, zone, input_arguments.fit).map_err(cannot_read)
}

fn note_shortened(communities: &Communities, arguments: &CommunityArguments) {
    let Some(path) = &arguments.communities else {
        return;
    };
    let file = text::path(path);
    let mut told = FirstOfEach::default();
    for InputCommunity {
        line, shortened, ..
    } in communities.rows()
    {
        for text in shortened {
            if told.take(text.field.name()) {
                out::note(&format!("{file}:{line}: {}", text::one_line(text)));
            }
        }
    }
    let more = told.untold();
    if more > 0 {
        let more = text::count(more, "further text");
        out::note(&format!(
            "{file}: {more} shortened: `topic-import check` without --fit lists what is too long"
        ));
    }
}

/// A line for every problem of a community that is listed, as compilers write them.
pub(crate) fn problem_lines(report: Option<&CommunityReport>, file: &str) -> Vec<String> {
    const MOST: usize = 20;
    let Some(report) = report else {
        return Vec::new();
    };
    let listed = report.problems.iter().take(MOST);
    let mut lines: Vec<String> = listed
        .map(|problem| input::community_problem_line(file, problem))
        .collect();
    let further = report.problems_total - lines.len() as u64;
    if further > 0 {
        let problems = text::count(further, "further problem");
        lines.push(format!(
            "… and {problems} of communities: `topic-import check` with --output json lists {MAX_PROBLEMS_LISTED} of them at most"
        ));
    }
    lines
}

/// Says the first problems.
pub(crate) fn note_problems(
    checked: &CheckReport,
    arguments: &CommunityArguments,
    input: &InputArguments,
) {
    let own = checked.own_communities.as_ref();
    for line in problem_lines(own, &name(arguments, input)) {
        out::note(&line);
    }
    if let Some(line) = unnamed_line(own) {
        out::note(&line);
    }
}

/// Which communities are called after their ID, as nobody has said what they are called; `None` where all have a name.
pub(crate) fn unnamed_line(report: Option<&CommunityReport>) -> Option<String> {
    const LISTED: usize = 5;
    let made = report.map_or(&[][..], |report| &report.made);
    let unnamed: Vec<&MadeCommunity> = made.iter().filter(|made| made.is_named_by_id).collect();
    let listed: Vec<String> = unnamed
        .iter()
        .take(LISTED)
        .map(|made| format!("{:?}", made.name))
        .collect();
    let further = match unnamed.len().saturating_sub(LISTED) {
        0 => String::new(),
        further => format!(" and {further} more"),
    };
    (!unnamed.is_empty()).then(|| {
        format!(
            "topic-import: {} named after the GroupId, because the input names none, or several: {}{further}. To name one, add a column Name to the list of --groups.",
            text::communities(unnamed.len() as u64),
            listed.join(", ")
        )
    })
}

/// A community that is made of what rows belong to, in a line.
pub(crate) fn made_line(made: &MadeCommunity) -> String {
    let since = match made.create_time {
        Some(time) => format!(", created {}", time::moment(time.into())),
        None => ", created at the time of the import".to_owned(),
    };
    format!("  {}: {:?}{since}", made.group_id, made.name)
}

/// What stands before the lines of communities: their file, or that of the rows which they are made of.
pub(crate) fn name(arguments: &CommunityArguments, input: &InputArguments) -> String {
    let path = arguments.communities.as_deref();
    path.map_or_else(|| input::name(input), text::path)
}
