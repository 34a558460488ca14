//! Records of cells, however they are written down.

use std::io;

use crate::input::problem::Problem;
use crate::input::text::lines::MAX_LINE_BYTES;

/// More cells than any record of topics has; a record with more is passed over.
pub(crate) const MAX_CELLS: usize = 1024;

/// Reads records one at a time.
pub(crate) trait Table {
    /// The next record; its cells are in [`Table::cells`].
    fn next(&mut self) -> io::Result<Option<Record>>;

    /// Those of the last record; none where it was passed over.
    fn cells(&self) -> impl ExactSizeIterator<Item = &[u8]>;

    /// What stands between cells, in words.
    fn separators(&self) -> &'static str {
        "commas"
    }

    /// What a line above the first record says that stands between cells.
    fn told_separator(&self) -> Option<char> {
        None
    }

    /// Reads what is left, to the end.
    fn read_on(&mut self) -> io::Result<()>;
}

/// A record and the line on which it begins.
pub(crate) enum Record {
    Whole {
        line: u64,
    },
    /// Passed over without being kept.
    TooLong {
        line: u64,
    },
    /// The input ends within quotation marks.
    Unclosed {
        line: u64,
    },
}

/// Whether nothing stands in a record.
pub(crate) fn are_empty<'a>(mut cells: impl Iterator<Item = &'a [u8]>) -> bool {
    cells.all(<[u8]>::is_empty)
}

/// Records of text, for lists that are not rows.
pub(crate) struct Cells<T>(pub(crate) T);

/// Why a record of text cannot be read.
pub(crate) enum CellsError {
    Io(io::Error),
    Record(Problem),
}

impl<T: Table> Cells<T> {
    /// The line on which the next record begins that is not wholly empty, and what is in it.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Vec<String>)>, CellsError> {
        let line = loop {
            match self.0.next().map_err(CellsError::Io)? {
                None => return Ok(None),
                Some(Record::TooLong { line }) => return Err(CellsError::Record(too_long(line))),
                Some(Record::Unclosed { line }) => return Err(CellsError::Record(unclosed(line))),
                Some(Record::Whole { line }) if !are_empty(self.0.cells()) => break line,
                Some(Record::Whole { .. }) => {}
            }
        };
        let cells = self.0.cells().map(|cell| String::from_utf8(cell.to_vec()));
        match cells.collect() {
            Ok(cells) => Ok(Some((line, cells))),
            Err(_) => Err(CellsError::Record(Problem::not_utf8(line, None))),
        }
    }
}

pub(crate) fn unclosed(line: u64) -> Problem {
    Problem::syntax(line, "has a quotation mark that is never closed: close it")
}

pub(crate) fn too_long(line: u64) -> Problem {
    Problem {
        limit: MAX_LINE_BYTES.into(),
        ..Problem::syntax(
            line,
            format!(
                "is a record of more than {} MiB or {MAX_CELLS} cells: is a quotation mark not closed?",
                MAX_LINE_BYTES / 1024 / 1024
            ),
        )
    }
}
