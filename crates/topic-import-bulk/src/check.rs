//! Checks a whole input and sends nothing.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::duplicates::Duplicates;
use crate::input::{Input, InputError};
use crate::problem::Problem;

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
    /// How many sound rows have no TopicId: importing the input again imports those again.
    #[serde(skip)]
    pub unnamed: u64,
    /// The header itself has problems: no row can be trusted.
    #[serde(skip)]
    pub header_is_bad: bool,
    /// The lines whose topic another line names before, and which are otherwise sound.
    #[serde(skip)]
    pub(crate) repeated_lines: BTreeSet<u64>,
}

impl CheckReport {
    fn list(&mut self, problem: Problem) {
        self.problems_total += 1;
        if self.problems.len() < MAX_PROBLEMS_LISTED {
            self.problems.push(problem);
        }
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
    let rows = input.rows()?;
    for problem in rows.header_problems() {
        report.header_is_bad = true;
        report.list(problem.clone());
    }
    for row in rows {
        let row = row.map_err(|error| input.error(error))?;
        report.rows += 1;
        if let Some(key) = row.key {
            duplicates
                .add(key, row.line, row.topic.is_err())
                .map_err(|error| input.error(error))?;
        }
        match row.topic {
            Ok(topic) => report.unnamed += u64::from(topic.topic_id().is_none()),
            Err(problems) => {
                report.invalid += 1;
                for problem in problems {
                    report.list(problem);
                }
            }
        }
    }
    let found = duplicates.find(|duplicate| {
        if !duplicate.is_invalid {
            report.invalid += 1;
            report.repeated_lines.insert(duplicate.line);
        }
        report.list_in_order(Problem::topic_twice(duplicate.line, duplicate.first_line));
    });
    found.map_err(|error| input.error(error))?;
    Ok(report)
}
