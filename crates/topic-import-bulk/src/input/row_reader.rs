//! What reads the rows of one format.

use std::io;

use crate::input::draft::Draft;
use crate::input::mapped::Mapped;
use crate::input::problem::Problem;

/// Reads drafts of rows from an input in one format.
pub(crate) trait RowReader {
    /// The next row; `None` at the end.
    fn next(&mut self) -> io::Result<Option<Draft>>;

    /// The row that came last as a line of JSONL, for somebody to mend; `None` where it was passed over.
    fn as_read(&self) -> Option<String>;

    /// What is wrong with a header, and so with every row.
    fn header_problems(&self) -> &[Problem] {
        &[]
    }

    /// What shows only once every row was read, and concerns them all.
    fn closing_problems(&self) -> Vec<Problem> {
        Vec::new()
    }

    /// Reads what follows the last row, to the end of the input.
    fn read_on(&mut self) -> io::Result<()>;

    /// The mappings, with what they have found.
    fn into_mapped(self) -> Mapped;
}
