//! What an earlier run has made of its rows: the map that its report wrote.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::input::InputError;
use crate::input::fingerprint::Fingerprint;
use crate::outcome::Outcome;
use crate::report::row_format::RowFormat;

const WANTED: &str =
    "is no row of a map as a report writes it: it must have GroupId, TopicId and outcome";

/// Where the topics of an earlier input were put: a map of its rows, as [`RowMap`](crate::report::RowMap) writes it.
///
/// It is read when an input is checked, a row in memory at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    path: PathBuf,
    format: RowFormat,
    fingerprint: Fingerprint,
}

/// A row of the map.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct PlacedTopic {
    #[serde(rename = "GroupId")]
    pub(super) group_id: Option<String>,
    #[serde(rename = "TopicId")]
    pub(super) topic_id: Option<String>,
    outcome: String,
}

impl Placed {
    /// The map in a file, which is read once for its fingerprint.
    ///
    /// # Errors
    /// Where the file cannot be read.
    pub fn file(path: impl Into<PathBuf>, format: RowFormat) -> Result<Self, InputError> {
        let path = path.into();
        let fingerprint = File::open(&path).and_then(Fingerprint::of_all);
        let fingerprint = fingerprint.map_err(|error| InputError::of_map(&path, error))?;
        Ok(Self {
            path,
            format,
            fingerprint,
        })
    }

    /// The fingerprint of the map.
    pub const fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Gives `take` every topic that is there, or may be or come to be: not those that were refused or destroyed.
    pub(super) fn each(
        &self,
        mut take: impl FnMut(&str, &str) -> io::Result<()>,
    ) -> Result<(), InputError> {
        let mut take = |line: u64, row: Option<PlacedTopic>| {
            let invalid = || io::Error::other(format!("line {line} {WANTED}"));
            let row = row.ok_or_else(invalid)?;
            if !row.has_place().ok_or_else(invalid)? {
                return Ok(());
            }
            match (&row.group_id, &row.topic_id) {
                (Some(group_id), Some(topic_id)) => take(group_id, topic_id),
                _ => Ok(()),
            }
        };
        let read = || {
            let reader = BufReader::new(File::open(&self.path)?);
            match self.format {
                RowFormat::Jsonl => (1..)
                    .zip(reader.lines())
                    .try_for_each(|(number, line)| take(number, serde_json::from_str(&line?).ok())),
                RowFormat::Csv => each_record(reader, take),
            }
        };
        read().map_err(|error| InputError::of_map(&self.path, error))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl PlacedTopic {
    /// Whether it has a place; `None` where the outcome is none.
    fn has_place(&self) -> Option<bool> {
        let mut known = Outcome::ALL.into_iter();
        let outcome = known.find(|outcome| outcome.name() == self.outcome)?;
        Some(!matches!(outcome, Outcome::Rejected | Outcome::Destroyed))
    }
}

fn each_record(
    reader: impl io::Read,
    mut take: impl FnMut(u64, Option<PlacedTopic>) -> io::Result<()>,
) -> io::Result<()> {
    let mut reader = ::csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(reader);
    let header = reader.headers()?.clone();
    let column = |name: &str| {
        let mut names = header
            .iter()
            .map(|cell| cell.trim_start_matches('\u{feff}'));
        names.position(|cell| cell == name)
    };
    let columns = [column("GroupId"), column("TopicId"), column("outcome")];
    let [Some(group_id), Some(topic_id), Some(outcome)] = columns else {
        return take(1, None);
    };
    for record in reader.records() {
        let record = record?;
        let line = record.position().map_or(0, ::csv::Position::line);
        let cell = |column: usize| record.get(column).filter(|cell| !cell.is_empty());
        let row = PlacedTopic {
            group_id: cell(group_id).map(ToOwned::to_owned),
            topic_id: cell(topic_id).map(ToOwned::to_owned),
            outcome: cell(outcome).unwrap_or_default().to_owned(),
        };
        take(line, Some(row))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, text: &str) -> Result<Vec<(String, String)>, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        std::fs::write(&path, text).unwrap();
        let placed = Placed::file(&path, RowFormat::from_extension(&path).unwrap()).unwrap();
        let mut found = Vec::new();
        let read = placed.each(|group_id, topic_id| {
            found.push((group_id.to_owned(), topic_id.to_owned()));
            Ok(())
        });
        match read {
            Ok(()) => Ok(found),
            Err(error) => Err(std::error::Error::source(&error).unwrap().to_string()),
        }
    }

    #[test]
    fn a_map_is_read_in_both_formats_without_what_is_not_there() {
        let jsonl = "{\"line\":1,\"GroupId\":\"g\",\"TopicId\":\"g1\",\"outcome\":\"imported\"}\n\
                     {\"line\":2,\"GroupId\":\"g\",\"TopicId\":\"g2\",\"outcome\":\"rejected\"}\n\
                     {\"line\":3,\"GroupId\":\"g\",\"TopicId\":null,\"outcome\":\"pending\"}\n\
                     {\"line\":4,\"GroupId\":null,\"TopicId\":null,\"outcome\":\"rejected\"}\n\
                     {\"line\":5,\"GroupId\":\"g\",\"TopicId\":\"g5\",\"outcome\":\"held\"}\n";
        let csv = "\u{feff}line,GroupId,TopicId,outcome,message\n1,g,g1,imported,\n2,g,g2,destroyed,\"a\nb\"\n\
                   3,g,,pending,\n5,g,g5,held,x\n";
        let expected = [("g".into(), "g1".into()), ("g".into(), "g5".into())];
        assert_eq!(read("map.jsonl", jsonl).unwrap(), expected);
        assert_eq!(read("map.csv", csv).unwrap(), expected);
    }

    #[test]
    fn what_is_no_map_is_said_with_its_line() {
        for (name, text, line) in [
            ("map.jsonl", "{\"outcome\":\"imported\"}\n[]\n", 2),
            ("map.jsonl", "{\"GroupId\":\"g\",\"TopicName\":\"a\"}\n", 1),
            ("map.jsonl", "{\"outcome\":\"done\"}\n", 1),
            ("map.csv", "GroupId,TopicName\ng,a\n", 1),
            (
                "map.csv",
                "GroupId,TopicId,outcome\ng,a,imported\ng,a,?\n",
                3,
            ),
        ] {
            let said = read(name, text).unwrap_err();
            assert_eq!(said, format!("line {line} {WANTED}"), "{text}");
        }
    }
}
