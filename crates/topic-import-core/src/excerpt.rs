//! Cuts long texts short for errors.

/// The most bytes of an untrusted text (an answer's body, an `ErrorInfo`) that an error keeps.
pub const MAX_EXCERPT_BYTES: usize = 512;

/// Cuts a text to at most [`MAX_EXCERPT_BYTES`], without splitting a character.
pub(crate) fn excerpt(text: &str) -> &str {
    beginning(text, MAX_EXCERPT_BYTES)
}

/// At most so many bytes of a text, without splitting a character.
pub(crate) fn beginning(text: &str, most_bytes: usize) -> &str {
    let mut end = most_bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
