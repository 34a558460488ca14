//! The communities that an import is to make itself, as the arguments say it.

use std::fs::File;
use std::path::Path;

use topic_import_bulk::CheckReport;
use topic_import_bulk::check::CommunityReport;
use topic_import_bulk::input::{Communities, CommunitiesFormat, InputCommunity};

use crate::cli::input::{CommunityArguments, InputArguments};
use crate::exit::CannotStart;
use crate::open::input;
use crate::show::out;
use crate::show::text;

/// The communities that the arguments name; none where they name no file.
pub(crate) fn open(
    arguments: &CommunityArguments,
    input: &InputArguments,
) -> Result<Communities, CannotStart> {
    let Some(path) = &arguments.communities else {
        return Ok(Communities::default());
    };
    let shown = text::path(path);
    let Some(format) = CommunitiesFormat::from_extension(path) else {
        return Err(CannotStart::new(format!(
            "{shown}: the name does not say how the communities are written: let it end in .jsonl or .csv"
        )));
    };
    let cannot_read = |error: std::io::Error| {
        CannotStart::new(format!("cannot read {shown}: {}", text::io_error(&error)))
    };
    let file = File::open(path).map_err(cannot_read)?;
    Communities::read(file, format, input.fit).map_err(cannot_read)
}

/// Says what of a community was shortened.
pub(crate) fn note_shortened(communities: &Communities, arguments: &CommunityArguments) {
    let file = name(arguments);
    for InputCommunity {
        line, shortened, ..
    } in communities.rows()
    {
        for text in shortened {
            out::note(&format!("{file}:{line}: {}", text::one_line(text)));
        }
    }
}

/// A line for every problem of a community that is listed, as compilers write them.
pub(crate) fn problem_lines(
    report: Option<&CommunityReport>,
    arguments: &CommunityArguments,
    most: usize,
) -> Vec<String> {
    let Some(report) = report else {
        return Vec::new();
    };
    let file = name(arguments);
    let listed = report.problems.iter().take(most);
    let mut lines: Vec<String> = listed
        .map(|problem| format!("{file}:{}", input::problem_line(problem)))
        .collect();
    let further = report.problems_total - lines.len() as u64;
    if further > 0 {
        let problems = text::count(further, "further problem");
        lines.push(format!("… and {problems} of communities"));
    }
    lines
}

/// Says the first problems, where another command has more to say than they.
pub(crate) fn note_problems(checked: &CheckReport, arguments: &CommunityArguments) {
    const MOST: usize = 20;
    for line in problem_lines(checked.own_communities.as_ref(), arguments, MOST) {
        out::note(&line);
    }
}

/// The file's name in messages.
pub(crate) fn name(arguments: &CommunityArguments) -> String {
    let path = arguments.communities.as_deref();
    path.map_or_else(|| "communities".to_owned(), |path: &Path| text::path(path))
}
