//! Checks a whole input and sends nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::derived_id;
use crate::duplicates::{Duplicate, Duplicates, Key, Kind};
use crate::fingerprint::Fingerprint;
use crate::input::{Input, InputError};
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
    /// The header itself has problems: no row can be trusted.
    #[serde(skip)]
    pub header_is_bad: bool,
    /// The lines whose topic another line names before, and which are otherwise sound.
    #[serde(skip)]
    pub(crate) repeated_lines: BTreeSet<u64>,
    /// Which of several equal topics without a TopicId a line has, from 2; the first ones are not in it.
    #[serde(skip)]
    pub(crate) ordinals: BTreeMap<u64, u64>,
}

impl CheckReport {
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
                self.ordinals.insert(line, duplicate.ordinal);
                return;
            }
            Kind::Named => {
                self.invalid += 1;
                self.repeated_lines.insert(line);
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
        if let Some((key, kind)) = key(&row) {
            duplicates
                .add(key, row.line, kind)
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
