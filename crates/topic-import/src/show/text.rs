//! Formats texts, paths, numbers and errors for printing.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{RowPlace, Summary};
use topic_import_core::escaped;

use crate::show::time::seconds;

/// A text from outside, escaped for printing: it cannot begin a new line, control the terminal or hide anything.
pub(crate) fn one_line(text: impl fmt::Display) -> String {
    escaped(text).to_string()
}

/// A path, escaped for printing: the name of a file may contain any character.
#[allow(clippy::disallowed_methods, reason = "it is escaped")]
pub(crate) fn path(path: &Path) -> String {
    one_line(path.display())
}

/// Where a row stands, as `17`, or as `b.jsonl:17` if the input is several files.
pub(crate) fn place(place: &RowPlace) -> String {
    match &place.file {
        Some(file) => format!("{}:{}", one_line(file), place.line),
        None => place.line.to_string(),
    }
}

/// A number with commas between its thousands.
pub(crate) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 row`, `2,000 rows`.
pub(crate) fn count(count: u64, thing: &str) -> String {
    format!("{} {}", number(count), things(count, thing))
}

/// How many of all things: `0 of 1 community`, `3 of 2,000 rows`.
pub(crate) fn part(some: u64, all: u64, thing: &str) -> String {
    format!("{} of {}", number(some), count(all, thing))
}

/// The word for so many of a thing.
fn things(count: u64, thing: &str) -> String {
    match (count, thing.strip_suffix('y')) {
        (1, _) => thing.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        (_, None) => format!("{thing}s"),
    }
}

/// Says how many rows have which outcome.
pub(crate) fn counts(summary: &Summary) -> String {
    let counts: Vec<String> = summary
        .counts()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| match (outcome, summary.in_flight) {
            (Outcome::Pending, in_flight @ 1..) => {
                let (count, in_flight) = (number(count), number(in_flight));
                format!("{count} pending ({in_flight} of them in flight)")
            }
            _ => format!("{} {}", number(count), outcome.name()),
        })
        .collect();
    if counts.is_empty() {
        "nothing to do".into()
    } else {
        counts.join(", ")
    }
}

/// How many communities have which outcome; `None` where the run makes none itself.
pub(crate) fn community_counts(summary: &Summary) -> Option<String> {
    let communities = &summary.communities;
    if communities.are_none() {
        return None;
    }
    let counts = communities.counts().into_iter();
    let counts: Vec<String> = counts
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| format!("{} {}", number(count), outcome.name()))
        .collect();
    let all = self::communities(communities.rows);
    Some(format!("{all}: {}", counts.join(", ")))
}

/// `1 community`, `2 communities`.
pub(crate) fn communities(count: u64) -> String {
    self::count(count, "community")
}

/// The calls of a command, and how long it took.
pub(crate) fn calls(summary: &Summary) -> String {
    let throttled = match summary.throttled {
        0 => String::new(),
        throttled => format!(" ({} refused as too frequent)", number(throttled)),
    };
    let (calls, time) = (count(summary.calls, "call"), seconds(summary.seconds));
    format!("{calls}{throttled} in {time}")
}

/// What calls that the service refused as too frequent have cost; `None` if there were none.
pub(crate) fn throttled(summary: &Summary) -> Option<String> {
    let Summary {
        throttled, calls, ..
    } = *summary;
    let percent = (throttled * 100).checked_div(calls)?;
    let of_all = match percent {
        0 => "less than 1%".to_owned(),
        percent => format!("{percent}%"),
    };
    (throttled > 0).then(|| {
        format!(
            "{of_all} of all calls were refused as too frequent and sent again: \
             where others use the same quota, give a smaller --rate"
        )
    })
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.downcast_ref().map(io_error);
        let words = words.unwrap_or_else(|| without_its_number(&cause.to_string()));
        text = format!("{text}: {words}");
        source = cause.source();
    }
    one_line(text)
}

/// The text of an error of the operating system, without the number at its end, which adds nothing.
pub(crate) fn without_its_number(text: &str) -> String {
    let end = text.find(" (os error ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// The text of an error of the operating system and, for common ones, what to do about it.
pub(crate) fn io_error(error: &io::Error) -> String {
    let words = match error.kind() {
        ErrorKind::NotFound => "there is no such file: check the path",
        ErrorKind::IsADirectory => "it is a directory: name a file",
        ErrorKind::PermissionDenied => {
            "permission denied: check the permissions of the file and its directory"
        }
        ErrorKind::StorageFull => "the disk is full: make room",
        ErrorKind::AddrInUse => "another program listens there: end it, or choose another port",
        _ => return without_its_number(&error.to_string()),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_easy_to_read() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(number),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(part(0, 1, "community"), "0 of 1 community");
        assert_eq!(part(1, 2000, "community"), "1 of 2,000 communities");
    }
}
