//! The text of JSON documents on its way to a parser: what the parser would refuse or could not hold is mended, and
//! where it stands is counted.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use memchr::{memchr, memchr3};

use crate::input::text::json_error;
use crate::input::text::lines::{
    BYTE_ORDER_MARK, MAX_LINE_BYTES, Unmarked, without_byte_order_mark,
};

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
    /// The beginning of an escape that is not whole yet.
    raw: Vec<u8>,
    /// What was mended: the bytes before `next` were given, of which a few are kept.
    block: Vec<u8>,
    next: usize,
    /// What was mended in the block, by the place of the byte with which it counts.
    mended: VecDeque<(usize, Mended)>,
    /// What is known of a text of which the beginning was mended.
    string: Option<Text>,
    /// Nothing is given from the end of the line on.
    is_one_line: bool,
    at: At,
}

#[derive(Clone, Copy, Debug)]
enum Mended {
    Replaced,
    Cut,
}

/// What is known of a text of which the beginning was mended.
#[derive(Clone, Copy, Debug, Default)]
struct Text {
    length: usize,
    is_cut: bool,
}

/// Where a reader is, for whoever has given the reader away.
#[derive(Clone, Debug)]
pub(crate) struct At(Rc<Position>);

#[derive(Debug)]
struct Position {
    line: Cell<u64>,
    column: Cell<u64>,
    is_at_line_end: Cell<bool>,
    /// How many halves of pairs were replaced.
    replaced: Cell<u64>,
    /// How many texts were cut for their length.
    cut: Cell<u64>,
    failure: RefCell<Option<io::Error>>,
}

impl Default for At {
    fn default() -> Self {
        Self(Rc::new(Position {
            line: Cell::new(1),
            column: Cell::new(0),
            is_at_line_end: Cell::new(false),
            replaced: Cell::new(0),
            cut: Cell::new(0),
            failure: RefCell::new(None),
        }))
    }
}

impl At {
    /// The line of the last byte that was given, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.0.line.get()
    }

    /// The line of the next byte.
    pub(crate) fn next_line(&self) -> u64 {
        self.line() + u64::from(self.0.is_at_line_end.get())
    }

    /// The column of the last byte that was given, in bytes from 1.
    pub(crate) fn column(&self) -> u64 {
        self.0.column.get()
    }

    /// How many halves of pairs were replaced so far.
    pub(crate) fn replaced(&self) -> u64 {
        self.0.replaced.get()
    }

    /// How many texts were cut so far.
    pub(crate) fn cut(&self) -> u64 {
        self.0.cut.get()
    }

    /// Why reading failed, where it did.
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        self.0.failure.borrow_mut().take()
    }

    fn pass(&self, byte: u8) {
        if self.0.is_at_line_end.replace(byte == b'\n') {
            self.0.line.set(self.0.line.get() + 1);
            self.0.column.set(0);
        }
        self.0.column.set(self.0.column.get() + 1);
    }

    fn count(&self, mended: Mended) {
        let count = match mended {
            Mended::Replaced => &self.0.replaced,
            Mended::Cut => &self.0.cut,
        };
        count.set(count.get() + 1);
    }
}

impl<R: BufRead> JsonText<R> {
    pub(crate) fn new(reader: R) -> io::Result<Self> {
        Ok(Self {
            reader: without_byte_order_mark(reader)?,
            raw: Vec::new(),
            block: Vec::new(),
            next: 0,
            mended: VecDeque::new(),
            string: None,
            is_one_line: false,
            at: At::default(),
        })
    }

    pub(crate) fn at(&self) -> At {
        self.at.clone()
    }

    /// The next byte between documents that is no white space, nor of a byte-order mark, as a file has at its start that
    /// was appended to another; it is not read yet.
    pub(crate) fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            match self.next_byte()? {
                Some(byte) if byte.is_ascii_whitespace() => self.pass(byte),
                Some(byte) if byte == BYTE_ORDER_MARK[0] && self.is_at_a_mark()? => {
                    for byte in BYTE_ORDER_MARK {
                        self.pass(*byte);
                    }
                }
                next => return Ok(next),
            }
        }
    }

    fn is_at_a_mark(&mut self) -> io::Result<bool> {
        while self.block.len() - self.next < BYTE_ORDER_MARK.len() && self.fill()? {}
        Ok(self.block[self.next..].starts_with(BYTE_ORDER_MARK))
    }

    /// Gives nothing more from the end of this line on, until the line is ended.
    pub(crate) fn begin_line(&mut self) {
        self.is_one_line = true;
    }

    /// Passes over the rest of the line, its end included.
    pub(crate) fn end_line(&mut self) -> io::Result<()> {
        self.is_one_line = false;
        if self.at.next_line() > self.at.line() {
            return Ok(());
        }
        while let Some(byte) = self.next_byte()? {
            self.pass(byte);
            if byte == b'\n' {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The word at the last byte that was given, such as `NaN`, or the character there; `None` where nothing was given.
    pub(crate) fn word_here(&mut self) -> Option<String> {
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
        let is_continued = |byte: &u8| *byte >= 0x80;
        let mut text = self.block[self.next.saturating_sub(TAIL_BYTES)..self.next].to_vec();
        let place = text.len().checked_sub(1)?;
        let is_of_word = is_part(&text[place]);
        while text.len() < place + TAIL_BYTES
            && let Ok(Some(byte)) = self.next_byte()
            && (is_of_word && is_part(&byte) || !is_of_word && is_continued(&byte))
        {
            self.pass(byte);
            text.push(byte);
        }
        json_error::word_at(&text, place)
    }

    /// Reads what is left, to the end.
    pub(crate) fn read_on(&mut self) -> io::Result<()> {
        io::copy(&mut self.reader, &mut io::sink()).map(drop)
    }

    /// The next byte; it is not read yet.
    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        if self.next == self.block.len() && !self.fill()? {
            return Ok(None);
        }
        Ok(self.block.get(self.next).copied())
    }

    /// Passes over the next byte, which was looked at, and counts what it stands for.
    fn pass(&mut self, byte: u8) {
        while let Some((place, mended)) = self.mended.front()
            && *place <= self.next
        {
            self.at.count(*mended);
            self.mended.pop_front();
        }
        self.next += 1;
        self.at.pass(byte);
    }

    /// Mends what comes next, after what was not read yet. Whether there is anything.
    fn fill(&mut self) -> io::Result<bool> {
        let given = self.next.saturating_sub(TAIL_BYTES);
        self.block.drain(..given);
        for (place, _) in &mut self.mended {
            *place -= given;
        }
        self.next -= given;
        let length_before = self.block.len();
        loop {
            let available = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                available => available?,
            };
            let (length, is_over) = (available.len(), available.is_empty());
            let mut raw = std::mem::take(&mut self.raw);
            raw.extend_from_slice(available);
            self.reader.consume(length);
            self.mend(&raw, is_over);
            let is_more = self.block.len() > length_before;
            if is_more || is_over {
                return Ok(is_more);
            }
        }
    }

    /// Mends a part of the text. The beginning of an escape is kept until it is whole, or the text is over.
    fn mend(&mut self, raw: &[u8], is_over: bool) {
        let mut rest = raw;
        while let Some(first) = rest.first() {
            if self.string.is_none() {
                let quote = memchr(b'"', rest);
                let length = quote.map_or(rest.len(), |quote| quote + 1);
                self.block.extend_from_slice(&rest[..length]);
                self.string = quote.map(|_| Text::default());
                rest = &rest[length..];
                continue;
            }
            // No text goes on after its line: what is wrong with one line must not spoil the next.
            let run = memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
            if run > 0 {
                self.give(&rest[..run]);
                rest = &rest[run..];
            } else if *first != b'\\' {
                self.block.push(*first);
                self.string = None;
                rest = &rest[1..];
            } else if let Some(escape) = Escape::of(rest, is_over) {
                let place = self.block.len();
                if escape.is_half {
                    self.give(b"\\ufffd");
                    if self.block.len() > place {
                        self.mended.push_back((place, Mended::Replaced));
                    }
                } else {
                    self.give(&rest[..escape.length]);
                }
                rest = &rest[escape.length..];
            } else {
                self.raw = rest.to_vec();
                return;
            }
        }
    }

    /// Gives a part of a text that stands together, unless the text is too long.
    fn give(&mut self, part: &[u8]) {
        let Some(text) = &mut self.string else {
            return;
        };
        let room = if text.is_cut {
            0
        } else {
            MAX_STRING_BYTES.saturating_sub(text.length)
        };
        text.length = text.length.saturating_add(part.len());
        let is_escape = part.starts_with(b"\\");
        let mut length = match room {
            0 => 0,
            _ if is_escape => part.len(),
            room => room.min(part.len()),
        };
        // A character is given whole.
        while !text.is_cut && part.get(length).copied().is_some_and(is_continuation) {
            length += 1;
        }
        self.block.extend_from_slice(&part[..length]);
        if length < part.len() && !text.is_cut {
            text.is_cut = true;
            self.mended.push_back((self.block.len(), Mended::Cut));
        }
    }
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

/// An escape in a text.
struct Escape {
    length: usize,
    /// It is half of a pair of UTF-16.
    is_half: bool,
}

impl Escape {
    /// The escape with which a text goes on; `None` where more of it is needed.
    fn of(text: &[u8], is_over: bool) -> Option<Self> {
        let whole = |length: usize| Self {
            length: length.min(text.len()),
            is_half: false,
        };
        if text.len() < 2 * ESCAPE_BYTES && !is_over {
            return None;
        }
        let Some(unit) = escaped_unit(text) else {
            return Some(whole(2));
        };
        if !(0xd800..0xe000).contains(&unit) {
            return Some(whole(ESCAPE_BYTES));
        }
        let second = escaped_unit(&text[ESCAPE_BYTES..]);
        let is_pair = unit < 0xdc00 && second.is_some_and(|unit| (0xdc00..0xe000).contains(&unit));
        Some(if is_pair {
            whole(2 * ESCAPE_BYTES)
        } else {
            Self {
                length: ESCAPE_BYTES,
                is_half: true,
            }
        })
    }
}

/// The unit of UTF-16 that is escaped at the beginning of a text.
fn escaped_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

impl<R: BufRead> Read for JsonText<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(place) = buffer.first_mut() else {
            return Ok(0);
        };
        match self.next_byte() {
            Ok(None) => Ok(0),
            Ok(Some(b'\n')) if self.is_one_line => Ok(0),
            Ok(Some(byte)) => {
                self.pass(byte);
                *place = byte;
                Ok(1)
            }
            Err(error) => {
                // The parser keeps only what a failure says.
                let copy = io::Error::new(error.kind(), error.to_string());
                *self.at.0.failure.borrow_mut() = Some(error);
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
        assert_eq!(reader.word_here().as_deref(), Some("NaN"));
    }

    #[test]
    fn a_mark_between_documents_is_passed_over_however_it_is_cut() {
        for capacity in [1, 2, 3, 5, 64] {
            let text = "{}\n\u{feff}\u{feff} [] \u{feff}".as_bytes();
            let mut reader = JsonText::new(BufReader::with_capacity(capacity, text)).unwrap();
            let mut given = Vec::new();
            while let Some(byte) = reader.peek().unwrap() {
                reader.pass(byte);
                given.push(byte);
            }
            assert_eq!(given, b"{}[]", "{capacity}");
        }
        let mut other = JsonText::new("{}\u{fefe}".as_bytes()).unwrap();
        other.read_exact(&mut [0; 2]).unwrap();
        assert_eq!(other.peek().unwrap(), Some(0xef));
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
