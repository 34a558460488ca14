//! Every problem of an input, by file and line, however many there are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Result, params};

use crate::check::repeats::TEMPORARY;
use crate::input::InputError;
use crate::input::element::Element;
use crate::input::problem::Problem;

/// How many problems are given at a time.
const PROBLEMS_PER_PAGE: usize = 1000;

/// Every problem of an input, by file and line, in a temporary database of which memory holds only a part.
#[derive(Debug)]
pub struct AllProblems(Mutex<Connection>);

/// How far problems were given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProblemsGiven {
    file: String,
    line: u64,
    number: u64,
}

impl AllProblems {
    pub(crate) fn new() -> Result<Self> {
        let database = Connection::open("")?;
        database.execute_batch(TEMPORARY)?;
        // The order in which they came is that of problems on the same line.
        database.execute_batch(
            "CREATE TABLE problem (number INTEGER PRIMARY KEY, file TEXT NOT NULL, line INTEGER NOT NULL, problem TEXT NOT NULL)",
        )?;
        Ok(Self(Mutex::new(database)))
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, problem: &Problem) -> Result<()> {
        let json = serde_json::to_string(problem).expect("a problem is JSON");
        let file = problem.element.as_deref().and_then(Element::file);
        self.database()
            .prepare_cached("INSERT INTO problem (file, line, problem) VALUES (?, ?, ?)")?
            .execute(params![file.unwrap_or_default(), problem.line, json])
            .map(drop)
    }

    pub(crate) fn clear(&self) -> Result<()> {
        self.database().execute("DELETE FROM problem", []).map(drop)
    }

    /// All were added.
    pub(crate) fn complete(&self) -> Result<()> {
        self.database()
            .execute_batch("CREATE INDEX by_line ON problem (file, line, number)")
    }

    /// The next problems; none where there are no more.
    ///
    /// # Errors
    /// Where the temporary database fails.
    pub fn next_page(
        &self,
        given: &mut ProblemsGiven,
    ) -> std::result::Result<Vec<Problem>, InputError> {
        let page = self.page(given).map_err(InputError::of_comparing)?;
        let mut problems = Vec::new();
        for (after, json) in page {
            *given = after;
            problems.push(serde_json::from_str(&json).map_err(InputError::of_keeping)?);
        }
        Ok(problems)
    }

    fn page(&self, after: &ProblemsGiven) -> Result<Vec<(ProblemsGiven, String)>> {
        let database = self.database();
        let mut statement = database.prepare_cached(
            "SELECT file, line, number, problem FROM problem \
             WHERE (file, line, number) > (?, ?, ?) ORDER BY file, line, number LIMIT ?",
        )?;
        let page = statement.query_map(
            params![after.file, after.line, after.number, PROBLEMS_PER_PAGE],
            |row| {
                let after = ProblemsGiven {
                    file: row.get(0)?,
                    line: row.get(1)?,
                    number: row.get(2)?,
                };
                Ok((after, row.get(3)?))
            },
        )?;
        page.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_come_by_file_and_line_and_on_a_line_as_they_were_found() {
        let all = AllProblems::new().unwrap();
        let files = ["b.jsonl", "a.jsonl"].map(|name| Element::in_file(None, &name.into()));
        let problems: Vec<Problem> = (0..2_500)
            .map(|number| Problem {
                element: Some(Box::new(files[usize::from(number >= 1_250)].clone())),
                ..Problem::unknown_field(1 + number % 7, &number.to_string())
            })
            .collect();
        for problem in &problems {
            all.add(problem).unwrap();
        }
        all.complete().unwrap();
        let mut expected = problems;
        let place = |problem: &Problem| {
            (
                problem.element.as_ref().unwrap().file().map(str::to_owned),
                problem.line,
            )
        };
        expected.sort_by_key(place);
        let (mut given, mut found) = (ProblemsGiven::default(), Vec::new());
        loop {
            let page = all.next_page(&mut given).unwrap();
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        let words = |problems: &[Problem]| -> Vec<String> {
            problems.iter().map(ToString::to_string).collect()
        };
        assert_eq!(words(&found), words(&expected));
        all.clear().unwrap();
        assert_eq!(all.next_page(&mut ProblemsGiven::default()).unwrap(), []);
    }
}
