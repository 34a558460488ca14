//! Every problem of an input, in a file for whoever mends it.

use std::io;
use std::path::Path;

use topic_import_bulk::check::{AllProblems, ProblemTable, ProblemsGiven};
use topic_import_bulk::input::Problem;
use topic_import_bulk::report::RowFormat;

use crate::exit::CannotStart;
use crate::show::new_file::NewFile;
use crate::show::text;

/// A new file for problems, of the format that its name tells.
pub(crate) struct ProblemFile {
    file: NewFile,
    format: RowFormat,
}

impl ProblemFile {
    pub(crate) fn create(path: &Path) -> Result<Self, CannotStart> {
        let Some(format) = RowFormat::from_extension(path) else {
            return Err(CannotStart::new(format!(
                "{}: the name must end in .jsonl or .csv, which says how to write the problems",
                text::path(path)
            )));
        };
        let file = NewFile::create(path)?;
        Ok(Self { file, format })
    }

    /// Writes all of them, each as `complete` has it.
    pub(crate) fn write(
        mut self,
        problems: &AllProblems,
        complete: impl Fn(&mut Problem),
    ) -> Result<(), CannotStart> {
        self.write_all(problems, complete)
            .map_err(|error| self.file.error(&error))?;
        self.file.keep()
    }

    fn write_all(
        &mut self,
        problems: &AllProblems,
        complete: impl Fn(&mut Problem),
    ) -> io::Result<()> {
        let mut table = ProblemTable::new(self.file.writer(), self.format)?;
        let mut given = ProblemsGiven::default();
        loop {
            let page = problems.next_page(&mut given).map_err(io::Error::other)?;
            if page.is_empty() {
                return table.finish();
            }
            for mut problem in page {
                complete(&mut problem);
                table.write(&problem)?;
            }
        }
    }
}
