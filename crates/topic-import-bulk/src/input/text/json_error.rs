//! What is wrong with a text that is no JSON, in plain words.

use topic_import_core::escaped;

/// What may stand where JSON wants a value.
const VALUE: &str = "a value should (a text in double quotation marks, a number, true, false, null, a list or an object)";

/// What is wrong, where `found` stands; nothing is, where the text is over.
pub(crate) fn in_words(error: &serde_json::Error, found: Option<&str>) -> String {
    let all = error.to_string();
    let said = all.split(" at line ").next().unwrap_or(&all);
    let found = match found.filter(|_| !error.is_eof()) {
        Some(found) => format!("`{}`", escaped(found)),
        None => "nothing more".to_owned(),
    };
    match said {
        "EOF while parsing a value" => format!("nothing more stands where {VALUE}"),
        "EOF while parsing an object" => "it ends before the object is closed with `}`".to_owned(),
        "EOF while parsing a list" => "it ends before a list is closed with `]`".to_owned(),
        "EOF while parsing a string" => "it ends before a text is closed with `\"`".to_owned(),
        "expected value" | "expected ident" => format!("{found} stands where {VALUE}"),
        "key must be a string" => {
            format!("{found} stands where a name in double quotation marks should")
        }
        "expected `:`" => format!("{found} stands where the `:` after a name should"),
        "expected `,` or `}`" => format!("{found} stands where a `,` or the closing `}}` should"),
        "expected `,` or `]`" => format!("{found} stands where a `,` or the closing `]` should"),
        "trailing comma" => format!("{found} stands after a `,`, which is one too many"),
        "trailing characters" => format!("{found} stands after the end"),
        "invalid number" => {
            format!("{found} stands in a number, which must be written such as 0, -7 or 1.5e3")
        }
        "number out of range" => "the number is too large".to_owned(),
        "recursion limit exceeded" => "lists and objects stand too deep in each other".to_owned(),
        "invalid escape" => {
            "after a `\\` in a text stands what is no escape: write a backslash itself as `\\\\`".to_owned()
        }
        "unexpected end of hex escape" | "lone leading surrogate in hex escape" => {
            "an escape `\\u…` in a text is not whole".to_owned()
        }
        said if said.starts_with("control character") => {
            "a control character stands in a text, such as a tab: write it as an escape, such as \\t".to_owned()
        }
        _ => format!("{found} stands where JSON has no place for it"),
    }
}

/// The word around a place in a text, or the character there; `None` at its end.
pub(crate) fn word_at(text: &[u8], place: usize) -> Option<String> {
    /// No word of JSON is as long.
    const MOST: usize = 40;
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-._".contains(byte);
    let at = place.min(text.len());
    let before = text[..at].iter().rev().take(MOST);
    let start = at - before.take_while(|byte| is_part(byte)).count();
    let after = text[at..].iter().take(MOST);
    let end = at + after.take_while(|byte| is_part(byte)).count();
    if start < end {
        return Some(String::from_utf8_lossy(&text[start..end]).into_owned());
    }
    let rest = String::from_utf8_lossy(&text[at..text.len().min(at + 4)]).into_owned();
    rest.chars().next().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_told_in_words_that_no_parser_uses() {
        for (text, words) in [
            ("{", "it ends before the object is closed with `}`"),
            ("[", "it ends before a list is closed with `]`"),
            ("\"a", "it ends before a text is closed with `\"`"),
            (
                "{\"a\":",
                "nothing more stands where a value should (a text in double",
            ),
            (
                "{\"a\":nul}",
                "`nul` stands where a value should (a text in double",
            ),
            ("[NaN]", "`NaN` stands where a value should ("),
            ("[1,]", "`]` stands "),
            (
                "{a:1}",
                "`a` stands where a name in double quotation marks should",
            ),
            ("{\"a\" 1}", "`1` stands where the `:` after a name should"),
            (
                "{\"a\":1 \"b\"}",
                "`\"` stands where a `,` or the closing `}` should",
            ),
            ("[1 2]", "`2` stands where a `,` or the closing `]` should"),
            (
                "{\"a\":1,}",
                "`}` stands after a `,`, which is one too many",
            ),
            ("{}}", "`}` stands after the end"),
            (
                "[01]",
                "`01` stands in a number, which must be written such as ",
            ),
            ("[1e999]", "the number is too large"),
            (
                "[\"\\q\"]",
                "after a `\\` in a text stands what is no escape: ",
            ),
            (
                "[\"\t\"]",
                "a control character stands in a text, such as a tab: ",
            ),
            (
                "[\u{201c}a\u{201d}]",
                "`\u{201c}` stands where a value should (",
            ),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).unwrap_err();
            let place = error.column().saturating_sub(1);
            let said = in_words(&error, word_at(text.as_bytes(), place).as_deref());
            assert!(said.starts_with(words), "{text}: {said} ({error})");
        }
    }
}
