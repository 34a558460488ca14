//! Bytes that may be no text, shown as text.

/// Text in which bytes that are not UTF-8 stand as `\xff` after a mark. JSON allows no such escape, nor the mark after a
/// backslash: a line that has them stays unreadable, and is not imported with less in it.
pub(crate) fn legible(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
            text.extend(chunk.invalid().escape_ascii().map(char::from));
        }
    }
    text
}
