//! `convert`: prints the rows of an input as they would be imported, without sending anything.

use std::io::{self, BufWriter, Write as _};
use std::num::NonZeroU64;

use topic_import_bulk::check::{CheckReport, CheckSettings, TopicIds, ValidRows, valid_rows};

use crate::cli::convert::ConvertArguments;
use crate::command::check;
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::input;
use crate::show::out;
use crate::show::text;

pub(crate) fn run(
    arguments: &ConvertArguments,
    interrupts: &Interrupts,
) -> Result<Exit, CannotStart> {
    interrupts.stands_unchanged("To convert again", "before all rows were written");
    let input = input::open(&arguments.input)?;
    // No limit of topics per community: people may spread the rows over several communities after converting.
    let mut settings = CheckSettings::default();
    settings.topics_per_community = NonZeroU64::MAX;
    settings.topic_ids = TopicIds::OfExports;
    settings.keep_problems = arguments.input.problems.is_some();
    let problems = input::problem_file(&arguments.input)?;
    let see = input::note_shortened(&arguments.input);
    let (checked, rows) = valid_rows(&input, &settings, see)
        .map_err(|error| CannotStart::new(text::chain(&error)))?;
    check::write_problems(problems, &checked, &arguments.input)?;
    input::note_left_out(&checked, &arguments.input);
    check::note_problems(&checked, &arguments.input);
    match write(rows) {
        // The reader of the pipe wants no more.
        Err(Failure::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(Failure::Write(error)) => {
            return Err(CannotStart::new(format!(
                "cannot write to standard output: {}",
                text::io_error(&error)
            )));
        }
        Err(Failure::Read(error)) => return Err(error),
        Ok(()) => {}
    }
    if checked.problems_total == 0 {
        return Ok(Exit::Done);
    }
    let CheckReport { rows, invalid, .. } = checked;
    let rows = text::count(rows, "row");
    out::note(&if checked.header_is_bad {
        "topic-import: nothing was written.\nCorrect the problem above: every row depends on it."
            .into()
    } else {
        format!("topic-import: {invalid} of {rows} invalid; the others were written")
    });
    Ok(Exit::Incomplete)
}

enum Failure {
    Read(CannotStart),
    Write(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}

fn write(mut rows: ValidRows) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    loop {
        let page = rows
            .next_page()
            .map_err(|error| Failure::Read(CannotStart::new(text::chain(&error))))?;
        if page.is_empty() {
            return Ok(out.flush()?);
        }
        for request in page {
            writeln!(out, "{request}")?;
        }
    }
}
