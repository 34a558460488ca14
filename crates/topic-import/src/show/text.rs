//! Formats texts, paths, numbers and errors for printing.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use topic_import_bulk::{Outcome, Summary};
use topic_import_core::escaped;

/// A text from outside, escaped for printing: it cannot begin a new line, control the terminal or hide anything.
pub(crate) fn one_line(text: impl fmt::Display) -> String {
    escaped(text).to_string()
}

/// A path, escaped for printing: the name of a file may contain any character.
#[allow(clippy::disallowed_methods, reason = "it is escaped")]
pub(crate) fn path(path: &Path) -> String {
    one_line(path.display())
}

/// A number of things: `1 row`, `2 rows`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// Says how many rows have which outcome.
pub(crate) fn counts(summary: &Summary) -> String {
    let counts: Vec<String> = summary
        .counts()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| match (outcome, summary.in_flight) {
            (Outcome::Pending, in_flight @ 1..) => {
                format!("{count} pending ({in_flight} of them in flight)")
            }
            _ => format!("{count} {}", outcome.name()),
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
        .map(|(outcome, count)| format!("{count} {}", outcome.name()))
        .collect();
    let all = self::communities(communities.rows);
    Some(format!("{all}: {}", counts.join(", ")))
}

/// `1 community`, `2 communities`.
pub(crate) fn communities(count: u64) -> String {
    match count {
        1 => "1 community".to_owned(),
        count => format!("{count} communities"),
    }
}

/// A moment in Unix milliseconds, to the second.
pub(crate) fn moment(millis: i64) -> String {
    match jiff::Timestamp::from_second(millis.div_euclid(1000)) {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => "at no time".to_owned(),
    }
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
