//! Records of comma-separated values, of bounded length.

use std::io::{self, BufRead};

use csv_core::ReadRecordResult;

use crate::input::problem::{NOT_UTF8, Problem};
use crate::input::text::lines::{MAX_LINE_BYTES, Unmarked, without_byte_order_mark};

/// More cells than any record of topics has; a record with more is passed over.
const MAX_CELLS: usize = 1024;

/// Records of text, for lists that are not rows.
pub(crate) struct Cells<R>(Records<R>);

/// Why a record of text cannot be read.
pub(crate) enum CellsError {
    Io(io::Error),
    Record(Problem),
}

impl<R: BufRead> Cells<R> {
    pub(crate) fn new(reader: R) -> io::Result<Self> {
        Records::new(reader).map(Self)
    }

    /// The line on which the next record begins, and what is in it.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Vec<String>)>, CellsError> {
        let line = match self.0.next().map_err(CellsError::Io)? {
            None => return Ok(None),
            Some(Record::TooLong { line }) => return Err(CellsError::Record(too_long(line))),
            Some(Record::Unclosed { line }) => return Err(CellsError::Record(unclosed(line))),
            Some(Record::Whole { line }) => line,
        };
        let cells = self.0.cells().map(|cell| String::from_utf8(cell.to_vec()));
        match cells.collect() {
            Ok(cells) => Ok(Some((line, cells))),
            Err(_) => Err(CellsError::Record(Problem::syntax(line, NOT_UTF8))),
        }
    }
}

/// A record and the line on which it begins; its cells are in [`Records`].
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
    reader: Unmarked<R>,
    core: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    cells: usize,
    lines: LineCount,
}

impl<R: BufRead> Records<R> {
    pub(crate) fn new(reader: R) -> io::Result<Self> {
        Ok(Self {
            reader: without_byte_order_mark(reader)?,
            core: csv_core::Reader::new(),
            text: vec![0; 4096],
            ends: vec![0; 32],
            cells: 0,
            lines: LineCount {
                number: 1,
                after_return: false,
            },
        })
    }

    /// Those of the last record; none where it was passed over.
    pub(crate) fn cells(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        let ends = &self.ends[..self.cells];
        (0..ends.len()).map(move |cell| {
            let start = cell.checked_sub(1).map_or(0, |before| ends[before]);
            &self.text[start..ends[cell]]
        })
    }

    pub(crate) fn next(&mut self) -> io::Result<Option<Record>> {
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

    /// Reads what is left, to the end.
    pub(crate) fn read_on(&mut self) -> io::Result<()> {
        io::copy(&mut self.reader, &mut io::sink()).map(drop)
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

pub(crate) fn unclosed(line: u64) -> Problem {
    Problem::syntax(
        line,
        "has a quotation mark that nothing closes, up to the end of the input: close it",
    )
}
