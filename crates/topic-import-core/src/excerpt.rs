//! Cuts long texts short for errors.

/// The most bytes of an untrusted text (an answer's body, an `ErrorInfo`) that an error keeps.
pub const MAX_EXCERPT_BYTES: usize = 512;

/// Cuts a text to at most [`MAX_EXCERPT_BYTES`], without splitting a character.
pub(crate) fn excerpt(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_EXCERPT_BYTES)]
}
