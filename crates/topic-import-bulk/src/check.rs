//! Checks a whole input and sends nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use topic_import_core::ImportTopic;

use crate::derived_id::{self, TopicIds};
use crate::duplicates::{Duplicate, Duplicates, Key, Kind};
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
    /// The rows, counted from 1, whose topic another row names before, and which are otherwise sound.
    #[serde(skip)]
    pub(crate) repeated: BTreeSet<u64>,
    /// Which of several equal topics without a TopicId a row has, from 2; the first ones are not in it.
    #[serde(skip)]
    pub(crate) ordinals: BTreeMap<u64, u64>,
}

impl CheckReport {
    /// The request of a row that is sound, also among all others; rows are counted from 1.
    pub fn sound(&self, number: u64, row: Row) -> Option<ImportTopic> {
        row.topic
            .ok()
            .filter(|_| !self.header_is_bad && !self.repeated.contains(&number))
    }

    /// The topic of a row as it is called, and whether its TopicId is derived.
    pub(crate) fn named(
        &self,
        number: u64,
        topic: ImportTopic,
        topic_ids: TopicIds,
    ) -> (ImportTopic, bool) {
        let is_derived = topic.topic_id().is_none() && topic_ids == TopicIds::Derived;
        if !is_derived {
            return (topic, false);
        }
        let ordinal = self.ordinals.get(&number).copied().unwrap_or(1);
        (derived_id::named(topic, ordinal), true)
    }

    fn list(&mut self, problem: Problem) {
        self.problems_total += 1;
        if self.problems.len() < MAX_PROBLEMS_LISTED {
            self.problems.push(problem);
        }
    }

    fn take(&mut self, duplicate: &Duplicate) {
        let line = duplicate.line;
        match duplicate.kind {
            Kind::Unnamed => {
                self.ordinals.insert(duplicate.number, duplicate.ordinal);
                return;
            }
            Kind::Named => {
                self.invalid += 1;
                self.repeated.insert(duplicate.number);
            }
            Kind::Invalid => {}
        }
        self.list_in_order(Problem::topic_twice(line, duplicate.first_line));
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

/// Reads every row and collects what is wrong, topics named twice included. Memory does not grow with the rows that
/// are sound.
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
    report.fingerprint = rows.fingerprint().map_err(|error| input.error(error))?;
    let found = duplicates.find(|duplicate| report.take(&duplicate));
    found.map_err(|error| input.error(error))?;
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
