//! The text of JSON documents on its way to a parser: what the parser would refuse or could not hold is mended, and
//! where it stands is counted.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use crate::input::text::lines::{MAX_LINE_BYTES, Unmarked, without_byte_order_mark};

/// So much of the text before a place is kept, to show what stands there.
const TAIL_BYTES: usize = 64;
/// `\ud83d`
const ESCAPE_BYTES: usize = 6;
/// So much is given of a text: more than a row may be long.
const MAX_STRING_BYTES: usize = MAX_LINE_BYTES + 1;

/// A reader of JSON that the parser takes one byte at a time.
///
/// Half of a pair of UTF-16 that is written as an escape becomes U+FFFD: exports cut texts within an emoji. A text
/// longer than any row is cut: memory stays flat whatever a document holds.
pub(crate) struct JsonText<R> {
    reader: Unmarked<R>,
    at: At,
    /// Bytes that were looked at in advance and are still to be given.
    ready: VecDeque<u8>,
    /// How many of them were judged already.
    judged: usize,
    /// How much of a text was given, within one.
    string: Option<Text>,
    /// Nothing is given from the end of the line on.
    is_one_line: bool,
}

/// What is known of a text of which the beginning was given.
#[derive(Clone, Copy, Debug, Default)]
struct Text {
    length: usize,
    is_cut: bool,
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// Where a reader is, for whoever has given the reader away.
#[derive(Clone, Debug, Default)]
pub(crate) struct At(Rc<RefCell<Position>>);

#[derive(Debug)]
struct Position {
    line: u64,
    column: u64,
    is_at_line_end: bool,
    tail: [u8; TAIL_BYTES],
    given: usize,
    /// How many halves of pairs were replaced.
    replaced: u64,
    /// How many texts were cut for their length.
    cut: u64,
    failure: Option<io::Error>,
}

impl Default for Position {
    fn default() -> Self {
        Self {
            line: 1,
            column: 0,
            is_at_line_end: false,
            tail: [0; TAIL_BYTES],
            given: 0,
            replaced: 0,
            cut: 0,
            failure: None,
        }
    }
}

impl Position {
    fn pass(&mut self, byte: u8) {
        if self.is_at_line_end {
            self.line += 1;
            self.column = 0;
        }
        self.column += 1;
        self.is_at_line_end = byte == b'\n';
        self.tail[self.given % TAIL_BYTES] = byte;
        self.given = self.given.wrapping_add(1);
    }
}

impl At {
    /// The line of the last byte that was given, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.0.borrow().line
    }

    /// The line of the next byte.
    pub(crate) fn next_line(&self) -> u64 {
        let at = self.0.borrow();
        at.line + u64::from(at.is_at_line_end)
    }

    /// The column of the last byte that was given, in bytes from 1.
    pub(crate) fn column(&self) -> u64 {
        self.0.borrow().column
    }

    /// How many halves of pairs were replaced so far.
    pub(crate) fn replaced(&self) -> u64 {
        self.0.borrow().replaced
    }

    /// How many texts were cut so far.
    pub(crate) fn cut(&self) -> u64 {
        self.0.borrow().cut
    }

    /// Why reading failed, where it did.
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        self.0.borrow_mut().failure.take()
    }

    /// The end of what was given.
    fn tail(&self) -> Vec<u8> {
        let at = self.0.borrow();
        let length = at.given.min(TAIL_BYTES);
        let places = at.given - length..at.given;
        places.map(|place| at.tail[place % TAIL_BYTES]).collect()
    }
}

impl<R: BufRead> JsonText<R> {
    pub(crate) fn new(reader: R) -> io::Result<Self> {
        Ok(Self {
            reader: without_byte_order_mark(reader)?,
            at: At::default(),
            ready: VecDeque::with_capacity(2 * ESCAPE_BYTES),
            judged: 0,
            string: None,
            is_one_line: false,
        })
    }

    pub(crate) fn at(&self) -> At {
        self.at.clone()
    }

    /// The next byte that is no white space; it is not read yet.
    pub(crate) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.next_byte()? {
                Some(byte) if byte.is_ascii_whitespace() => self.pass(byte),
                next => return Ok(next),
            }
        }
    }

    /// Gives nothing more from the end of this line on, until this is asked for again.
    pub(crate) fn begin_line(&mut self) {
        self.string = None;
        self.is_one_line = true;
    }

    /// Passes over the rest of the line, its end included.
    pub(crate) fn end_line(&mut self) -> io::Result<()> {
        self.is_one_line = false;
        self.string = None;
        if self.at.next_line() > self.at.line() {
            return Ok(());
        }
        loop {
            let Some(byte) = self.next_byte()? else {
                return Ok(());
            };
            self.pass(byte);
            if byte == b'\n' {
                return Ok(());
            }
        }
    }

    /// The word at the last byte that was given, such as `NaN`; empty where there is none.
    pub(crate) fn word_here(&mut self) -> String {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
        let mut word: Vec<u8> = self.at.tail();
        let start = word.iter().rposition(|byte| !is_part(byte));
        word.drain(..start.map_or(0, |start| start + 1));
        if word.is_empty() {
            return String::new();
        }
        while word.len() < TAIL_BYTES
            && let Ok(Some(byte)) = self.next_byte()
            && is_part(&byte)
        {
            self.pass(byte);
            word.push(byte);
        }
        String::from_utf8_lossy(&word).into_owned()
    }

    /// Reads what is left, to the end.
    pub(crate) fn read_on(&mut self) -> io::Result<()> {
        io::copy(&mut self.reader, &mut io::sink()).map(drop)
    }

    /// The byte at this distance from the next one.
    fn look(&mut self, distance: usize) -> io::Result<Option<u8>> {
        while self.ready.len() <= distance {
            let Some(byte) = self.next_of_reader()? else {
                return Ok(None);
            };
            self.reader.consume(1);
            self.ready.push_back(byte);
        }
        Ok(self.ready.get(distance).copied())
    }

    fn next_of_reader(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.reader.fill_buf() {
                Ok(available) => return Ok(available.first().copied()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next byte; it is not read yet.
    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        match self.ready.front() {
            Some(byte) => Ok(Some(*byte)),
            None => self.next_of_reader(),
        }
    }

    /// Passes over the next byte, which was looked at, and counts where it stands.
    fn pass(&mut self, byte: u8) {
        if self.ready.pop_front().is_none() {
            self.reader.consume(1);
        }
        self.judged = self.judged.saturating_sub(1);
        self.at.0.borrow_mut().pass(byte);
    }

    /// What the parser gets next.
    fn give(&mut self) -> io::Result<Option<u8>> {
        loop {
            let Some(byte) = self.next_byte()? else {
                return Ok(None);
            };
            if byte == b'\n' && self.is_one_line {
                return Ok(None);
            }
            let Some(text) = &mut self.string else {
                if byte == b'"' {
                    self.string = Some(Text::default());
                }
                self.pass(byte);
                return Ok(Some(byte));
            };
            text.length += 1;
            let is_continued = self.judged > 0 || is_continuation(byte);
            if !is_continued {
                if byte == b'"' {
                    self.string = None;
                    self.pass(byte);
                    return Ok(Some(byte));
                }
                if text.length > MAX_STRING_BYTES && !text.is_cut {
                    text.is_cut = true;
                    self.at.0.borrow_mut().cut += 1;
                }
            }
            let is_cut = text.is_cut;
            if byte == b'\\' && !is_continued {
                self.judge_escape()?;
            }
            self.pass(byte);
            if !is_cut {
                return Ok(Some(byte));
            }
        }
    }

    /// Looks at an escape as a whole, and replaces half of a pair.
    fn judge_escape(&mut self) -> io::Result<()> {
        self.judged = 2;
        let Some(unit) = self.escaped_unit(0)? else {
            // The byte after the backslash may be missing: then the parser says so.
            self.look(1)?;
            return Ok(());
        };
        self.judged = ESCAPE_BYTES;
        if !(0xd800..0xe000).contains(&unit) {
            return Ok(());
        }
        let second = self.escaped_unit(ESCAPE_BYTES)?;
        let is_pair = unit < 0xdc00 && second.is_some_and(|unit| (0xdc00..0xe000).contains(&unit));
        if is_pair {
            self.judged = 2 * ESCAPE_BYTES;
        } else {
            for (place, byte) in self.ready.iter_mut().zip(*b"\\ufffd") {
                *place = byte;
            }
            self.at.0.borrow_mut().replaced += 1;
        }
        Ok(())
    }

    /// The unit of UTF-16 that is escaped at this distance.
    fn escaped_unit(&mut self, distance: usize) -> io::Result<Option<u16>> {
        let mut digits = [0; 4];
        for (index, wanted) in [Some(b'\\'), Some(b'u'), None, None, None, None]
            .into_iter()
            .enumerate()
        {
            let Some(byte) = self.look(distance + index)? else {
                return Ok(None);
            };
            match wanted {
                Some(wanted) if byte != wanted => return Ok(None),
                None if !byte.is_ascii_hexdigit() => return Ok(None),
                None => digits[index - 2] = byte,
                Some(_) => {}
            }
        }
        let digits = String::from_utf8_lossy(&digits);
        Ok(u16::from_str_radix(&digits, 16).ok())
    }
}

impl<R: BufRead> Read for JsonText<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(place) = buffer.first_mut() else {
            return Ok(0);
        };
        match self.give() {
            Ok(None) => Ok(0),
            Ok(Some(byte)) => {
                *place = byte;
                Ok(1)
            }
            Err(error) => {
                // The parser keeps only what a failure says.
                let copy = io::Error::new(error.kind(), error.to_string());
                self.at.0.borrow_mut().failure = Some(error);
                Err(copy)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    fn given(text: &str, capacity: usize) -> (String, u64) {
        let reader = BufReader::with_capacity(capacity, text.as_bytes());
        let mut reader = JsonText::new(reader).unwrap();
        let at = reader.at();
        let mut given = String::new();
        reader.read_to_string(&mut given).unwrap();
        (given, at.replaced())
    }

    #[test]
    fn half_of_a_pair_is_replaced_and_everything_else_stays() {
        for (text, expected, replaced) in [
            (r#""cut \\ud83d""#, r#""cut \\ud83d""#, 0),
            (r#""cut \ud83d""#, r#""cut \ufffd""#, 1),
            (r#""\ud83d\ud83d\udc4b""#, r#""\ufffd\ud83d\udc4b""#, 1),
            (r#""\udc4b\ud83d\n\ud83""#, r#""\ufffd\ufffd\n\ud83""#, 2),
            (r#""\ud83d\"\u0041""#, r#""\ufffd\"\u0041""#, 1),
            (r#""\uD83D\uDC4B""#, r#""\uD83D\uDC4B""#, 0),
            (r#"\ud83d "\"#, r#"\ud83d "\"#, 0),
        ] {
            for capacity in [1, 5, 64] {
                assert_eq!(
                    given(text, capacity),
                    (expected.to_owned(), replaced),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn a_text_longer_than_any_row_is_cut_between_characters() {
        let long = "道\\n".repeat(MAX_LINE_BYTES);
        let text = format!("[\"{long}\", \"道\"]");
        let mut reader = JsonText::new(text.as_bytes()).unwrap();
        let at = reader.at();
        let mut given = String::new();
        reader.read_to_string(&mut given).unwrap();
        assert!(given.len() < MAX_STRING_BYTES + 24);
        assert!(given.ends_with("\", \"道\"]"));
        assert_eq!(at.cut(), 1);
        let texts: Vec<String> = serde_json::from_str(&given).unwrap();
        assert!(texts[0].len() > MAX_STRING_BYTES / 2);
    }

    #[test]
    fn lines_and_columns_are_counted_and_words_shown() {
        let mut reader = JsonText::new(&b"\xef\xbb\xbf[1,\n {\"a\": NaN]"[..]).unwrap();
        let at = reader.at();
        let mut start = vec![0; "[1,\n {\"a\": N".len()];
        reader.read_exact(&mut start).unwrap();
        assert_eq!((at.line(), at.column()), (2, 8));
        assert_eq!(reader.word_here(), "NaN");
    }

    #[test]
    fn a_line_can_be_read_by_itself() {
        let mut reader = JsonText::new(&b"\"a\nb\"\n\nc"[..]).unwrap();
        let mut lines = Vec::new();
        while reader.peek().unwrap().is_some() {
            let mut line = String::new();
            reader.begin_line();
            reader.read_to_string(&mut line).unwrap();
            reader.end_line().unwrap();
            lines.push(line);
        }
        assert_eq!(lines, ["\"a", "b\"", "c"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_json_is_given_as_it_is(text in ".{0,24}", capacity in 1_usize..16) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(given(&json, capacity), (json, 0));
        }

        #[test]
        fn after_it_no_escape_is_half_of_a_pair(units in prop::collection::vec(any::<u16>(), 0..12)) {
            let escapes = units
                .iter()
                .fold(String::new(), |escapes, unit| escapes + &format!("\\u{unit:04x}"));
            let (text, _) = given(&format!("\"{escapes}\""), 3);
            let read: String = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(read, String::from_utf16_lossy(&units));
        }
    }
}
