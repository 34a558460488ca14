//! `report`: what became of a journal's rows, and what to do about those that are not there.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use topic_import_bulk::journal::{Journal as _, JournalRow, Order, Pages as _};
use topic_import_bulk::report::{ReportError, ReportedRow, RowFormat, RowMap, RowsToMend};
use topic_import_bulk::{AccountDigits, JournalError, OpenJournal, Outcome, Summary};

use crate::arguments::{Output, ReportArguments};
use crate::exit::{CannotStart, Exit};
use crate::journal::{Access, Named, heeding};
use crate::new_file::{self, NewFile};
use crate::output;
use crate::page;
use crate::words;

/// How much of a topic's name is shown; a sound one is shorter.
const SHOWN_NAME_BYTES: usize = 60;

pub(crate) fn run(arguments: &ReportArguments) -> Result<Exit, CannotStart> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CannotStart::new(format!("cannot start: {error}")))?;
    runtime.block_on(report(arguments))
}

async fn report(arguments: &ReportArguments) -> Result<Exit, CannotStart> {
    if let (Some(failed), Some(rows)) = (&arguments.failed, &arguments.rows)
        && new_file::is_same(failed, rows)
    {
        return Err(CannotStart::new(
            "--failed and --rows are the same file: name two",
        ));
    }
    let named = Named::of(&arguments.journal)?;
    let (journal, name) = named.open(Access::Read).await?;
    heeding(&journal, write(&journal, &name, arguments)).await
}

async fn write(
    journal: &OpenJournal,
    name: &str,
    arguments: &ReportArguments,
) -> Result<Exit, CannotStart> {
    let mut failed = create_rows(arguments.failed.as_deref())?;
    let mut rows = create_rows(arguments.rows.as_deref())?;
    let mut page = create_page(arguments.html.as_deref())?;
    if let Some((file, format)) = &mut failed {
        let written = write_rows_to_mend(journal, file, *format).await;
        written.map_err(|error| cannot_write(file, &error))?;
    }
    if let Some((file, format)) = &mut rows {
        let written = write_row_map(journal, file, *format).await;
        written.map_err(|error| cannot_write(file, &error))?;
    }
    if let Some(file) = &mut page {
        let written = page::write(journal, name, file.writer()).await;
        written.map_err(|error| cannot_write(file, &error))?;
    }
    let rows = [failed, rows].into_iter().flatten().map(|(file, _)| file);
    for file in rows.chain(page) {
        file.keep()?;
    }

    let summary = journal.summary().await;
    let summary = summary.map_err(|error| cannot_read(&error))?;
    match print(journal, &summary, arguments.print.output).await {
        // A reader that has gone away wants no more.
        Err(ReportError::Write(error)) if error.kind() == io::ErrorKind::BrokenPipe => {}
        Err(ReportError::Journal(error)) => return Err(cannot_read(&error)),
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

fn create_rows(path: Option<&Path>) -> Result<Option<(NewFile, RowFormat)>, CannotStart> {
    let Some(path) = path else {
        return Ok(None);
    };
    let Some(format) = RowFormat::from_extension(path) else {
        return Err(CannotStart::new(format!(
            "{}: the name does not say how to write the rows: let it end in .jsonl or .csv",
            words::path(path)
        )));
    };
    Ok(Some((NewFile::create(path)?, format)))
}

fn create_page(path: Option<&Path>) -> Result<Option<NewFile>, CannotStart> {
    let Some(path) = path else {
        return Ok(None);
    };
    let extension = path.extension().unwrap_or_default();
    if !["html", "htm"]
        .iter()
        .any(|known| extension.eq_ignore_ascii_case(known))
    {
        return Err(CannotStart::new(format!(
            "{}: a page for a browser: let it end in .html",
            words::path(path)
        )));
    }
    NewFile::create(path).map(Some)
}

/// Takes the rows with these outcomes in the order of the input, with a page of them in memory.
async fn each_row(
    journal: &OpenJournal,
    outcomes: &[Outcome],
    mut take: impl FnMut(JournalRow) -> Result<(), ReportError>,
) -> Result<(), ReportError> {
    let mut pages = journal.rows(outcomes, Order::Input).await?;
    loop {
        let page = pages.next_page().await?;
        if page.is_empty() {
            return Ok(());
        }
        for row in page {
            take(row)?;
        }
    }
}

async fn write_rows_to_mend(
    journal: &OpenJournal,
    file: &mut NewFile,
    format: RowFormat,
) -> Result<(), ReportError> {
    let name = words::path(file.path());
    let (mut in_doubt, mut held_unnamed) = (0, 0);
    let mut rows = RowsToMend::new(file.writer(), format);
    each_row(journal, &Outcome::TO_MEND, |row| {
        let is_unnamed = row.request.is_some() && row.topic()?.topic_id().is_none();
        if is_unnamed && row.outcome == Outcome::Held {
            held_unnamed += 1;
            return Ok(());
        }
        if !rows.write(&row)? {
            output::note(&format!(
                "topic-import: line {} is not in {name}: it was too long to be kept. Mend it in the input.",
                row.line
            ));
        }
        in_doubt += u64::from(is_unnamed && row.outcome == Outcome::Unknown);
        Ok(())
    })
    .await?;
    if rows.finish()? == AccountDigits::Number {
        output::note(&format!(
            "topic-import: import {name} with --from-account-as number"
        ));
    }
    if held_unnamed > 0 {
        output::note(&format!(
            "topic-import: {} held, without a TopicId, and not in {name}: the same import takes them up,\n\
             and would import them twice",
            words::count(held_unnamed, "row")
        ));
    }
    if in_doubt > 0 {
        output::note(&format!(
            "topic-import: {} in {name} unknown and without a TopicId: \
             take out what is there, or importing it again doubles it",
            words::count(in_doubt, "row")
        ));
    }
    Ok(())
}

async fn write_row_map(
    journal: &OpenJournal,
    file: &mut NewFile,
    format: RowFormat,
) -> Result<(), ReportError> {
    let mut map = RowMap::new(file.writer(), format)?;
    each_row(journal, &Outcome::ALL, |row| {
        Ok(map.write(&ReportedRow::try_from(row)?)?)
    })
    .await?;
    Ok(map.finish()?)
}

async fn print(
    journal: &OpenJournal,
    summary: &Summary,
    output: Output,
) -> Result<(), ReportError> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    match output {
        Output::Json => print_json(journal, summary, &mut stdout).await?,
        Output::Text => print_text(journal, summary, &mut stdout).await?,
    }
    Ok(stdout.flush()?)
}

/// One object: the summary, and in it the failed rows as they are read.
async fn print_json(
    journal: &OpenJournal,
    summary: &Summary,
    stdout: &mut impl Write,
) -> Result<(), ReportError> {
    let summary = serde_json::to_string(summary).map_err(io::Error::from)?;
    let members = summary.strip_suffix('}').unwrap_or_default();
    write!(stdout, "{members},\"failed\":[")?;
    let mut separator = "";
    each_row(journal, &Outcome::FAILED, |row| {
        stdout.write_all(separator.as_bytes())?;
        separator = ",";
        serde_json::to_writer(&mut *stdout, &ReportedRow::try_from(row)?)
            .map_err(io::Error::from)?;
        Ok(())
    })
    .await?;
    Ok(writeln!(stdout, "]}}")?)
}

async fn print_text(
    journal: &OpenJournal,
    summary: &Summary,
    stdout: &mut impl Write,
) -> Result<(), ReportError> {
    print_totals(summary, stdout)?;
    if !summary.by_code.is_empty() {
        writeln!(stdout)?;
    }
    for (code, rows) in &summary.by_code {
        let rows = words::count(*rows, "row");
        writeln!(stdout, "{:<6} {}: {rows}", code.get(), code.meaning())?;
        writeln!(stdout, "       {}", code.remedy())?;
    }
    let mut is_first = true;
    each_row(journal, &Outcome::FAILED, |row| {
        if std::mem::take(&mut is_first) {
            writeln!(stdout)?;
        }
        Ok(writeln!(
            stdout,
            "{}",
            in_words(&ReportedRow::try_from(row)?)
        )?)
    })
    .await
}

/// How many rows are where, and at what pace they got there.
fn print_totals(summary: &Summary, stdout: &mut impl Write) -> io::Result<()> {
    let rows = words::count(summary.rows, "row");
    let counts = words::counts(summary);
    writeln!(stdout, "{rows}: {counts}")?;
    let calls = words::count(summary.calls, "call");
    let seconds = summary.seconds;
    write!(stdout, "{calls} in {seconds:.1} s")?;
    if seconds > 0.0 {
        let topics = summary.imported + summary.existing + summary.destroyed;
        let [calls, topics] = [summary.calls, topics].map(|count| a_second(count, seconds));
        write!(stdout, ": {calls:.1} calls and {topics:.1} topics a second")?;
    }
    writeln!(stdout)
}

#[allow(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
fn a_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// A row whose topic is not there, in a line.
fn in_words(row: &ReportedRow) -> String {
    let mut line = format!("{}: ", row.line);
    if let Some(name) = row.topic_name.as_ref().filter(|name| !name.is_empty()) {
        let shown = &name[..name.floor_char_boundary(SHOWN_NAME_BYTES)];
        let dots = if shown.len() < name.len() { "…" } else { "" };
        line = format!("{line}{}{dots}: ", words::one_line(shown));
    }
    line.push_str(row.outcome.name());
    match words::why_not_there(row) {
        Some(why) => format!("{line}: {}", words::one_line(&why)),
        None => line,
    }
}

fn cannot_read(error: &JournalError) -> CannotStart {
    CannotStart::new(words::given_journal_error(error))
}

fn cannot_write(file: &NewFile, error: &ReportError) -> CannotStart {
    match error {
        ReportError::Journal(error) => cannot_read(error),
        ReportError::Write(error) => file.error(error),
        error => CannotStart::new(format!(
            "cannot write {}: {error}.\nName a file that ends in .jsonl.",
            words::path(file.path())
        )),
    }
}
