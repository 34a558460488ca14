//! Removes signatures from answers of the service, or of whatever answers in its place, before they are shown.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::excerpt;
use crate::usersig::UserSig;

/// How many consecutive characters of a signature are enough to be treated as part of it.
const PIECE: usize = 8;
/// How far into a text signatures are searched for. The text beyond is dropped.
const MAX_SEARCHED_BYTES: usize = 16 * 1024;
const MARK: &str = "[UserSig]";

/// The beginning of an untrusted text, made fit for an error: every part of the given signatures is removed.
pub(crate) fn excerpt(text: &str, signatures: &[UserSig]) -> String {
    excerpt::excerpt(&without(text, signatures.iter().map(UserSig::expose))).to_owned()
}

/// The beginning of a text without any signature or part of one, percent-encoded or not.
fn without<'a>(text: &str, signatures: impl Iterator<Item = &'a str>) -> String {
    let text = excerpt::beginning(text, MAX_SEARCHED_BYTES);
    let characters = Characters::of(text);
    let mut is_secret = vec![false; characters.bytes.len()];
    for signature in signatures {
        let mut pieces: Vec<&[u8]> = signature.as_bytes().windows(PIECE).collect();
        pieces.sort_unstable();
        for (start, window) in characters.bytes.windows(PIECE).enumerate() {
            if pieces.binary_search(&window).is_ok() {
                is_secret[start..start + PIECE].fill(true);
            }
        }
    }

    let mut kept = String::new();
    let mut position = 0;
    for run in is_secret.chunk_by(|a, b| a == b) {
        let end = position + run.len();
        if run[0] {
            kept.push_str(MARK);
        } else {
            kept.push_str(&text[characters.starts[position]..characters.starts[end]]);
        }
        position = end;
    }
    kept
}

/// The bytes of a text, after decoding the three signature characters that may be percent-encoded.
struct Characters {
    bytes: Vec<u8>,
    /// The position of each byte in the text, and of the text's end.
    starts: Vec<usize>,
}

impl Characters {
    fn of(text: &str) -> Self {
        let text = text.as_bytes();
        let (mut bytes, mut starts) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < text.len() {
            let (byte, width) = match text.get(at..at + 3) {
                Some(b"%2A" | b"%2a") => (b'*', 3),
                Some(b"%2D" | b"%2d") => (b'-', 3),
                Some(b"%5F" | b"%5f") => (b'_', 3),
                _ => (text[at], 1),
            };
            bytes.push(byte);
            starts.push(at);
            at += width;
        }
        starts.push(at);
        Self { bytes, starts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: &str = "eJyrVgrx*CdZLFayUkos-KxYqaZNLqstLk0tKspPVqoFACdWDEc_";

    fn redacted(text: &str) -> String {
        without(text, core::iter::once(SIGNATURE))
    }

    #[test]
    fn what_is_no_signature_stays_as_it_is() {
        for text in [
            "",
            "é",
            "the TopicId is too long 话题",
            "%2A%2",
            "[UserSig]",
        ] {
            assert_eq!(redacted(text), text);
        }
    }

    #[test]
    fn a_signature_goes_whole_cut_or_encoded() {
        let encoded = SIGNATURE
            .replace('*', "%2A")
            .replace('_', "%5f")
            .replace('-', "%2d");
        assert_eq!(
            redacted(&alloc::format!("é?usersig={encoded}&é")),
            "é?usersig=[UserSig]&é"
        );
        assert_eq!(redacted(&SIGNATURE[5..20]), MARK);
        assert_eq!(redacted(&SIGNATURE[5..12]), &SIGNATURE[5..12]);
    }
}
