//! A bar that is divided by counts; for the eye only, as the same counts stand beside it in words.

use std::fmt::Write as _;

use super::text::precise;

/// Draws parts, each with its class and its count, in a bar as wide as the whole.
pub(super) fn of(parts: &[(&str, u64)], whole: u64, class: &str) -> String {
    let mut svg = format!(
        "<svg class=\"{class}\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
    );
    let mut at = 0.0;
    for (class, count) in parts.iter().filter(|(_, count)| *count > 0) {
        // What is there can be seen, however little it is.
        let width = (precise(*count) / precise(whole.max(1)) * 100.0).max(0.5);
        // Writing to a string cannot fail.
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{at:.2}\" width=\"{width:.2}\" height=\"1\"/>"
        );
        at += width;
    }
    svg.push_str("</svg>");
    svg
}
