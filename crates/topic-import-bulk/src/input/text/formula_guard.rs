//! Texts as cells that no spreadsheet takes for a formula, and back.
//!
//! What strangers wrote would be calculated where somebody opens the CSV ("CSV injection", OWASP). So it gets an
//! apostrophe in front, as OWASP advises. Where a text has one of its own there, it gets another: taking one off each is
//! then exact.

use std::borrow::Cow;

use topic_import_core::GROUP_ID_PREFIX;

/// What stands before a text that would be a formula.
pub(crate) const GUARD: &str = "'";

const FORMULA_STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Where a cell may begin in the middle of a text: where commas are for decimals, spreadsheets separate at semicolons,
/// and do not see that the text is quoted.
const SEPARATORS: [char; 4] = [';', '\t', '\n', '\r'];

/// The text with every apostrophe that it needs.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if !text.split(SEPARATORS).any(needs_guard) {
        return Cow::Borrowed(text);
    }
    let mut guarded = String::with_capacity(text.len() + 1);
    for part in text.split_inclusive(SEPARATORS) {
        if needs_guard(part) {
            guarded.push_str(GUARD);
        }
        guarded.push_str(part);
    }
    Cow::Owned(guarded)
}

/// What was guarded: one apostrophe is taken off at the beginning, and after each separator.
pub(crate) fn unguarded(cell: &[u8]) -> Cow<'_, [u8]> {
    let is_separator = |byte: &u8| SEPARATORS.contains(&char::from(*byte));
    let is_guarded = |part: &[u8]| part.starts_with(GUARD.as_bytes());
    if !cell.split(is_separator).any(is_guarded) {
        return Cow::Borrowed(cell);
    }
    let parts = cell.split_inclusive(is_separator);
    let bare = parts.map(|part| part.strip_prefix(GUARD.as_bytes()).unwrap_or(part));
    Cow::Owned(bare.collect::<Vec<_>>().concat())
}

fn needs_guard(part: &str) -> bool {
    let part = part.trim_end_matches(SEPARATORS);
    if part.starts_with(GUARD) {
        return true;
    }
    // No spreadsheet's formulas have a `#_` in them, so that the service's IDs stay as they are. A number may be negative.
    if part.starts_with(GROUP_ID_PREFIX) || part.starts_with('-') && part.parse::<i64>().is_ok() {
        return false;
    }
    // Spreadsheets differ in what they pass over.
    let is_passed_over = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || matches!(
                character,
                '"' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
            )
    };
    part.trim_start_matches(is_passed_over)
        .starts_with(FORMULA_STARTS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_spreadsheet_would_calculate_gets_an_apostrophe_and_nothing_else_does() {
        for (text, cell) in [
            ("", ""),
            ("水 1+1=2 a@b -", "水 1+1=2 a@b -"),
            ("@TGS#_a@TOPIC#_b", "@TGS#_a@TOPIC#_b"),
            ("-7", "-7"),
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+7", "'+7"),
            ("-7+cmd|' /C calc'!A0", "'-7+cmd|' /C calc'!A0"),
            ("@SUM(1)", "'@SUM(1)"),
            ("＝1", "'＝1"),
            ("＋1", "'＋1"),
            ("－1", "'－1"),
            ("＠A", "'＠A"),
            ("\t=1", "\t'=1"),
            ("\r=1", "\r'=1"),
            (" \u{feff}\u{b}=1", "' \u{feff}\u{b}=1"),
            ("'=1", "''=1"),
            ("'tis", "''tis"),
            ("a;=1;b", "a;'=1;b"),
            ("a;\"=1;b", "a;'\"=1;b"),
            ("a\n=1\r\n@b", "a\n'=1\r\n'@b"),
            ("it's; 'tis", "it's; 'tis"),
            ("@TGS#_a;=1", "@TGS#_a;'=1"),
        ] {
            assert_eq!(guarded(text), cell, "{text:?}");
            assert_eq!(unguarded(cell.as_bytes()), text.as_bytes(), "{cell:?}");
        }
    }

    fn text() -> impl Strategy<Value = String> {
        "([=+@＝＠;'\" \t\r\na\u{feff}-]|-7|@TGS#_|\\PC){0,12}"
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_comes_back(text in text()) {
            let guarded = guarded(&text);
            let bare = unguarded(guarded.as_bytes());
            prop_assert_eq!(bare.as_ref(), text.as_bytes());
        }

        #[test]
        fn wherever_a_cell_begins_no_formula_does(text in text()) {
            for cell in guarded(&text).split([';', '\t', '\r', '\n']) {
                let shown = cell.trim_start_matches(['"', ' ', '\u{feff}']);
                let is_number = shown.parse::<i64>().is_ok() && !shown.starts_with('+');
                let is_id = cell.starts_with("@TGS#_");
                let starts = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
                prop_assert!(is_number || is_id || !shown.starts_with(starts), "{:?}", cell);
            }
        }
    }
}
