//! A bar that is divided by counts; for the eye only, as the same counts stand beside it in words.

use maud::{Markup, html};

use super::text::precise;

/// Parts, each with its class and its count, in a bar as wide as the whole.
pub(super) fn bar(parts: &[(&str, u64)], whole: u64, class: &str) -> Markup {
    let mut at = 0.0;
    let drawn: Vec<(&str, f64, f64)> = parts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(class, count)| {
            // What is there can be seen, however little it is.
            let width = (precise(*count) / precise(whole.max(1)) * 100.0).max(0.5);
            let from = at;
            at += width;
            (*class, from, width)
        })
        .collect();
    html! {
        svg class=(class) viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" {
            @for (class, from, width) in drawn {
                rect class=(class) x=(format_args!("{from:.2}")) width=(format_args!("{width:.2}")) height="1" {}
            }
        }
    }
}
