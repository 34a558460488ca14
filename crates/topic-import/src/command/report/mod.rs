//! `report`: what became of the rows of an import, and what to do about those that failed.

mod files;
mod json;
mod words;

use std::io::{self, BufWriter, Write as _};

use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{Journal as _, JournalError, Summary};
use topic_import_bulk::report::{ReportError, ReportedRow};

use self::files::Files;
use crate::cli::print::Output;
use crate::cli::report::ReportArguments;
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::journal::{Access, Named, Reader};
use crate::show::destruction;
use crate::show::explanation;
use crate::show::out;

pub(crate) fn run(
    arguments: &ReportArguments,
    interrupts: &Interrupts,
) -> Result<Exit, CannotStart> {
    interrupts.stands_unchanged(
        "To report again",
        "before the report was complete: the journal is unchanged",
    );
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
    files::refuse_same(arguments)?;
    files::refuse_page_left_out(arguments)?;
    let named = Named::of(&arguments.journal)?;
    let (journal, name) = runtime.block_on(named.open(Access::Read))?;
    let reader = Reader {
        journal: &journal,
        runtime: &runtime,
    };
    Files::create(arguments)?.write(reader, &name)?;

    let summary = reader.wait(journal.summary());
    let cannot_read =
        |error: JournalError| CannotStart::new(explanation::given_journal_error(&error));
    let summary = summary.map_err(cannot_read)?;
    if summary.is_undone() {
        let course = reader.wait(journal.course()).map_err(cannot_read)?;
        let journal = named.in_a_command();
        let destroyed = course.destroyed.as_ref();
        if let Some(words) = destruction::in_words(&summary, destroyed, Some(&journal)) {
            out::note(&words);
        }
    }
    match print(reader, &summary, arguments.print.output) {
        // The reader of the pipe wants no more.
        Err(ReportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(ReportError::Journal(error)) => return Err(cannot_read(error)),
        Err(error) => {
            return Err(CannotStart::new(format!(
                "cannot write to standard output: {error}"
            )));
        }
        Ok(()) => {}
    }
    Ok(if summary.is_complete() {
        Exit::Done
    } else {
        Exit::Incomplete
    })
}

fn print(reader: Reader<'_>, summary: &Summary, output: Output) -> Result<(), ReportError> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    let failed = reader.rows(&Outcome::FAILED)?;
    let failed = failed.map(|row| row.and_then(ReportedRow::try_from));
    match output {
        Output::Json => json::print(summary, failed, &mut stdout)?,
        Output::Text => words::print(summary, failed, &mut stdout)?,
    }
    Ok(stdout.flush()?)
}
