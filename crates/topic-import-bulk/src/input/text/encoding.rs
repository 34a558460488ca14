//! Bytes in any encoding as bytes in UTF-8.

use std::fmt;
use std::io::{self, BufRead, Read};
use std::str::{self, FromStr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// The encoding of a text, by any name that browsers know (`gbk`, `big5`, `shift_jis`, `windows-1252` …) or by the number of
/// its code page on Windows (`cp936`).
///
/// ```
/// use topic_import_bulk::input::TextEncoding;
///
/// let encoding: TextEncoding = "cp936".parse()?;
/// assert_eq!(encoding, "GB2312".parse()?);
/// assert_eq!(encoding.to_string(), "GBK");
/// assert!("klingon".parse::<TextEncoding>().is_err());
/// # Ok::<(), topic_import_bulk::input::UnknownEncoding>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

/// There is no encoding of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name:?} is no encoding: write gbk, gb18030, big5, shift_jis, euc-kr, windows-1252 or utf-16le, for instance"
)]
pub struct UnknownEncoding {
    name: String,
}

impl FromStr for TextEncoding {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        let lower = name.trim().to_ascii_lowercase();
        let code_page = lower.strip_prefix("cp").unwrap_or(&lower).parse().ok();
        Encoding::for_label_no_replacement(lower.as_bytes())
            .or_else(|| codepage::to_encoding_no_replacement(code_page?))
            .map(Self)
            .ok_or_else(|| UnknownEncoding {
                name: name.to_owned(),
            })
    }
}

impl TextEncoding {
    /// Whether a text that is said to be in this encoding is UTF-8: so many characters are not so by chance. Of those that
    /// take three bytes, as Chinese ones do, two are enough where the encoding has two bytes for each.
    pub(crate) fn is_unlike(self, read: &Utf8Count) -> bool {
        let is_single_byte = self.0.is_single_byte();
        let by_chance = if is_single_byte { 1 } else { 2 };
        let [_, _, sound, broken, long] = read.counts();
        broken == 0 && (sound > by_chance || !is_single_byte && long > 1)
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

/// What stands in the decoded text for bytes that mean nothing in its encoding: no UTF-8 has this byte.
const MALFORMED: u8 = 0xff;

const CHUNK_BYTES: usize = 16 * 1024;

/// So many bytes at the beginning can tell the encoding.
const TELLING_BYTES: usize = 4;

/// Reads text as UTF-8. A byte-order mark tells UTF-8 and UTF-16, and zeros beside the first characters tell UTF-16 without
/// one; otherwise the encoding is the one that is given, or UTF-8, which is passed on as it is.
pub(crate) struct Decoded<R> {
    reader: R,
    how: How,
    tally: Tally,
    /// What was decoded, as far as it was not read.
    text: Vec<u8>,
    read: usize,
}

enum How {
    PassOn,
    Decode(encoding_rs::Decoder),
    /// All was decoded.
    Over,
}

impl<R: BufRead> Decoded<io::Chain<io::Cursor<Vec<u8>>, R>> {
    /// What is read is counted in `utf8`, unless it tells itself that it is UTF-16.
    pub(crate) fn new(
        mut reader: R,
        encoding: Option<TextEncoding>,
        utf8: Utf8Count,
    ) -> io::Result<Self> {
        let mut start = Vec::new();
        let mut first = reader.by_ref().take(TELLING_BYTES as u64);
        first.read_to_end(&mut start)?;
        let told = encoding.map_or(UTF_8, |TextEncoding(encoding)| encoding);
        let encoding = encoding_of(&start).unwrap_or(told);
        let how = if encoding == UTF_8 {
            How::PassOn
        } else {
            How::Decode(encoding.new_decoder_with_bom_removal())
        };
        Ok(Self {
            reader: io::Cursor::new(start).chain(reader),
            how,
            tally: Tally::new(utf8, encoding != UTF_8),
            text: Vec::new(),
            read: 0,
        })
    }
}

/// Whether an input that begins with these bytes tells its encoding by them.
pub(crate) fn first_bytes_tell_an_encoding(bytes: &[u8]) -> bool {
    encoding_of(&bytes[..bytes.len().min(TELLING_BYTES)]).is_some()
}

/// The encoding that the first bytes tell, where they do.
fn encoding_of(start: &[u8]) -> Option<&'static Encoding> {
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return Some(encoding);
    }
    match start {
        [0, first, 0, second] if are_shown([*first, *second]) => Some(UTF_16BE),
        [first, 0, second, 0] if are_shown([*first, *second]) => Some(UTF_16LE),
        _ => None,
    }
}

fn is_utf16(encoding: &Encoding) -> bool {
    encoding == UTF_16LE || encoding == UTF_16BE
}

fn are_shown(characters: [u8; 2]) -> bool {
    characters.iter().all(u8::is_ascii_graphic)
}

/// Decodes what is there into `text`, in room that is enough for one step, and says how much of it was read.
fn decode(decoder: &mut encoding_rs::Decoder, bytes: &[u8], text: &mut Vec<u8>) -> (bool, usize) {
    let is_last = bytes.is_empty();
    text.resize(CHUNK_BYTES, 0);
    let (result, read, written) = decoder.decode_to_utf8_without_replacement(bytes, text, is_last);
    text.truncate(written);
    if let DecoderResult::Malformed(..) = result {
        text.push(MALFORMED);
    }
    let is_over = is_last && matches!(result, DecoderResult::InputEmpty);
    (is_over, read)
}

impl<R: BufRead> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.read == self.text.len() {
            let decoder = match &mut self.how {
                How::PassOn => return self.reader.fill_buf(),
                How::Over => break,
                How::Decode(decoder) => decoder,
            };
            let bytes = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                bytes => bytes?,
            };
            self.read = 0;
            let (is_over, read) = decode(decoder, bytes, &mut self.text);
            if !is_utf16(decoder.encoding()) {
                self.tally.add(&bytes[..read]);
            }
            self.reader.consume(read);
            if is_over {
                self.how = How::Over;
            }
        }
        Ok(&self.text[self.read..])
    }

    fn consume(&mut self, amount: usize) {
        if !matches!(self.how, How::PassOn) {
            self.read += amount;
            return;
        }
        // What is buffered is there without being read.
        if let Ok(bytes) = self.reader.fill_buf() {
            self.tally.add(&bytes[..amount]);
        }
        self.reader.consume(amount);
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.fill_buf()?.read(buffer)?;
        self.consume(length);
        Ok(length)
    }
}

/// How many characters beyond ASCII were read so far that are UTF-8, and how many bytes that are not: first where they were
/// passed on, then where they were decoded; at last, how many of the latter characters take three bytes or four.
#[derive(Clone, Debug, Default)]
pub(crate) struct Utf8Count(Arc<[AtomicU64; 5]>);

impl Utf8Count {
    /// Whether a text is in another encoding, and does not merely have a damaged character in it.
    pub(crate) fn is_of_another_encoding(&self) -> bool {
        let [sound, broken, ..] = self.counts();
        broken > sound
    }

    fn counts(&self) -> [u64; 5] {
        [0, 1, 2, 3, 4].map(|index: usize| self.0[index].load(Ordering::Relaxed))
    }

    fn add_sound(&self, is_decoded: bool, text: &[u8]) {
        let place = if is_decoded { 2 } else { 0 };
        let from = |first: u8| text.iter().filter(|byte| **byte >= first).count() as u64;
        self.0[place].fetch_add(from(0xc0), Ordering::Relaxed);
        if is_decoded {
            self.0[4].fetch_add(from(0xe0), Ordering::Relaxed);
        }
    }

    fn add_broken(&self, is_decoded: bool) {
        let place = if is_decoded { 3 } else { 1 };
        self.0[place].fetch_add(1, Ordering::Relaxed);
    }
}

/// Counts what is read in pieces.
struct Tally {
    count: Utf8Count,
    is_decoded: bool,
    /// The beginning of a character at the end of a piece.
    begun: Vec<u8>,
}

impl Tally {
    const fn new(count: Utf8Count, is_decoded: bool) -> Self {
        Self {
            count,
            is_decoded,
            begun: Vec::new(),
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.begun.is_empty() {
            if !bytes.is_ascii() {
                self.add_beyond_ascii(bytes);
            }
        } else {
            let mut joined = std::mem::take(&mut self.begun);
            joined.extend_from_slice(bytes);
            self.add_beyond_ascii(&joined);
        }
    }

    fn add_beyond_ascii(&mut self, mut bytes: &[u8]) {
        loop {
            let error = match str::from_utf8(bytes) {
                Ok(text) => return self.count.add_sound(self.is_decoded, text.as_bytes()),
                Err(error) => error,
            };
            let (sound, rest) = bytes.split_at(error.valid_up_to());
            self.count.add_sound(self.is_decoded, sound);
            let Some(length) = error.error_len() else {
                self.begun.extend_from_slice(rest);
                return;
            };
            self.count.add_broken(self.is_decoded);
            bytes = &rest[length..];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::BufReader;

    const TEXT: &str = "GroupId,TopicName\r\n@TGS#_a,船屋 é\n";

    fn decoded(bytes: &[u8], encoding: Option<&str>, capacity: usize) -> Vec<u8> {
        let reader = BufReader::with_capacity(capacity, bytes);
        let encoding = encoding.map(|name| name.parse().unwrap());
        let mut text = Vec::new();
        Decoded::new(reader, encoding, Utf8Count::default())
            .unwrap()
            .read_to_end(&mut text)
            .unwrap();
        text
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf_16_tells_itself_with_a_mark_or_without_one() {
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            for capacity in [1, 2, 3, 64] {
                let marked = utf16(&format!("\u{feff}{TEXT}"), bytes);
                assert_eq!(decoded(&marked, None, capacity), TEXT.as_bytes());
                assert_eq!(decoded(&marked, Some("gbk"), capacity), TEXT.as_bytes());
                let bare = utf16(TEXT, bytes);
                assert_eq!(decoded(&bare, None, capacity), TEXT.as_bytes());
            }
        }
        for bytes in [&b""[..], b"a", b"{}", b"\0\0", b"\xff\xfe", b"\xfe\xff"] {
            let expected: &[u8] = if bytes.starts_with(b"\xff") || bytes.starts_with(b"\xfe") {
                b""
            } else {
                bytes
            };
            assert_eq!(decoded(bytes, None, 8), expected);
        }
    }

    #[test]
    fn another_encoding_is_read_where_it_is_named_and_what_means_nothing_in_it_stays_visible() {
        let (bytes, ..) = encoding_rs::GBK.encode("船屋,谁");
        for name in ["gbk", "GB2312", "cp936", "936", " gb18030 "] {
            assert_eq!(
                decoded(&bytes, Some(name), 1),
                "船屋,谁".as_bytes(),
                "{name}"
            );
        }
        assert_eq!(
            decoded(b"a\xff,\xb4\xac\xb4", Some("gbk"), 2),
            b"a\xff,\xe8\x88\xb9\xff"
        );
        assert_eq!(decoded(&bytes, None, 2), &*bytes);
        let marked = format!("\u{feff}{TEXT}");
        assert_eq!(
            decoded(marked.as_bytes(), Some("gbk"), 5),
            marked.as_bytes()
        );
    }

    #[test]
    fn what_is_no_encoding_is_said() {
        for name in ["", "utf-99", "hz-gb-2312", "cp99999", "cp"] {
            let error = name.parse::<TextEncoding>().unwrap_err();
            assert!(
                error
                    .to_string()
                    .starts_with(&format!("{name:?} is no encoding"))
            );
        }
    }

    fn is_foreign(bytes: &[u8], capacity: usize) -> bool {
        let count = Utf8Count::default();
        let reader = BufReader::with_capacity(capacity, bytes);
        let mut decoded = Decoded::new(reader, None, count.clone()).unwrap();
        io::copy(&mut decoded, &mut io::sink()).unwrap();
        count.is_of_another_encoding()
    }

    #[test]
    fn a_text_in_another_encoding_is_told_from_one_with_a_damaged_character() {
        let (gbk, ..) = encoding_rs::GBK.encode(TEXT);
        for capacity in [1, 2, 3, 7, 64] {
            assert!(is_foreign(&gbk, capacity));
            assert!(!is_foreign(TEXT.as_bytes(), capacity));
            assert!(!is_foreign(&[TEXT.as_bytes(), b"\xff"].concat(), capacity));
            assert!(is_foreign(b"abc\xff", capacity));
        }
    }

    fn is_unlike(bytes: &[u8], encoding: &str) -> bool {
        let encoding: TextEncoding = encoding.parse().unwrap();
        let count = Utf8Count::default();
        let mut decoded = Decoded::new(bytes, Some(encoding), count.clone()).unwrap();
        io::copy(&mut decoded, &mut io::sink()).unwrap();
        encoding.is_unlike(&count)
    }

    #[test]
    fn two_chinese_characters_tell_utf_8_from_gbk_and_no_word_in_gbk_is_taken_for_utf_8() {
        for word in [
            "船屋",
            "公告",
            "你好",
            "大厅",
            "新闻",
            "帮助",
            "闲聊",
            "联通",
            "公司",
            "美食",
            "旅行",
            "运动",
            "音乐",
            "技术交流",
            "产品反馈",
            "读书分享",
            "广州分会",
            "周末活动",
            "新手入门",
            "游戏开黑",
            "学习小组",
        ] {
            let (gbk, ..) = encoding_rs::GBK.encode(word);
            assert!(is_unlike(word.as_bytes(), "gbk"), "{word}");
            assert!(!is_unlike(&gbk, "gbk"), "{word}");
            let (big5, _, is_lossy) = encoding_rs::BIG5.encode(word);
            assert!(is_lossy || !is_unlike(&big5, "big5"), "{word}");
        }
        for word in ["お知らせ", "雑談", "質問"] {
            let (bytes, ..) = encoding_rs::SHIFT_JIS.encode(word);
            assert!(is_unlike(word.as_bytes(), "shift_jis"), "{word}");
            assert!(!is_unlike(&bytes, "shift_jis"), "{word}");
        }
        // Letters and signs of one byte each may look like one or two characters of UTF-8.
        for text in ["MENÜ»", "passé…»"] {
            let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(text);
            assert!(!is_unlike(&bytes, "windows-1252"), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_encoded_comes_back_however_it_is_cut(
            text in "[a-z船屋谁é\u{10000}-\u{10fff}\n]{1,40}",
            capacity in 1..20_usize,
        ) {
            let (bytes, encoding, _) = encoding_rs::GB18030.encode(&text);
            prop_assert_eq!(decoded(&bytes, Some(encoding.name()), capacity), text.as_bytes());
            let marked = utf16(&format!("\u{feff}{text}"), u16::to_be_bytes);
            prop_assert_eq!(decoded(&marked, None, capacity), text.as_bytes());
            prop_assert!(!is_foreign(text.as_bytes(), capacity));
        }
    }
}
