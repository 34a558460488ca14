//! That topics of a run were destroyed, and what imports them again.

use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{Destruction, Summary};

use crate::show::text;
use crate::show::time;

/// Says what was destroyed, when and by whom, and what is left; `None` if nothing was. `journal` is its name as an
/// argument of a command.
pub(crate) fn in_words(
    summary: &Summary,
    destruction: Option<&Destruction>,
    journal: Option<&str>,
) -> Option<String> {
    let communities = summary.communities.of(Outcome::Destroyed);
    let topics = text::count(summary.destroyed, "topic");
    let what = match (communities, summary.destroyed) {
        (0, 0) => return None,
        (0, _) => topics,
        (communities, 0) => text::communities(communities),
        (communities, _) => format!("{} and {topics}", text::communities(communities)),
    };
    let were = if communities + summary.destroyed == 1 {
        "was"
    } else {
        "were"
    };
    let when = destruction.map_or_else(String::new, when_and_by_whom);
    let rest = [unsent(summary), left(summary, journal)].concat();
    Some(format!(
        "topic-import: {what} of this run {were} destroyed by `topic-import undo`{when}, and will not be imported again from this journal.\n\
         {rest}To import the same rows again, begin another run: name another journal with --journal.\n\
         The service's documents do not say whether a destroyed ID can be used again: `topic-import probe` tests it.\n\
         If it cannot, give the rows other IDs."
    ))
}

/// The line about the rows that were to be sent before the run was undone.
fn unsent(summary: &Summary) -> String {
    let unsent = |outcome| summary.of(outcome) + summary.communities.of(outcome);
    match unsent(Outcome::Pending) + unsent(Outcome::Held) {
        0 => String::new(),
        1 => "1 row has not been sent, and is not sent any more.\n".into(),
        rows => format!(
            "{} have not been sent, and are not sent any more.\n",
            text::count(rows, "row")
        ),
    }
}

/// The line about what undoing the run again would destroy.
fn left(summary: &Summary, journal: Option<&str>) -> String {
    let communities = summary.communities.of(Outcome::Imported);
    let parts = [
        (communities > 0).then(|| text::communities(communities)),
        (summary.imported > 0).then(|| text::count(summary.imported, "topic")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    let Some(journal) = journal.filter(|_| !parts.is_empty()) else {
        return String::new();
    };
    let are = if communities + summary.imported == 1 {
        "is"
    } else {
        "are"
    };
    format!(
        "The undo was not finished: {} {are} left. To continue: topic-import undo {journal} --yes\n",
        parts.join(" and ")
    )
}

fn when_and_by_whom(destruction: &Destruction) -> String {
    let (from, to) = (
        time::of_millis(destruction.from),
        time::of_millis(destruction.to),
    );
    let when = if from == to {
        format!(" at {from}")
    } else {
        format!(" from {from} to {to}")
    };
    let by: Vec<String> = destruction.by.iter().map(text::one_line).collect();
    if by.is_empty() {
        return when;
    }
    format!("{when}, by {}", by.join(" and "))
}
