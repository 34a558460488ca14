//! Every problem of an input, by line, however many there are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, Result, params};

use crate::check::repeats::TEMPORARY;
use crate::input::InputError;
use crate::input::problem::Problem;

/// How many problems are given at a time.
const PROBLEMS_PER_PAGE: usize = 1000;

/// Every problem of an input, by line, in a temporary database of which memory holds only a part.
#[derive(Debug)]
pub struct AllProblems(Mutex<Connection>);

/// How far problems were given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProblemsGiven {
    line: u64,
    number: u64,
}

impl AllProblems {
    pub(crate) fn new() -> Result<Self> {
        let database = Connection::open("")?;
        database.execute_batch(TEMPORARY)?;
        // The order in which they came is that of problems on the same line.
        database.execute_batch(
            "CREATE TABLE problem (number INTEGER PRIMARY KEY, line INTEGER NOT NULL, problem TEXT NOT NULL)",
        )?;
        Ok(Self(Mutex::new(database)))
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, problem: &Problem) -> Result<()> {
        let json = serde_json::to_string(problem).expect("a problem is JSON");
        self.database()
            .prepare_cached("INSERT INTO problem (line, problem) VALUES (?, ?)")?
            .execute(params![problem.line, json])
            .map(drop)
    }

    pub(crate) fn clear(&self) -> Result<()> {
        self.database().execute("DELETE FROM problem", []).map(drop)
    }

    /// All were added.
    pub(crate) fn complete(&self) -> Result<()> {
        self.database()
            .execute_batch("CREATE INDEX by_line ON problem (line, number)")
    }

    /// The next problems; none where there are no more.
    ///
    /// # Errors
    /// Where the temporary database fails.
    pub fn next_page(
        &self,
        given: &mut ProblemsGiven,
    ) -> std::result::Result<Vec<Problem>, InputError> {
        let page = self.page(*given).map_err(InputError::of_comparing)?;
        let mut problems = Vec::new();
        for (number, line, json) in page {
            *given = ProblemsGiven { line, number };
            problems.push(serde_json::from_str(&json).map_err(InputError::of_keeping)?);
        }
        Ok(problems)
    }

    fn page(&self, after: ProblemsGiven) -> Result<Vec<(u64, u64, String)>> {
        let database = self.database();
        let mut statement = database.prepare_cached(
            "SELECT number, line, problem FROM problem WHERE (line, number) > (?, ?) \
             ORDER BY line, number LIMIT ?",
        )?;
        let page = statement.query_map(
            params![after.line, after.number, PROBLEMS_PER_PAGE],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        page.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_come_by_line_and_on_a_line_as_they_were_found() {
        let all = AllProblems::new().unwrap();
        let problems: Vec<Problem> = (0..2_500)
            .map(|number| Problem::unknown_field(1 + number % 7, &number.to_string()))
            .collect();
        for problem in &problems {
            all.add(problem).unwrap();
        }
        all.complete().unwrap();
        let mut expected = problems;
        expected.sort_by_key(|problem| problem.line);
        let (mut given, mut found) = (ProblemsGiven::default(), Vec::new());
        loop {
            let page = all.next_page(&mut given).unwrap();
            if page.is_empty() {
                break;
            }
            found.extend(page);
        }
        assert_eq!(found, expected);
        all.clear().unwrap();
        assert_eq!(all.next_page(&mut ProblemsGiven::default()).unwrap(), []);
    }
}
