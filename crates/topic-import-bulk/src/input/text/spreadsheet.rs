//! The cells of a spreadsheet as texts, as they would stand in CSV.

use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::thread;

use calamine::{
    Data, ExcelDateTime, Ods, OdsError, Reader, SheetType, SheetVisible, Xls, XlsError, Xlsx,
    XlsxError,
};
use jiff::Unit;
use jiff::civil::{DateTime, Time};
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;
use zip::ZipArchive;

use crate::input::text::sheet::{SPREADSHEET_THREAD, Sheet};
use crate::input::text::table::{MAX_CELLS, Record, Table};

/// A spreadsheet is read into memory: a larger one is refused.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// A small spreadsheet can be compressed so that it fills the memory: one that unpacks to more is refused.
const MAX_UNPACKED_BYTES: u64 = 1024 * 1024 * 1024;

/// No field takes a text with so many spaces.
const MAX_SPACES: usize = 64 * 1024;

/// From here on, a number in a cell has fewer digits than it was written with.
const ROUNDED_FROM: f64 = 1e15;

/// The records of a sheet.
pub(crate) struct SheetRecords {
    rows: btree_map::IntoIter<u32, Vec<(u32, String)>>,
    /// The columns from the first in which something stands to the last.
    columns: (u32, u32),
    cells: Vec<String>,
}

impl fmt::Debug for SheetRecords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SheetRecords")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

type Bytes = Cursor<Arc<[u8]>>;
type Rows = BTreeMap<u32, Vec<(u32, String)>>;

impl SheetRecords {
    /// Reads the sheet of this name, or else the first that is shown.
    ///
    /// # Errors
    /// Where it is no spreadsheet, or cannot be read, or has no such sheet.
    pub(crate) fn read(reader: impl Read, name: Option<&str>) -> io::Result<(Self, Sheet)> {
        let mut bytes = Vec::new();
        reader.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > MAX_BYTES {
            return Err(refused(format!(
                "it is larger than {} MiB: save it as CSV",
                MAX_BYTES / 1024 / 1024
            )));
        }
        let name = name.map(str::to_owned);
        let thread = thread::Builder::new().name(SPREADSHEET_THREAD.into());
        let reading = thread.spawn(move || read(bytes, name.as_deref()))?;
        let (sheet, rows) = reading.join().unwrap_or_else(|_| Err(unreadable()))?;
        let columns = rows.values().flatten().map(|(column, _)| *column);
        let columns = (
            columns.clone().min().unwrap_or(0),
            columns.max().unwrap_or(0),
        );
        let records = Self {
            rows: rows.into_iter(),
            columns,
            cells: Vec::new(),
        };
        Ok((records, sheet))
    }
}

impl Table for SheetRecords {
    fn next(&mut self) -> io::Result<Option<Record>> {
        let Some((row, texts)) = self.rows.next() else {
            return Ok(None);
        };
        let line = u64::from(row) + 1;
        let (first, last) = self.columns;
        self.cells.clear();
        if (last - first) as usize >= MAX_CELLS {
            return Ok(Some(Record::TooLong { line }));
        }
        self.cells
            .resize((last - first) as usize + 1, String::new());
        for (column, text) in texts {
            self.cells[(column - first) as usize] = text;
        }
        Ok(Some(Record::Whole { line }))
    }

    fn cells(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.cells.iter().map(String::as_bytes)
    }

    fn read_on(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn refused(why: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.into())
}

fn unreadable() -> io::Error {
    refused("it is no spreadsheet, or a damaged one: save it anew as .xlsx, .ods or CSV")
}

fn locked() -> io::Error {
    refused("it is protected by a password: save it without one")
}

/// Xlsx and ODS are archives, older spreadsheets and protected ones are compound files.
fn read(bytes: Vec<u8>, name: Option<&str>) -> io::Result<(Sheet, Rows)> {
    const COMPOUND_FILE: &[u8] = b"\xd0\xcf\x11\xe0";
    let bytes = Bytes::new(Arc::from(bytes));
    let is_compound = bytes.get_ref().starts_with(COMPOUND_FILE);
    if !is_compound {
        ensure_unpacks_to(MAX_UNPACKED_BYTES, &bytes)?;
    }
    if is_compound && let Ok(book) = Xls::new(bytes.clone()).map_err(of_xls) {
        return read_xls(book, name);
    }
    match Xlsx::new(bytes.clone()) {
        Ok(book) => read_xlsx(book, name),
        Err(XlsxError::Password) => Err(locked()),
        Err(_) if is_compound => Err(Xls::new(bytes).map_or_else(of_xls, |_| unreadable())),
        Err(_) => {
            ensure_content_ends(&bytes)?;
            read_ods(Ods::new(bytes).map_err(of_ods)?, name)
        }
    }
}

/// Unpacks the whole archive once and drops what comes out, because the sizes that it states may be wrong.
///
/// # Errors
/// If more than this many bytes come out.
fn ensure_unpacks_to(most: u64, bytes: &Bytes) -> io::Result<()> {
    // What is no archive is refused where its sheets are looked for.
    let Ok(mut archive) = ZipArchive::new(bytes.clone()) else {
        return Ok(());
    };
    let mut room = most;
    for place in 0..archive.len() {
        let Ok(file) = archive.by_index(place) else {
            continue;
        };
        let Ok(unpacked) = io::copy(&mut file.take(room + 1), &mut io::sink()) else {
            continue;
        };
        room = room.checked_sub(unpacked).ok_or_else(|| {
            let most = most / 1024 / 1024;
            refused(format!(
                "it unpacks to more than {most} MiB: save it as CSV"
            ))
        })?;
    }
    Ok(())
}

/// Reads the XML of an ODS before its cells are read: calamine never returns if an element does not end, and writes as many
/// spaces as an element asks for.
///
/// # Errors
/// If an element does not end, or stands for too many spaces.
fn ensure_content_ends(bytes: &Bytes) -> io::Result<()> {
    let mut archive = ZipArchive::new(bytes.clone()).map_err(|_| unreadable())?;
    let content = archive.by_name("content.xml").map_err(|_| unreadable())?;
    let mut xml = quick_xml::Reader::from_reader(BufReader::new(content));
    let (mut buffer, mut open) = (Vec::new(), 0_u64);
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(|_| unreadable())? {
            Event::Start(element) => {
                ensure_few_spaces(&element)?;
                open += 1;
            }
            Event::Empty(element) => ensure_few_spaces(&element)?,
            // The reader itself refuses an end without a beginning.
            Event::End(_) => open = open.saturating_sub(1),
            Event::Eof if open == 0 => return Ok(()),
            Event::Eof => return Err(unreadable()),
            _ => {}
        }
    }
}

fn ensure_few_spaces(element: &BytesStart<'_>) -> io::Result<()> {
    if element.name() != QName("text:s") {
        return Ok(());
    }
    let count = element.try_get_attribute("text:c").ok().flatten();
    let count = count.and_then(|count| count.value.parse::<usize>().ok());
    if count.is_none_or(|count| count <= MAX_SPACES) {
        Ok(())
    } else {
        Err(unreadable())
    }
}

#[allow(clippy::needless_pass_by_value, reason = "an error is mapped")]
fn of_xls(error: XlsError) -> io::Error {
    match error {
        XlsError::Password => locked(),
        _ => unreadable(),
    }
}

#[allow(clippy::needless_pass_by_value, reason = "an error is mapped")]
fn of_ods(error: OdsError) -> io::Error {
    match error {
        OdsError::Password => locked(),
        _ => unreadable(),
    }
}

/// A cell far away from all others costs no memory here.
fn read_xlsx(mut book: Xlsx<Bytes>, name: Option<&str>) -> io::Result<(Sheet, Rows)> {
    let sheet = choose(book.sheets_metadata(), name)?;
    let mut cells = book
        .worksheet_cells_reader(&sheet.name)
        .map_err(|_| unreadable())?;
    let mut rows = Rows::new();
    while let Some(cell) = cells.next_cell().map_err(|_| unreadable())? {
        let (row, column) = cell.get_position();
        put(&mut rows, row, column, &cell.get_value().clone().into());
    }
    Ok((sheet, rows))
}

fn read_xls(mut book: Xls<Bytes>, name: Option<&str>) -> io::Result<(Sheet, Rows)> {
    let sheet = choose(book.sheets_metadata(), name)?;
    let range = book.worksheet_range(&sheet.name).map_err(of_xls)?;
    Ok((sheet, rows_of(&range)))
}

fn read_ods(mut book: Ods<Bytes>, name: Option<&str>) -> io::Result<(Sheet, Rows)> {
    let sheet = choose(book.sheets_metadata(), name)?;
    let range = book.worksheet_range(&sheet.name).map_err(of_ods)?;
    Ok((sheet, rows_of(&range)))
}

fn rows_of(range: &calamine::Range<Data>) -> Rows {
    let mut rows = Rows::new();
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, cell) in range.used_cells() {
        // No sheet has as many rows or columns as a number of 32 bits can say.
        let place = u32::try_from(row).ok().zip(u32::try_from(column).ok());
        if let Some((row, column)) = place {
            put(&mut rows, first_row + row, first_column + column, cell);
        }
    }
    rows
}

fn put(rows: &mut Rows, row: u32, column: u32, cell: &Data) {
    let text = shown(cell);
    if !text.is_empty() {
        rows.entry(row).or_default().push((column, text));
    }
}

fn choose(sheets: &[calamine::Sheet], name: Option<&str>) -> io::Result<Sheet> {
    let sheets = || {
        sheets
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
    };
    let chosen = match name {
        Some(name) => sheets().find(|sheet| sheet.name == name),
        None => sheets()
            .find(|sheet| sheet.visible == SheetVisible::Visible)
            .or_else(|| sheets().next()),
    };
    let names = || sheets().map(|sheet| sheet.name.clone());
    match (chosen, name) {
        (Some(chosen), _) => Ok(Sheet {
            file: None,
            name: chosen.name.clone(),
            others: names().filter(|name| *name != chosen.name).collect(),
        }),
        (None, Some(name)) => {
            let names: Vec<String> = names().map(|name| format!("{name:?}")).collect();
            Err(refused(format!(
                "it has no sheet {name:?}: it has {}",
                names.join(", ")
            )))
        }
        (None, None) => Err(refused("it has no sheet with cells")),
    }
}

/// A cell as it would stand in CSV.
fn shown(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number_shown(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Bool(true) => "TRUE".into(),
        Data::Bool(false) => "FALSE".into(),
        Data::DateTime(time) => time_shown(*time),
        Data::Error(error) => error.to_string(),
    }
}

/// A number that has lost digits is shown so that this can be seen.
fn number_shown(number: f64) -> String {
    if number.abs() < ROUNDED_FROM {
        return number.to_string();
    }
    let text = format!("{number:.5e}");
    match text.split_once('e') {
        Some((digits, exponent)) => format!("{digits}E+{exponent}"),
        None => text,
    }
}

fn time_shown(time: ExcelDateTime) -> String {
    let serial = time.as_f64();
    if time.is_duration() {
        return duration_shown(serial);
    }
    let (year, month, day, hour, minute, second, millisecond) = time.to_ymd_hms_milli();
    let nanosecond = i32::from(millisecond) * 1_000_000;
    let small = |number: u8| i8::try_from(number).unwrap_or(i8::MAX);
    let shown = i16::try_from(year).ok().and_then(|year| {
        let (month, day) = (small(month), small(day));
        let (hour, minute, second) = (small(hour), small(minute), small(second));
        let shown = DateTime::new(year, month, day, hour, minute, second, nanosecond).ok()?;
        shown.round(Unit::Second).ok()
    });
    match shown {
        // A day that no calendar has.
        None => number_shown(serial),
        Some(shown) if serial < 1.0 => shown.time().to_string(),
        Some(shown) if shown.time() == Time::midnight() => shown.date().to_string(),
        Some(shown) => format!("{} {}", shown.date(), shown.time()),
    }
}

/// As hours, minutes and seconds.
fn duration_shown(days: f64) -> String {
    const SECONDS_A_DAY: f64 = 86_400.0;
    let seconds = (days * SECONDS_A_DAY).round();
    if !(0.0..ROUNDED_FROM).contains(&seconds) {
        return number_shown(days);
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is in range"
    )]
    let seconds = seconds as u64;
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use calamine::{CellErrorType, ExcelDateTimeType};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn cells_are_what_a_person_sees() {
        let date = |serial| {
            Data::DateTime(ExcelDateTime::new(
                serial,
                ExcelDateTimeType::DateTime,
                false,
            ))
        };
        let of_1904 = |serial| {
            Data::DateTime(ExcelDateTime::new(
                serial,
                ExcelDateTimeType::DateTime,
                true,
            ))
        };
        let duration = |serial| {
            Data::DateTime(ExcelDateTime::new(
                serial,
                ExcelDateTimeType::TimeDelta,
                false,
            ))
        };
        for (cell, text) in [
            (Data::Empty, ""),
            (Data::String(" a\nb".into()), " a\nb"),
            (Data::Int(-7), "-7"),
            (Data::Float(1_448_357_837.0), "1448357837"),
            (Data::Float(140_019_000_001.0), "140019000001"),
            (Data::Float(0.1), "0.1"),
            (Data::Float(1.234_567_89e18), "1.23457E+18"),
            (Data::Bool(true), "TRUE"),
            (Data::Error(CellErrorType::Name), "#NAME?"),
            (date(44_259.0), "2021-03-04"),
            (date(44_259.416_666_666_664), "2021-03-04 10:00:00"),
            (date(44_259.416_666_7), "2021-03-04 10:00:00"),
            (of_1904(42_797.5), "2021-03-04 12:00:00"),
            (date(0.5), "12:00:00"),
            (date(60.0), "60"),
            (duration(1.5), "36:00:00"),
            (
                Data::DateTimeIso("2021-03-04T10:00:00".into()),
                "2021-03-04T10:00:00",
            ),
        ] {
            assert_eq!(shown(&cell), text, "{cell:?}");
        }
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused_before_it_is_read() {
        let options = SimpleFileOptions::default();
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a.xml", "b.xml"] {
            archive.start_file(name, options).unwrap();
            archive.write_all(&vec![b'x'; 3 << 20]).unwrap();
        }
        let archive: Vec<u8> = archive.finish().unwrap().into_inner();
        assert!(archive.len() < 64 * 1024);
        let archive = Bytes::new(archive.into());
        assert!(ensure_unpacks_to(6 << 20, &archive).is_ok());
        let error = ensure_unpacks_to((6 << 20) - 1, &archive).unwrap_err();
        assert_eq!(
            error.to_string(),
            "it unpacks to more than 5 MiB: save it as CSV"
        );
    }

    #[test]
    fn an_ods_whose_elements_do_not_end_is_not_read() {
        let ends = |content: &str| {
            let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
            let options = SimpleFileOptions::default();
            archive.start_file("content.xml", options).unwrap();
            archive.write_all(content.as_bytes()).unwrap();
            let archive: Vec<u8> = archive.finish().unwrap().into_inner();
            ensure_content_ends(&Bytes::new(archive.into())).is_ok()
        };
        for (content, is_sound) in [
            ("<a><table:table><text:s/></table:table></a>", true),
            ("<a><text:s text:c=\"65536\"/></a>", true),
            ("<a><table:table></a>", false),
            ("<a><table:table>", false),
            ("<a></a></a>", false),
            ("<a><text:s text:c=\"65537\"></text:s></a>", false),
            ("<a", false),
        ] {
            assert_eq!(ends(content), is_sound, "{content}");
        }
    }

    #[test]
    fn what_is_no_spreadsheet_is_refused_in_words() {
        for bytes in [
            &b""[..],
            b"GroupId,TopicName\n",
            b"<html><table></table></html>",
            b"PK\x03\x04\x14\0",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        ] {
            let error = SheetRecords::read(bytes, None).unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with("it is no spreadsheet, or a damaged one: save it anew")
            );
        }
    }
}
