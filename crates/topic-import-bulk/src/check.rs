//! Checks a whole input and sends nothing.

use std::io;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;
use topic_import_core::ImportTopic;

use crate::derived_id::{self, TopicIds};
use crate::duplicates::{Duplicate, Duplicates, Key, Kind, Merge, Sorted, Sorter, Stored};
use crate::fingerprint::Fingerprint;
use crate::input::{Input, InputError};
use crate::left_out::LeftOut;
use crate::problem::Problem;
use crate::row::Row;

/// The most problems that a report lists.
pub const MAX_PROBLEMS_LISTED: usize = 1000;

/// What checking an input found.
#[derive(Debug, Default, Serialize)]
#[non_exhaustive]
pub struct CheckReport {
    /// How many rows there are.
    pub rows: u64,
    /// How many of them have problems.
    pub invalid: u64,
    /// How many problems there are in all.
    pub problems_total: u64,
    /// The first of them, at most [`MAX_PROBLEMS_LISTED`], by line.
    pub problems: Vec<Problem>,
    /// The fingerprint of the bytes that were checked.
    #[serde(skip)]
    pub fingerprint: Fingerprint,
    /// The header itself has problems, or the document, or a mapping: no row can be trusted.
    #[serde(skip)]
    pub header_is_bad: bool,
    /// What of an export becomes no topic.
    #[serde(skip)]
    pub left_out: LeftOut,
    /// The sources in the list of groups to which no row belongs.
    #[serde(skip)]
    pub unnamed_sources: Vec<String>,
    /// The rows that are not the first of their topic.
    #[serde(skip)]
    repeats: Repeats,
}

impl CheckReport {
    /// The request of a row that is sound, also among all others; rows are counted from 1, and read in turn.
    ///
    /// # Errors
    /// Where the temporary file that says so cannot be read.
    pub fn sound(&self, number: u64, row: Row) -> io::Result<Option<ImportTopic>> {
        let is_sound = !self.header_is_bad && self.standing(number)? != Standing::Repeated;
        Ok(row.topic.ok().filter(|_| is_sound))
    }

    /// What a row is among all others. Rows that are asked for in turn take one pass.
    pub(crate) fn standing(&self, number: u64) -> io::Result<Standing> {
        self.repeats.standing(number)
    }

    fn list(&mut self, problem: Problem) {
        self.problems_total += 1;
        if self.problems.len() < MAX_PROBLEMS_LISTED {
            self.problems.push(problem);
        }
    }

    fn take(&mut self, duplicate: &Duplicate, marks: &mut Sorter<Mark>) -> io::Result<()> {
        let number = duplicate.number;
        match duplicate.kind {
            Kind::Unnamed => {
                let standing = Standing::Nth(duplicate.ordinal);
                return marks.add(Mark { number, standing });
            }
            Kind::Named => {
                self.invalid += 1;
                let standing = Standing::Repeated;
                marks.add(Mark { number, standing })?;
            }
            Kind::Invalid => {}
        }
        self.list_in_order(Problem::topic_twice(duplicate.line, duplicate.first_line));
        Ok(())
    }

    /// Takes a problem that comes out of turn: the listed ones stay the first by line.
    fn list_in_order(&mut self, problem: Problem) {
        self.problems_total += 1;
        let place = self
            .problems
            .partition_point(|listed| listed.line <= problem.line);
        self.problems.insert(place, problem);
        self.problems.truncate(MAX_PROBLEMS_LISTED);
    }
}

/// What a row is among all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// Another row names its topic before.
    Repeated,
    /// Which of several equal topics without a TopicId it is, from 1; any other is the first.
    Nth(u64),
}

impl Standing {
    /// The topic of the row as it is called, and whether its TopicId is derived.
    pub(crate) fn named(self, topic: ImportTopic, topic_ids: TopicIds) -> (ImportTopic, bool) {
        let is_derived = topic.topic_id().is_none() && topic_ids == TopicIds::Derived;
        match self {
            _ if !is_derived => (topic, false),
            Self::Nth(ordinal) => (derived_id::named(topic, ordinal), true),
            Self::Repeated => (derived_id::named(topic, 1), true),
        }
    }
}

/// A row that is not the first of its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    number: u64,
    standing: Standing,
}

impl Stored for Mark {
    type Bytes = [u8; 16];
    const ZEROES: Self::Bytes = [0; 16];

    fn to_bytes(self) -> Self::Bytes {
        let ordinal = match self.standing {
            Standing::Repeated => 0,
            Standing::Nth(ordinal) => ordinal,
        };
        let mut bytes = Self::ZEROES;
        bytes[..8].copy_from_slice(&self.number.to_le_bytes());
        bytes[8..].copy_from_slice(&ordinal.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: Self::Bytes) -> Self {
        let (numbers, _) = bytes.as_chunks::<8>();
        Self {
            number: u64::from_le_bytes(numbers[0]),
            standing: match u64::from_le_bytes(numbers[1]) {
                0 => Standing::Repeated,
                ordinal => Standing::Nth(ordinal),
            },
        }
    }
}

/// All marks by row, and how far they were read.
#[derive(Debug, Default)]
struct Repeats {
    marks: Sorted<Mark>,
    reading: Mutex<Option<Reading>>,
}

#[derive(Debug)]
struct Reading {
    /// The row that was asked for last.
    number: u64,
    /// The first mark that is not before it.
    next: Option<Mark>,
    rest: Merge<Mark>,
}

impl Repeats {
    fn standing(&self, number: u64) -> io::Result<Standing> {
        let mut place = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        // Taken away while it is read: after an error it begins anew.
        let mut reading = match place.take() {
            Some(reading) if reading.number <= number => reading,
            _ => Reading::new(&self.marks)?,
        };
        let standing = reading.go_to(number)?;
        *place = Some(reading);
        Ok(standing)
    }
}

impl Reading {
    fn new(marks: &Sorted<Mark>) -> io::Result<Self> {
        let mut rest = marks.merge()?;
        Ok(Self {
            number: 0,
            next: rest.next().transpose()?,
            rest,
        })
    }

    fn go_to(&mut self, number: u64) -> io::Result<Standing> {
        self.number = number;
        while self.next.is_some_and(|mark| mark.number < number) {
            self.next = self.rest.next().transpose()?;
        }
        let mark = self.next.filter(|mark| mark.number == number);
        Ok(mark.map_or(Standing::Nth(1), |mark| mark.standing))
    }
}

/// Reads every row and collects what is wrong, topics named twice included. Memory does not grow with the rows.
///
/// # Errors
/// Where the input cannot be read; bad rows are no error, they are what the report is for.
pub fn check(input: &Input) -> Result<CheckReport, InputError> {
    check_each(input, |_| {})
}

/// The same, and shows every row to `see` as it is read. A topic that is named twice is not known then yet.
///
/// # Errors
/// As [`check`].
pub fn check_each(input: &Input, mut see: impl FnMut(&Row)) -> Result<CheckReport, InputError> {
    let mut report = CheckReport::default();
    let mut duplicates = Duplicates::default();
    let mut rows = input.hashed_rows()?;
    for problem in rows.header_problems() {
        report.header_is_bad = true;
        report.list(problem.clone());
    }
    for row in &mut rows {
        let row = row.map_err(|error| input.error(error))?;
        report.rows += 1;
        see(&row);
        if let Some((key, kind)) = key(&row) {
            duplicates
                .add(key, report.rows, row.line, kind)
                .map_err(|error| input.error(error))?;
        }
        match row.topic {
            Ok(_) => {}
            Err(problems) => {
                report.invalid += 1;
                for problem in problems {
                    report.list(problem);
                }
            }
        }
    }
    for problem in rows.closing_problems() {
        report.header_is_bad = true;
        report.list_in_order(problem);
    }
    report.left_out = rows.left_out();
    report.unnamed_sources = rows.unnamed_sources().map(ToOwned::to_owned).collect();
    report.fingerprint = rows.fingerprint().map_err(|error| input.error(error))?;
    let mut marks = Sorter::default();
    duplicates
        .find(|duplicate| report.take(&duplicate, &mut marks))
        .and_then(|()| marks.sorted())
        .map(|marks| report.repeats.marks = marks)
        .map_err(|error| input.error(error))?;
    if report.header_is_bad {
        report.invalid = report.rows;
    }
    Ok(report)
}

/// What stands for the row's topic among all others: its own ID, or the derived one.
fn key(row: &Row) -> Option<(Key, Kind)> {
    match &row.topic {
        Ok(topic) if topic.topic_id().is_none() => {
            let derived = derived_id::derive(topic, 1).ok()?;
            Some((Key::of(derived.as_str()), Kind::Unnamed))
        }
        Ok(_) => Some((row.key?, Kind::Named)),
        Err(_) => Some((row.key?, Kind::Invalid)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::duplicates::RUN_LENGTH;
    use crate::{Format, RowSettings};
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn checked(rows: impl Iterator<Item = String>) -> (Input, CheckReport) {
        let text: String = rows.collect();
        let input = Input::spool(text.as_bytes(), Format::Jsonl, RowSettings::default()).unwrap();
        let report = check(&input).unwrap();
        (input, report)
    }

    fn unnamed(topic: u64) -> String {
        format!("{{\"GroupId\":\"@TGS#_a\",\"TopicName\":\"{topic}\"}}\n")
    }

    fn named(topic: u64) -> String {
        format!(
            "{{\"GroupId\":\"@TGS#_a\",\"TopicId\":\"@TGS#_a@TOPIC#_{topic}\",\"TopicName\":\"x\"}}\n"
        )
    }

    /// What the rows are, if those of odd topics have an ID.
    fn expected(topics: &[u64]) -> Vec<Standing> {
        let mut counts = HashMap::new();
        let mut standing = |topic: &u64| {
            let count = counts.entry(*topic).or_insert(0);
            *count += 1;
            match *count {
                count if count == 1 || topic.is_multiple_of(2) => Standing::Nth(count),
                _ => Standing::Repeated,
            }
        };
        topics.iter().map(&mut standing).collect()
    }

    fn report(topics: &[u64]) -> CheckReport {
        let row = |topic: &u64| {
            if topic.is_multiple_of(2) {
                unnamed(*topic)
            } else {
                named(*topic)
            }
        };
        checked(topics.iter().map(row)).1
    }

    fn standings(report: &CheckReport) -> Vec<Standing> {
        (1..=report.rows)
            .map(|number| report.standing(number).unwrap())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn rows_are_told_apart_in_any_order(
            topics in prop::collection::vec(0_u64..10, 1..40),
            order in prop::collection::vec(any::<prop::sample::Index>(), 0..40),
        ) {
            let report = report(&topics);
            prop_assert!(!report.repeats.marks.is_on_disk());
            let expected = expected(&topics);
            prop_assert_eq!(&standings(&report), &expected);
            for index in order {
                let index = index.index(topics.len());
                prop_assert_eq!(report.standing(index as u64 + 1).unwrap(), expected[index]);
            }
        }

        #[test]
        fn a_mark_is_read_as_it_was_written(number: u64, ordinal in 1_u64..) {
            for standing in [Standing::Repeated, Standing::Nth(ordinal)] {
                let mark = Mark { number, standing };
                prop_assert_eq!(Mark::from_bytes(mark.to_bytes()), mark);
            }
        }
    }

    #[test]
    fn repeated_rows_are_told_apart_across_runs_on_disk() {
        // The first topics come again at the end, and between them one that is equal each time.
        let once = 0..50;
        let same = std::iter::repeat_n(100, 2 * RUN_LENGTH + 7);
        let topics: Vec<u64> = once.clone().chain(same).chain(once).collect();
        let report = report(&topics);
        assert!(report.repeats.marks.is_on_disk());
        for _ in 0..2 {
            assert!(standings(&report) == expected(&topics));
        }
        assert_eq!(report.invalid, 25);
    }
}
