//! `report`: what became of the rows of an import, and what to do about those that failed.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde::Serialize;
use topic_import_bulk::input::AccountDigits;
use topic_import_bulk::journal::{Journal as _, Order, Pages as _, StoredRow};
use topic_import_bulk::report::{ReportError, ReportedRow, RowFormat, RowMap, RowsToMend};
use topic_import_bulk::request::Kind;
use topic_import_bulk::{JournalError, OpenJournal, Outcome, Summary};
use topic_import_core::Code;

use crate::cli::print::Output;
use crate::cli::report::ReportArguments;
use crate::exit::{CannotStart, Exit};
use crate::interrupt::Interrupts;
use crate::open::journal::{Access, Named, heeding};
use crate::show::explanation::{self, Explanation};
use crate::show::new_file::{self, NewFile};
use crate::show::out;
use crate::show::page;
use crate::show::text;

/// How much of a topic's name is shown; a valid one is shorter.
const SHOWN_NAME_BYTES: usize = 60;

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
    runtime.block_on(report(arguments))
}

async fn report(arguments: &ReportArguments) -> Result<Exit, CannotStart> {
    if let (Some(failed), Some(rows)) = (&arguments.failed, &arguments.rows)
        && new_file::is_same(failed, rows)
    {
        return Err(CannotStart::new(
            "--failed and --rows name the same file: name two different files",
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
    if arguments.excel {
        mark_tables([&mut failed, &mut rows])?;
    }
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
        // The reader of the pipe wants no more.
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
            "{}: the name must end in .jsonl or .csv, which says how to write the rows",
            text::path(path)
        )));
    };
    Ok(Some((NewFile::create(path)?, format)))
}

/// By a byte-order mark, Excel knows CSV in UTF-8; an import passes over it.
fn mark_tables(files: [&mut Option<(NewFile, RowFormat)>; 2]) -> Result<(), CannotStart> {
    let mut is_marked = false;
    for (file, format) in files.into_iter().flatten() {
        if *format == RowFormat::Csv {
            let written = file.writer().write_all("\u{feff}".as_bytes());
            written.map_err(|error| file.error(&error))?;
            is_marked = true;
        }
    }
    if is_marked {
        return Ok(());
    }
    Err(CannotStart::new(
        "--excel: there is no table to mark: name one with --rows or --failed that ends in .csv",
    ))
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
            "{}: the name of a web page must end in .html",
            text::path(path)
        )));
    }
    NewFile::create(path).map(Some)
}

/// Calls `take` for each row with one of these outcomes, in the order of the input. Only one page of rows is in memory.
async fn each_row(
    journal: &OpenJournal,
    outcomes: &[Outcome],
    mut take: impl FnMut(StoredRow) -> Result<(), ReportError>,
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
    let name = text::path(file.path());
    let (mut in_doubt, mut held_unnamed) = (0, 0);
    let mut rows = RowsToMend::new(file.writer(), format);
    let mut communities = 0;
    each_row(journal, &Outcome::TO_MEND, |row| {
        if row.kind() == Kind::Community {
            communities += 1;
            return Ok(());
        }
        let is_unnamed = row.request.is_some() && row.topic()?.topic_id().is_none();
        if is_unnamed && row.outcome == Outcome::Held {
            held_unnamed += 1;
            return Ok(());
        }
        if !rows.write(&row)? {
            out::note(&format!(
                "topic-import: line {} is not in {name}: it was too long to be kept in the journal. Correct it in the input.",
                row.line
            ));
        }
        in_doubt += u64::from(is_unnamed && row.outcome == Outcome::Unknown);
        Ok(())
    })
    .await?;
    if rows.finish()? == AccountDigits::Number {
        out::note(&format!(
            "topic-import: import {name} with --from-account-as number"
        ));
    }
    if communities > 0 {
        out::note(&format!(
            "topic-import: {} not in {name}, which is of topics: mend the list of communities",
            text::communities(communities)
        ));
    }
    if held_unnamed > 0 {
        out::note(&format!(
            "topic-import: {} held and without a TopicId: not in {name}, because the same import sends such rows again,\n\
             and they would be imported twice",
            text::count(held_unnamed, "row")
        ));
    }
    if in_doubt > 0 {
        out::note(&format!(
            "topic-import: {} in {name} unknown and without a TopicId: \
             remove each row whose topic exists, or it will be imported twice",
            text::count(in_doubt, "row")
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

/// A row whose topic is not there, explained in the program's own words instead of those in the journal.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FailedRow {
    #[serde(rename = "line")]
    line: u64,
    #[serde(rename = "kind")]
    kind: Kind,
    group_id: Option<String>,
    topic_id: Option<String>,
    topic_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(rename = "outcome")]
    outcome: Outcome,
    #[serde(rename = "code")]
    code: Option<i64>,
    #[serde(rename = "message")]
    message: Option<String>,
    #[serde(rename = "remedy")]
    remedy: Option<&'static str>,
}

impl From<ReportedRow> for FailedRow {
    fn from(row: ReportedRow) -> Self {
        let (message, remedy) = match Explanation::of_row(&row) {
            Some(Explanation { what, remedy, .. }) => (Some(what), remedy),
            None => (None, None),
        };
        Self {
            line: row.line,
            kind: row.kind,
            group_id: row.group_id,
            topic_id: row.topic_id,
            topic_name: row.topic_name,
            name: row.name,
            outcome: row.outcome,
            code: row.cause.code.map(Code::get),
            message,
            remedy,
        }
    }
}

/// Prints one object: the members of the summary, then the failed rows, written as they are read.
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
        let row = FailedRow::from(ReportedRow::try_from(row)?);
        serde_json::to_writer(&mut *stdout, &row).map_err(io::Error::from)?;
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
    let of_communities = &summary.communities.by_code;
    if !summary.by_code.is_empty() || !of_communities.is_empty() {
        writeln!(stdout)?;
    }
    for (code, communities) in of_communities {
        let communities = text::communities(*communities);
        print_code(Kind::Community, *code, &communities, stdout)?;
    }
    for (code, rows) in &summary.by_code {
        print_code(Kind::Topic, *code, &text::count(*rows, "row"), stdout)?;
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

fn print_code(kind: Kind, code: Code, rows: &str, stdout: &mut impl Write) -> io::Result<()> {
    let Explanation { what, remedy, .. } = Explanation::of_code(kind, code);
    writeln!(stdout, "{:<6} {what}: {rows}", code.get())?;
    writeln!(stdout, "       {}", remedy.unwrap_or_default())
}

/// Prints how many rows have which outcome, and how fast the calls were made.
fn print_totals(summary: &Summary, stdout: &mut impl Write) -> io::Result<()> {
    let rows = text::count(summary.rows, "row");
    let counts = text::counts(summary);
    if let Some(communities) = text::community_counts(summary) {
        writeln!(stdout, "{communities}")?;
    }
    writeln!(stdout, "{rows}: {counts}")?;
    let seconds = summary.seconds;
    write!(stdout, "{}", text::calls(summary))?;
    if seconds > 0.0 {
        let topics = summary.imported + summary.existing + summary.destroyed;
        let [calls, topics] = [summary.calls, topics].map(|count| a_second(count, seconds));
        write!(stdout, ": {calls:.1} calls and {topics:.1} topics a second")?;
    }
    writeln!(stdout)?;
    match text::throttled(summary) {
        Some(throttled) => writeln!(stdout, "{throttled}"),
        None => Ok(()),
    }
}

#[allow(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
fn a_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// One line about a row whose topic is not there.
fn in_words(row: &ReportedRow) -> String {
    let mut line = match row.kind {
        Kind::Community => format!("community, {}: ", row.line),
        Kind::Topic => format!("{}: ", row.line),
    };
    if let Some(name) = row.called().filter(|name| !name.is_empty()) {
        let shown = &name[..name.floor_char_boundary(SHOWN_NAME_BYTES)];
        let dots = if shown.len() < name.len() { "…" } else { "" };
        line = format!("{line}{}{dots}: ", text::one_line(shown));
    }
    line.push_str(row.outcome.name());
    let why = Explanation::of_row(row);
    // An explanation with a code begins with it.
    let is_said = why.as_ref().is_some_and(|why| why.code.is_some());
    if let Some(code) = row.cause.code.filter(|_| !is_said) {
        line = format!("{line}: {code}");
    }
    match why {
        Some(why) => format!("{line}: {why}"),
        None => line,
    }
}

fn cannot_read(error: &JournalError) -> CannotStart {
    CannotStart::new(explanation::given_journal_error(error))
}

fn cannot_write(file: &NewFile, error: &ReportError) -> CannotStart {
    match error {
        ReportError::Journal(error) => cannot_read(error),
        ReportError::Write(error) => file.error(error),
        error => CannotStart::new(format!(
            "cannot write {}: {error}.\nName a file that ends in .jsonl.",
            text::path(file.path())
        )),
    }
}
