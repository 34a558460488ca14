//! Takes signatures out of texts that the service, or whatever answers in its place, may have put them into.

use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::excerpt;
use crate::usersig::UserSig;

/// So many characters of a signature in a row are taken for a part of it.
const PIECE: usize = 8;
/// How far into a text signatures are looked for; nothing beyond is kept.
const MAX_SEARCHED_BYTES: usize = 16 * 1024;
const MARK: &str = "[UserSig]";

/// The beginning of a foreign text, fit for an error: without any of these signatures that it may repeat.
pub(crate) fn excerpt(text: &str, signatures: &[UserSig]) -> String {
    excerpt::excerpt(&without(text, signatures.iter().map(UserSig::expose))).to_owned()
}

/// The beginning of a text without any part of a signature, whether whole, cut or percent-encoded.
fn without<'a>(text: &str, signatures: impl Iterator<Item = &'a str>) -> String {
    let text = &text[..text.floor_char_boundary(MAX_SEARCHED_BYTES)];
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

/// The bytes of a text, the three that a signature may have percent-encoded as one each.
struct Characters {
    bytes: Vec<u8>,
    /// Where each starts in the text; at the end, where the text ends.
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
        let encoded = SIGNATURE.replace('*', "%2A").replace('_', "%5f");
        assert_eq!(
            redacted(&alloc::format!("é?usersig={encoded}&é")),
            "é?usersig=[UserSig]&é"
        );
        assert_eq!(redacted(&SIGNATURE[5..20]), MARK);
        assert_eq!(redacted(&SIGNATURE[5..12]), &SIGNATURE[5..12]);
    }
}
