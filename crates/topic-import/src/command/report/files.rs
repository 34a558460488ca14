//! The files that `report` writes: the rows to be corrected, the map of all rows, the page.

use std::io::Write as _;
use std::path::Path;

use topic_import_bulk::Outcome;
use topic_import_bulk::input::AccountDigits;
use topic_import_bulk::journal::RowPlace;
use topic_import_bulk::report::{ReportError, ReportedRow, RowFormat, RowMap, RowsToCorrect};
use topic_import_bulk::request::Kind;

use crate::cli::report::ReportArguments;
use crate::exit::CannotStart;
use crate::open::journal::Reader;
use crate::show::explanation;
use crate::show::new_file::{self, NewFile};
use crate::show::out;
#[cfg(feature = "page")]
use crate::show::page::Page;
use crate::show::text;

/// Two options must not name one file.
pub(super) fn refuse_same(arguments: &ReportArguments) -> Result<(), CannotStart> {
    match (&arguments.failed, &arguments.rows) {
        (Some(failed), Some(rows)) if new_file::is_same(failed, rows) => Err(CannotStart::new(
            "--failed and --rows name the same file: name two different files",
        )),
        _ => Ok(()),
    }
}

/// Refuses to write a page where the program was built without it, before anything else is done.
pub(super) fn refuse_page_left_out(arguments: &ReportArguments) -> Result<(), CannotStart> {
    if cfg!(not(feature = "page")) && arguments.html.is_some() {
        return Err(CannotStart::new(
            "--html: this topic-import was built without the HTML report.\n\
             Use --rows, or build the program with the HTML report: `cargo build --release --features page`",
        ));
    }
    Ok(())
}

/// The new files that the arguments name.
pub(super) struct Files {
    failed: Option<(NewFile, RowFormat)>,
    rows: Option<(NewFile, RowFormat)>,
    page: Option<NewFile>,
}

impl Files {
    pub(super) fn create(arguments: &ReportArguments) -> Result<Self, CannotStart> {
        let mut failed = create_rows(arguments.failed.as_deref())?;
        let mut rows = create_rows(arguments.rows.as_deref())?;
        if arguments.excel {
            mark_tables([&mut failed, &mut rows])?;
        }
        Ok(Self {
            failed,
            rows,
            page: create_page(arguments.html.as_deref())?,
        })
    }

    /// Writes all of them; only then does each get its name.
    pub(super) fn write(mut self, reader: Reader<'_>, journal: &str) -> Result<(), CannotStart> {
        if let Some((file, format)) = &mut self.failed {
            let written = write_rows_to_correct(reader, file, *format);
            written.map_err(|error| cannot_write(file, &error))?;
        }
        if let Some((file, format)) = &mut self.rows {
            let written = write_row_map(reader, file, *format);
            written.map_err(|error| cannot_write(file, &error))?;
        }
        if let Some(file) = &mut self.page {
            let written = write_page(reader, journal, file);
            written.map_err(|error| cannot_write(file, &error))?;
        }
        let rows = [self.failed, self.rows].into_iter().flatten();
        for file in rows.map(|(file, _)| file).chain(self.page) {
            file.keep()?;
        }
        Ok(())
    }
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
        "--excel: there is no CSV file to mark: name one that ends in .csv with --rows or --failed",
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

fn write_rows_to_correct(
    reader: Reader<'_>,
    file: &mut NewFile,
    format: RowFormat,
) -> Result<(), ReportError> {
    let name = text::path(file.path());
    let (mut communities, mut in_doubt, mut held_unnamed) = (0, 0, 0);
    let mut not_kept = NotKept::default();
    let mut rows = RowsToCorrect::new(file.writer(), format);
    for row in reader.rows(&Outcome::TO_CORRECT)? {
        let row = row?;
        if row.kind() == Kind::Community {
            communities += 1;
            continue;
        }
        let is_unnamed = row.request.is_some() && row.topic()?.topic_id().is_none();
        if is_unnamed && row.outcome == Outcome::Held {
            held_unnamed += 1;
            continue;
        }
        if !rows.write(&row)? {
            not_kept.add(&row.place);
        }
        in_doubt += u64::from(is_unnamed && row.outcome == Outcome::Unknown);
    }
    if let Some(words) = not_kept.words(&name) {
        out::note(&words);
    }
    if rows.finish()? == AccountDigits::Number {
        out::note(&format!(
            "topic-import: import {name} with --from-account-as number"
        ));
    }
    if communities > 0 {
        out::note(&format!(
            "topic-import: {} not in {name}, which has only topics: correct the list of communities",
            text::communities(communities)
        ));
    }
    if held_unnamed > 0 {
        out::note(&format!(
            "topic-import: {} held and without a TopicId: not in {name}. The same import command sends such rows again;\n\
             importing them from {name} as well would import them twice",
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

/// Rows of which the journal has kept nothing that could be written.
#[derive(Default)]
struct NotKept {
    rows: u64,
    first: Vec<String>,
}

impl NotKept {
    /// How many rows are named.
    const MOST_NAMED: usize = 10;

    fn add(&mut self, place: &RowPlace) {
        self.rows += 1;
        if self.first.len() < Self::MOST_NAMED {
            self.first.push(text::place(place));
        }
    }

    fn words(&self, file: &str) -> Option<String> {
        let lines = self.first.join(", ");
        match self.rows - self.first.len() as u64 {
            _ if self.rows == 0 => None,
            0 if self.rows == 1 => Some(format!(
                "topic-import: line {lines} is not in {file}: it was too long to be kept in the journal. Correct it in the input."
            )),
            further => {
                let further = match further {
                    0 => String::new(),
                    further => format!(" and {further} more"),
                };
                Some(format!(
                    "topic-import: lines {lines}{further} are not in {file}: they were too long to be kept in the journal. Correct them in the input."
                ))
            }
        }
    }
}

fn write_row_map(
    reader: Reader<'_>,
    file: &mut NewFile,
    format: RowFormat,
) -> Result<(), ReportError> {
    let mut map = RowMap::new(file.writer(), format)?;
    for row in reader.rows(&Outcome::ALL)? {
        map.write(&ReportedRow::try_from(row?)?)?;
    }
    Ok(map.finish()?)
}

#[cfg(feature = "page")]
fn write_page(reader: Reader<'_>, journal: &str, file: &mut NewFile) -> Result<(), ReportError> {
    let page = reader.wait(Page::of(reader.journal))?;
    let rows = reader.rows(page.outcomes())?;
    page.write(journal, rows, file.writer())
}

/// There is no page to write: [`refuse_page_left_out`] has refused it.
#[cfg(not(feature = "page"))]
#[expect(clippy::unnecessary_wraps, reason = "with the page it can fail")]
fn write_page(_: Reader<'_>, _: &str, _: &mut NewFile) -> Result<(), ReportError> {
    Ok(())
}

fn cannot_write(file: &NewFile, error: &ReportError) -> CannotStart {
    match error {
        ReportError::Journal(error) => CannotStart::new(explanation::given_journal_error(error)),
        ReportError::Write(error) => file.error(error),
        error => CannotStart::new(format!(
            "cannot write {}: {error}.\nName a file that ends in .jsonl.",
            text::path(file.path())
        )),
    }
}
