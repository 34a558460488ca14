//! Lines of bounded length.

use std::io::{self, BufRead, Chain, Cursor, Read as _};

use memchr::memchr;

/// The longest line, in bytes, that is read as a row: several times what a row of the API can need.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A line without its end.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line<'a> {
    Whole(&'a [u8]),
    /// Longer than [`MAX_LINE_BYTES`]; passed over without being kept.
    TooLong,
}

/// Reads lines one at a time into one buffer.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    reader: Unmarked<R>,
    buffer: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// Passes over a byte-order mark at the start.
    pub(crate) fn new(reader: R) -> io::Result<Self> {
        Ok(Self {
            reader: without_byte_order_mark(reader)?,
            buffer: Vec::new(),
            number: 0,
        })
    }

    /// The next line and its number, from 1.
    pub(crate) fn next(&mut self) -> io::Result<Option<(u64, Line<'_>)>> {
        self.buffer.clear();
        let mut length = 0;
        loop {
            let available = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                available => available?,
            };
            if available.is_empty() && length == 0 {
                return Ok(None);
            }
            let end = memchr(b'\n', available);
            let content = &available[..end.unwrap_or(available.len())];
            length += content.len();
            if length <= MAX_LINE_BYTES {
                self.buffer.extend_from_slice(content);
            }
            let at_end = end.is_some() || available.is_empty();
            let consumed = content.len() + usize::from(end.is_some());
            // An empty line has no content, but it is a line.
            let is_empty_line = end.is_some() && length == 0;
            self.reader.consume(consumed);
            if at_end || is_empty_line {
                break;
            }
        }
        self.number += 1;
        let line = if length > MAX_LINE_BYTES {
            self.buffer.clear();
            Line::TooLong
        } else {
            Line::Whole(self.last())
        };
        Ok(Some((self.number, line)))
    }

    /// The line that came last; empty where it was passed over.
    pub(crate) fn last(&self) -> &[u8] {
        self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer)
    }

    /// Reads what is left, to the end.
    pub(crate) fn read_on(&mut self) -> io::Result<()> {
        io::copy(&mut self.reader, &mut io::sink()).map(drop)
    }
}

/// A reader whose first bytes were looked at.
pub(crate) type Unmarked<R> = Chain<Cursor<Vec<u8>>, R>;

/// Passes over a byte-order mark, which some programs write before the first byte, in however small pieces it comes.
pub(crate) fn without_byte_order_mark<R: BufRead>(mut reader: R) -> io::Result<Unmarked<R>> {
    let mut start = Vec::new();
    let length = BYTE_ORDER_MARK.len() as u64;
    reader.by_ref().take(length).read_to_end(&mut start)?;
    if start == BYTE_ORDER_MARK {
        start.clear();
    }
    Ok(Cursor::new(start).chain(reader))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn lines(text: &[u8], capacity: usize) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new(BufReader::with_capacity(capacity, text)).unwrap();
        let mut all = Vec::new();
        while let Some((number, line)) = lines.next().unwrap() {
            all.push((
                number,
                match line {
                    Line::Whole(line) => Some(line.to_vec()),
                    Line::TooLong => None,
                },
            ));
        }
        all
    }

    #[test]
    fn mark_carriage_returns_blank_lines_and_a_missing_end_are_fine() {
        for capacity in [1, 2, 3, 4, 5, 64] {
            let found = lines(b"\xef\xbb\xbfa\r\n\n\r\nbc\nd", capacity);
            let expected = [(1, "a"), (2, ""), (3, ""), (4, "bc"), (5, "d")];
            let expected = expected.map(|(number, line)| (number, Some(line.as_bytes().to_vec())));
            assert_eq!(found, expected, "{capacity}");
        }
    }

    #[test]
    fn a_line_may_be_as_long_as_the_limit_and_no_longer() {
        let mut text = vec![b'x'; MAX_LINE_BYTES];
        text.push(b'\n');
        text.extend(vec![b'y'; MAX_LINE_BYTES + 1]);
        text.extend(b"\nz\n");
        let found = lines(&text, 8192);
        assert_eq!(found.len(), 3);
        assert_eq!(found[0].1.as_ref().unwrap().len(), MAX_LINE_BYTES);
        assert_eq!(found[1], (2, None));
        assert_eq!(found[2], (3, Some(b"z".to_vec())));
    }
}
