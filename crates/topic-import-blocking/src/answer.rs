//! Reads an answer up to its end, as HTTP/1.1 defines it (RFC 9112). If the end is in doubt, that is an error.

use std::io::{self, BufRead, Read as _};

use httparse::{EMPTY_HEADER, Response, Status, parse_chunk_size};
use topic_import_core::http::{
    HttpResponse, MAX_ANSWER_BYTES, MAX_HEADER_BYTES, MAX_HEADERS, header_bytes,
};

/// The most bytes that are read of an answer's heads, interim ones included. It leaves room for white space around the
/// headers.
const MAX_HEAD_BYTES: usize = 2 * MAX_HEADER_BYTES;
/// One byte more than a body may have, which shows that the body is too long.
const MAX_BODY_BYTES: u64 = MAX_ANSWER_BYTES as u64 + 1;

/// Why an answer could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AnswerError {
    #[error("the connection failed")]
    Connection(#[from] io::Error),
    #[error("the answer does not begin as HTTP/1 does")]
    NotHttp,
    #[error("the answer has too much besides its body")]
    TooLarge,
    #[error("where the answer ends is not said clearly")]
    Framing,
    #[error("the answer's status is {0}")]
    Status(u16),
}

impl AnswerError {
    pub(crate) fn is_timeout(&self) -> bool {
        matches!(self, Self::Connection(error) if error.kind() == io::ErrorKind::TimedOut)
    }
}

/// The status line and headers of a final answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) status: u16,
    length: Option<u64>,
    is_chunked: bool,
    /// Whether the connection cannot be used after this answer.
    is_last: bool,
}

impl Head {
    /// Reads the head of the final answer, skipping interim answers before it.
    pub(crate) fn read(source: &mut impl BufRead) -> Result<Self, AnswerError> {
        let mut room = MAX_HEAD_BYTES;
        loop {
            let (mut bytes, mut lines) = (Vec::new(), 0);
            while !bytes.ends_with(b"\n\r\n") && !bytes.ends_with(b"\n\n") {
                room -= read_line(source, &mut bytes, room)?;
                lines += 1;
                if !bytes.starts_with(b"HTTP/1.") {
                    return Err(AnswerError::NotHttp);
                }
            }
            let head = Self::parse(&bytes, lines)?;
            if !matches!(head.status, 100 | 102..=199) {
                return Ok(head);
            }
        }
    }

    fn parse(bytes: &[u8], lines: usize) -> Result<Self, AnswerError> {
        let mut headers = vec![EMPTY_HEADER; lines];
        let mut answer = Response::new(&mut headers);
        let (Ok(Status::Complete(_)), Some(status), Some(version)) =
            (answer.parse(bytes), answer.code, answer.version)
        else {
            return Err(AnswerError::NotHttp);
        };
        let (mut size, mut length, mut is_chunked, mut is_last) = (0, None, false, version == 0);
        for header in &*answer.headers {
            let value = header.value.trim_ascii();
            size += header_bytes(header.name, value);
            let is_close = |option: &[u8]| option.trim_ascii().eq_ignore_ascii_case(b"close");
            match header.name.to_ascii_lowercase().as_str() {
                // Two statements about the length of the body may contradict each other.
                "content-length" | "transfer-encoding" if is_chunked || length.is_some() => {
                    return Err(AnswerError::Framing);
                }
                "content-length" => length = Some(decimal(value).ok_or(AnswerError::Framing)?),
                "transfer-encoding" if version == 1 && value.eq_ignore_ascii_case(b"chunked") => {
                    is_chunked = true;
                }
                "transfer-encoding" => return Err(AnswerError::Framing),
                "connection" => is_last |= value.split(|byte| *byte == b',').any(is_close),
                _ => {}
            }
        }
        if size > MAX_HEADER_BYTES || answer.headers.len() > MAX_HEADERS {
            return Err(AnswerError::TooLarge);
        }
        Ok(Self {
            status,
            length,
            is_chunked,
            is_last,
        })
    }
}

/// Reads an answer, and returns whether another one can follow on the connection. The body is read only if the status
/// is 200, and up to one byte more than it may have.
pub(crate) fn read(source: &mut impl BufRead) -> Result<(HttpResponse, bool), AnswerError> {
    let head = Head::read(source)?;
    let mut body = Vec::new();
    let is_whole = match head.length {
        // The API answers with status 200 only, so any other body is of no use.
        _ if head.status != 200 => false,
        Some(length) => read_part(source, &mut body, length)?,
        None if head.is_chunked => read_chunks(source, &mut body)?,
        None => {
            source.take(MAX_BODY_BYTES).read_to_end(&mut body)?;
            false
        }
    };
    let response = HttpResponse::new(head.status, body);
    Ok((response, is_whole && !head.is_last))
}

/// Reads a chunked body and its trailers. Returns false if the body is longer than it may be.
fn read_chunks(source: &mut impl BufRead, body: &mut Vec<u8>) -> Result<bool, AnswerError> {
    // Chunk sizes and trailers together may be as long as a body.
    let mut room = MAX_ANSWER_BYTES;
    let mut line = Vec::new();
    loop {
        line.clear();
        room -= read_line(source, &mut line, room)?;
        // The parser takes a line without a digit for a size of 0.
        let size = match parse_chunk_size(&line) {
            Ok(Status::Complete((_, size))) if line[0].is_ascii_hexdigit() => size,
            _ => return Err(AnswerError::Framing),
        };
        if size == 0 {
            break;
        }
        if !read_part(source, body, size)? {
            return Ok(false);
        }
        let mut end = [0; 2];
        source.read_exact(&mut end)?;
        if end != *b"\r\n" {
            return Err(AnswerError::Framing);
        }
    }
    while line != b"\r\n" && line != b"\n" {
        line.clear();
        room -= read_line(source, &mut line, room)?;
    }
    Ok(true)
}

/// Appends the next `length` bytes to the body. Returns false if the body is then longer than it may be.
fn read_part(source: &mut impl BufRead, to: &mut Vec<u8>, length: u64) -> io::Result<bool> {
    let wanted = length.min(MAX_BODY_BYTES - to.len() as u64);
    let read = source.take(wanted).read_to_end(to)?;
    if (read as u64) < wanted {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(wanted == length)
}

/// Appends a line, with its line ending, and returns its length.
fn read_line(
    source: &mut impl BufRead,
    to: &mut Vec<u8>,
    most: usize,
) -> Result<usize, AnswerError> {
    let read = source.take(most as u64).read_until(b'\n', to)?;
    match read {
        1.. if to.ends_with(b"\n") => Ok(read),
        _ if read == most => Err(AnswerError::TooLarge),
        _ => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
    }
}

fn decimal(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok()?;
    text.parse().ok().filter(|_| !text.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::io::BufReader;

    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::*;

    /// Bytes that arrive in pieces.
    struct Arriving(VecDeque<Vec<u8>>);

    impl Arriving {
        /// Cuts the bytes at these positions.
        fn new(bytes: &[u8], mut cuts: Vec<usize>) -> Self {
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            cuts.dedup();
            let pieces = cuts.windows(2).map(|cut| bytes[cut[0]..cut[1]].to_vec());
            Self(pieces.collect())
        }
    }

    impl BufRead for Arriving {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            Ok(self.0.front().map_or(&[], Vec::as_slice))
        }

        fn consume(&mut self, amount: usize) {
            if let Some(piece) = self.0.front_mut() {
                piece.drain(..amount);
                if piece.is_empty() {
                    self.0.pop_front();
                }
            }
        }
    }

    impl io::Read for Arriving {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let amount = self.fill_buf()?.read(to)?;
            self.consume(amount);
            Ok(amount)
        }
    }

    fn read_cut(bytes: &[u8], cuts: Vec<usize>) -> Result<(HttpResponse, bool), AnswerError> {
        read(&mut Arriving::new(bytes, cuts))
    }

    const LENGTH: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    const CHUNKS: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
                          2\r\nhe\r\n03 ; a=\"b\";c\r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n";
    const CLOSE: &str = "HTTP/1.1 200 OK\r\n\r\nhello";

    /// Answers with the body `hello`, each with whether another answer can follow.
    fn hellos() -> Vec<(String, bool)> {
        let with = |line: &str| LENGTH.replacen("\r\n", &format!("\r\n{line}\r\n"), 1);
        [
            (LENGTH.to_owned(), true),
            (LENGTH.replace("\r\n", "\n"), true),
            (LENGTH.replace("Content-Length", "content-LENGTH"), true),
            (LENGTH.replace(" 5", "\t 0005 "), true),
            (LENGTH.replace("1.1", "1.0"), false),
            (with("Connection: keep-alive"), true),
            (with("Connection: close"), false),
            (with("Connection: x,Close , y"), false),
            (with("Connection: x\r\nconnection: close"), false),
            (CHUNKS.to_owned(), true),
            (CHUNKS.replace("chunked", "Chunked"), true),
            (CHUNKS.replace("X-Trailer: 1\r\n", ""), true),
            (
                CHUNKS.replace("OK\r\n", "OK\r\nConnection: close\r\n"),
                false,
            ),
            (
                format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nA: b\r\n\r\n{LENGTH}"),
                true,
            ),
            (CLOSE.to_owned(), false),
        ]
        .into()
    }

    #[test]
    fn an_answer_ends_where_its_head_says_however_it_arrives() {
        for (text, is_free) in hellos() {
            let expected = HttpResponse::new(200, b"hello".to_vec());
            for cut in 0..text.len() {
                let found = read_cut(text.as_bytes(), vec![cut]).unwrap();
                assert_eq!(found, (expected.clone(), is_free), "{text}, cut at {cut}");
            }
            let found = read_cut(text.as_bytes(), (0..text.len()).collect()).unwrap();
            assert_eq!(found, (expected, is_free), "{text}, byte by byte");
        }
    }

    #[test]
    fn what_follows_an_answer_is_left_alone() {
        for (text, _) in hellos() {
            let twice = text.repeat(2);
            let mut arriving = twice.as_bytes();
            read(&mut arriving).unwrap();
            let rest = if text == CLOSE { "" } else { &*text };
            assert_eq!(arriving, rest.as_bytes());
        }
    }

    #[test]
    fn the_beginning_of_an_answer_is_none() {
        for (text, _) in hellos() {
            // Without a length, an answer ends wherever the connection does.
            let shortest = if text == CLOSE {
                text.len() - 5
            } else {
                text.len()
            };
            for end in 0..shortest {
                let found = read_cut(&text.as_bytes()[..end], Vec::new());
                assert!(
                    matches!(found, Err(AnswerError::Connection(_))),
                    "{text} to {end}: {found:?}"
                );
            }
        }
    }

    #[test]
    fn of_another_status_the_head_is_read_and_no_other_answer_can_follow() {
        for (status, headers) in [
            (101, "Upgrade: x\r\n"),
            (204, ""),
            (302, "Location: /\r\nContent-Length: 5\r\n"),
            (502, "Transfer-Encoding: chunked\r\n"),
        ] {
            let text = format!("HTTP/1.1 {status} X\r\n{headers}\r\nhello");
            let found = read_cut(text.as_bytes(), Vec::new()).unwrap();
            assert_eq!(
                found,
                (HttpResponse::new(status, Vec::new()), false),
                "{text}"
            );
        }
    }

    #[test]
    fn an_end_that_is_in_doubt_is_an_error() {
        let chunked = "Transfer-Encoding: chunked";
        for headers in [
            "Content-Length: 5\r\nContent-Length: 5",
            "Content-Length: 5\r\nContent-Length: 4",
            "Content-Length: 5, 5",
            "Content-Length:",
            "Content-Length: -5",
            "Content-Length: +5",
            "Content-Length: 0x5",
            "Content-Length: 5 5",
            "Content-Length: 18446744073709551616",
            "Content-Length: 5\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked\r\nContent-Length: 5",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: chunked, chunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding:",
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
            let found = read_cut(text.as_bytes(), Vec::new());
            assert!(
                matches!(found, Err(AnswerError::Framing)),
                "{headers}: {found:?}"
            );
        }
        for chunks in [
            "\r\n",
            ";x\r\n",
            " 5\r\nhello\r\n0\r\n\r\n",
            "-5\r\n",
            "+5\r\n",
            "0x5\r\n",
            "g\r\n",
            "5 5\r\n",
            "5\n",
            "00000000000000005\r\n",
            "5\r\nhello0\r\n",
            "5\r\nhello!\r\n0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
        ] {
            let text = format!("HTTP/1.1 200 OK\r\n{chunked}\r\n\r\n{chunks}");
            let found = read_cut(text.as_bytes(), Vec::new());
            assert!(
                matches!(found, Err(AnswerError::Framing)),
                "{chunks:?}: {found:?}"
            );
        }
        let old = format!("HTTP/1.0 200 OK\r\n{chunked}\r\n\r\n0\r\n\r\n");
        let found = read_cut(old.as_bytes(), Vec::new());
        assert!(matches!(found, Err(AnswerError::Framing)), "{found:?}");
    }

    #[test]
    fn what_is_not_http_is_noticed_with_its_first_line() {
        for text in [
            "SSH-2.0-OpenSSH_9.9\r\n",
            "HTTP/2 200 OK\r\n\r\n",
            "\r\nHTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 20 OK\r\n\r\n",
            "HTTP/1.1 2000 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX : a\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: a\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX\r\n\r\n",
            "HTTP/1.1 200 OK\r\nX: \x01\r\n\r\n",
        ] {
            let found = read_cut(text.as_bytes(), Vec::new());
            assert!(
                matches!(found, Err(AnswerError::NotHttp)),
                "{text:?}: {found:?}"
            );
        }
    }

    #[test]
    fn headers_are_bounded() {
        let head = |value: usize| {
            let value = "x".repeat(value);
            format!("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: \t{value} \r\n\r\n")
        };
        let most = MAX_HEADER_BYTES - header_bytes("Content-Length", b"0") - header_bytes("X", b"");
        read_cut(head(most).as_bytes(), Vec::new()).unwrap();
        let found = read_cut(head(most + 1).as_bytes(), Vec::new());
        assert!(matches!(found, Err(AnswerError::TooLarge)), "{found:?}");
    }

    #[test]
    fn what_has_no_end_is_given_up() {
        let ok = "HTTP/1.1 200 OK\r\n";
        let chunked = format!("{ok}Transfer-Encoding: chunked\r\n\r\n");
        for (beginning, again) in [
            (ok.to_owned(), "x"),
            (ok.to_owned(), "X: y\r\n"),
            (String::new(), "HTTP/1.1 100 Continue\r\n\r\n"),
            (format!("{chunked}1;"), "x"),
            (
                chunked.clone(),
                "1;x=yyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n \r\n",
            ),
            (format!("{chunked}0\r\n"), "x"),
            (format!("{chunked}0\r\n"), "X: y\r\n"),
        ] {
            let bytes = format!("{beginning}{}", again.repeat(50 * MAX_HEADER_BYTES));
            let found = read(&mut BufReader::new(bytes.as_bytes()));
            assert!(
                matches!(found, Err(AnswerError::TooLarge)),
                "{beginning:?} {again:?}: {found:?}"
            );
        }
    }

    #[test]
    fn of_a_body_that_is_too_large_a_byte_too_much_is_read() {
        let too_much = MAX_ANSWER_BYTES + 1;
        let spaces = vec![b' '; too_much + 10];
        for (length, is_free) in [
            (MAX_ANSWER_BYTES, true),
            (too_much, true),
            (too_much + 1, false),
            (usize::MAX, false),
        ] {
            let expected = length.min(too_much);
            for head in [
                format!("Content-Length: {length}\r\n\r\n"),
                format!("Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n"),
            ] {
                let head = format!("HTTP/1.1 200 OK\r\n{head}");
                let end: &[u8] = if head.contains("chunked") {
                    b"\r\n0\r\n\r\n"
                } else {
                    b""
                };
                let body = &spaces[..length.min(spaces.len())];
                let bytes = [head.as_bytes(), body, end].concat();
                let (answer, found) = read(&mut &bytes[..]).unwrap();
                assert_eq!((answer.body.len(), found), (expected, is_free), "{head}");
            }
        }
        let bytes = [b"HTTP/1.1 200 OK\r\n\r\n", &spaces[..]].concat();
        let (answer, _) = read(&mut &bytes[..]).unwrap();
        assert_eq!(answer.body.len(), too_much);
    }

    fn answer(parts: &[Vec<u8>], is_chunked: bool) -> Vec<u8> {
        let mut bytes = b"HTTP/1.1 200 OK\r\n".to_vec();
        if is_chunked {
            bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
            for part in parts {
                bytes.extend(format!("{:X}\r\n", part.len()).bytes());
                bytes.extend(part);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n\r\n");
        } else {
            let body = parts.concat();
            bytes.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
            bytes.extend(body);
        }
        bytes
    }

    proptest! {
        #[test]
        fn however_an_answer_is_cut_it_reads_the_same(
            parts in vec(vec(any::<u8>(), 1..40), 0..6),
            is_chunked: bool,
            cuts in vec(any::<Index>(), 0..12),
        ) {
            let bytes = answer(&parts, is_chunked);
            let cuts = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
            let found = read_cut(&bytes, cuts).unwrap();
            prop_assert_eq!(found, (HttpResponse::new(200, parts.concat()), true));
        }

        #[test]
        fn nothing_that_arrives_makes_it_panic(
            bytes in vec(any::<u8>(), 0..200),
            beginning in prop::sample::select(vec!["", LENGTH, CHUNKS, CLOSE]),
            keep: Index,
        ) {
            let beginning = &beginning.as_bytes()[..keep.index(beginning.len() + 1)];
            let _ = read_cut(&[beginning, &bytes[..]].concat(), Vec::new());
        }
    }
}
