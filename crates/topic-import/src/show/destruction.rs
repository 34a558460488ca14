//! That topics of a run were destroyed, and what imports them again.

use topic_import_bulk::journal::Destruction;
use topic_import_bulk::{Outcome, Summary};

use crate::show::text;
use crate::show::time;

/// Says what was destroyed, when and by whom; `None` if nothing was.
pub(crate) fn in_words(summary: &Summary, destruction: Option<&Destruction>) -> Option<String> {
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
    Some(format!(
        "topic-import: {what} of this run {were} destroyed by `topic-import undo`{when}, and will not be imported again from this journal.\n\
         To import the same rows again, begin another run: name another journal with --journal.\n\
         The service's documents do not say whether a destroyed ID can be used again: `topic-import probe` tests it.\n\
         If it cannot, give the rows other IDs."
    ))
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
