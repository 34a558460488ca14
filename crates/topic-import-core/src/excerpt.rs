//! The beginnings of long texts.

/// The most of a foreign text (an answer's body, an `ErrorInfo`) that an error keeps, in bytes.
pub const MAX_EXCERPT_BYTES: usize = 512;

/// Cuts a text to [`MAX_EXCERPT_BYTES`] at a character's end.
pub(crate) fn excerpt(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_EXCERPT_BYTES)]
}
