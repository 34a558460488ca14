//! Records of separated values, of bounded length.

use std::cmp::Reverse;
use std::io::{self, BufRead, Chain, Cursor, Read as _};

use csv_core::ReadRecordResult;

use crate::input::text::lines::{MAX_LINE_BYTES, Unmarked, without_byte_order_mark};
use crate::input::text::table::{MAX_CELLS, Record, Table};

/// Counts lines, whichever way they end: with a line feed, a carriage return, or both.
#[derive(Debug)]
struct LineCount {
    number: u64,
    after_return: bool,
}

impl LineCount {
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            let is_end = match byte {
                b'\n' => !self.after_return,
                byte => *byte == b'\r',
            };
            self.number += u64::from(is_end);
            self.after_return = *byte == b'\r';
        }
    }
}

/// Reads records one at a time into one buffer of bounded size.
#[derive(Debug)]
pub(crate) struct Records<R> {
    reader: Chain<Cursor<Vec<u8>>, Unmarked<R>>,
    core: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    cells: usize,
    lines: LineCount,
    separator: u8,
    /// A first line names it.
    is_told: bool,
}

impl<R: BufRead> Records<R> {
    /// The separator is the one that a first line such as `sep=;` names. Otherwise it is the one with which the first record
    /// is most alike to what is expected of it, and with which it has the most cells.
    pub(crate) fn new(reader: R, likeness: impl Fn(&[&str]) -> usize) -> io::Result<Self> {
        let mut reader = without_byte_order_mark(reader)?;
        let mut lines = LineCount {
            number: 1,
            after_return: false,
        };
        let mut start = first_record(&mut reader)?;
        let told = told_separator(&start);
        let separator = match told {
            Some(separator) => {
                lines.pass(&start);
                start.clear();
                separator
            }
            None => likeliest_separator(&start, likeness),
        };
        let mut core = csv_core::ReaderBuilder::new();
        core.delimiter(separator);
        Ok(Self {
            reader: Cursor::new(start).chain(reader),
            core: core.build(),
            text: vec![0; 4096],
            ends: vec![0; 32],
            cells: 0,
            lines,
            separator,
            is_told: told.is_some(),
        })
    }

    /// Blank lines stand for nothing, and the second byte of a line end belongs to no record. Whether anything follows.
    fn skip_line_ends(&mut self) -> io::Result<bool> {
        loop {
            let input = self.reader.fill_buf()?;
            let ends = input
                .iter()
                .take_while(|byte| matches!(byte, b'\r' | b'\n'))
                .count();
            if ends == 0 {
                return Ok(!input.is_empty());
            }
            self.lines.pass(&input[..ends]);
            self.reader.consume(ends);
        }
    }
}

impl<R: BufRead> Table for Records<R> {
    fn separators(&self) -> &'static str {
        match self.separator {
            b',' => "commas",
            b';' => "semicolons",
            b'\t' => "tabs",
            _ => "the separator",
        }
    }

    fn told_separator(&self) -> Option<char> {
        self.is_told.then_some(char::from(self.separator))
    }

    fn cells(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let ends = &self.ends[..self.cells];
        (0..ends.len()).map(move |cell| {
            let start = cell.checked_sub(1).map_or(0, |before| ends[before]);
            &self.text[start..ends[cell]]
        })
    }

    fn next(&mut self) -> io::Result<Option<Record>> {
        if !self.skip_line_ends()? {
            return Ok(None);
        }
        let line = self.lines.number;
        let mut written = 0;
        let mut too_long = false;
        self.cells = 0;
        loop {
            let input = self.reader.fill_buf()?;
            let is_over = input.is_empty();
            let (result, read, text, cells) = self.core.read_record(
                // A further line end changes nothing, unless it falls within quotation marks.
                if is_over { b"\n" } else { input },
                &mut self.text[written..],
                &mut self.ends[self.cells..],
            );
            if !is_over {
                self.lines.pass(&input[..read]);
                self.reader.consume(read);
            }
            written += text;
            self.cells += cells;
            match result {
                ReadRecordResult::InputEmpty if is_over => {
                    self.core.reset();
                    self.cells = 0;
                    return Ok(Some(Record::Unclosed { line }));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.text.len() < MAX_LINE_BYTES => {
                    self.text.resize(self.text.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < MAX_CELLS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    too_long = true;
                    written = 0;
                    self.cells = 0;
                }
                ReadRecordResult::Record if too_long => {
                    self.cells = 0;
                    return Ok(Some(Record::TooLong { line }));
                }
                ReadRecordResult::Record => return Ok(Some(Record::Whole { line })),
                ReadRecordResult::End => return Ok(None),
            }
        }
    }

    fn read_on(&mut self) -> io::Result<()> {
        io::copy(&mut self.reader, &mut io::sink()).map(drop)
    }
}

/// What can separate cells. The first is taken where nothing speaks for another.
pub(crate) const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// No header is longer.
const MAX_HEADER_BYTES: usize = 64 * 1024;

/// The bytes up to the end of the first line that is not blank and does not end within quotation marks.
fn first_record(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    let (mut is_blank, mut is_quoted) = (true, false);
    while start.len() < MAX_HEADER_BYTES {
        let available = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            available => available?,
        };
        let mut is_end = |byte: &u8| {
            let is_line_end = matches!(byte, b'\r' | b'\n');
            is_quoted ^= *byte == b'"';
            is_blank &= is_line_end;
            is_line_end && !is_blank && !is_quoted
        };
        let end = available.iter().position(&mut is_end);
        let length = end.map_or(available.len(), |end| end + 1);
        start.extend_from_slice(&available[..length]);
        reader.consume(length);
        if end.is_some() || length == 0 {
            break;
        }
    }
    Ok(start)
}

/// What a line such as `sep=;` says, which Excel reads and does not show.
fn told_separator(line: &[u8]) -> Option<u8> {
    let line = line.trim_ascii_start();
    let end = line
        .iter()
        .rposition(|byte| !matches!(byte, b'\r' | b'\n'))?;
    let line = &line[..=end];
    let bare = line
        .strip_prefix(b"\"")
        .and_then(|line| line.strip_suffix(b"\""));
    let (name, separators) = bare.unwrap_or(line).split_at_checked(b"sep=".len())?;
    // A spreadsheet that saved it anew has put an empty cell beside it for every other column.
    match separators {
        [separator, rest @ ..] if name.eq_ignore_ascii_case(b"sep=") => {
            let is_one = separator.is_ascii() && *separator != b'"';
            (is_one && rest.iter().all(|byte| byte == separator)).then_some(*separator)
        }
        _ => None,
    }
}

fn likeliest_separator(start: &[u8], likeness: impl Fn(&[&str]) -> usize) -> u8 {
    let likelihood = |separator: u8| {
        let mut reader = csv::ReaderBuilder::new();
        let mut reader = reader
            .delimiter(separator)
            .has_headers(false)
            .from_reader(start);
        let mut record = csv::ByteRecord::new();
        let is_read = reader.read_byte_record(&mut record).unwrap_or(false);
        let cells: Option<Vec<&str>> = record
            .iter()
            .map(|cell| str::from_utf8(cell).ok())
            .collect();
        match cells {
            Some(cells) if is_read => (likeness(&cells), cells.len()),
            _ => (0, 0),
        }
    };
    // Of several that are equally likely, the first.
    let likeliest =
        (0..SEPARATORS.len()).max_by_key(|place| (likelihood(SEPARATORS[*place]), Reverse(*place)));
    SEPARATORS[likeliest.unwrap_or(0)]
}
