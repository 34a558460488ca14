//! A bar whose parts are proportional to counts. Screen readers skip it, because the counts are next to it as text.

use maud::{Markup, html};

use super::text::precise;

/// A bar that stands for `whole`, with a part for each class and count.
pub(super) fn bar(parts: &[(&str, u64)], whole: u64, class: &str) -> Markup {
    html! {
        svg class=(class) viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" {
            @for (class, from, width) in placed(parts, whole) {
                rect class=(class) x=(format_args!("{from:.2}")) width=(format_args!("{width:.2}")) height="1" {}
            }
        }
    }
}

/// Where each part begins and how wide it is, in a bar of 100.
fn placed<'a>(parts: &[(&'a str, u64)], whole: u64) -> Vec<(&'a str, f64, f64)> {
    let widths = parts.iter().filter(|(_, count)| *count > 0);
    // A part that is not empty is always wide enough to be seen.
    let widths = widths.map(|(class, count)| {
        let share = precise(*count) / precise(whole.max(1));
        (*class, (share * 100.0).max(0.5))
    });
    let sum: f64 = widths.clone().map(|(_, width)| width).sum();
    let scale = f64::min(100.0 / sum, 1.0);
    let mut at = 0.0;
    let placed = widths.map(|(class, width)| {
        let (from, width) = (at, width * scale);
        at += width;
        (class, from, width)
    });
    placed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_small_parts_are_seen_and_stay_within_the_bar() {
        let mut parts = vec![("imported", 1_000_000)];
        parts.extend([("held", 1); 8]);
        parts.push(("unknown", 0));
        let placed = placed(&parts, 1_000_008);
        assert_eq!(placed.len(), 9);
        let mut end = 0.0;
        for (class, from, width) in placed {
            assert!((from - end).abs() < 1e-9 && width > 0.4, "{class}");
            end = from + width;
        }
        assert!((end - 100.0).abs() < 1e-9, "{end}");
    }

    #[test]
    fn parts_of_less_than_the_whole_leave_room() {
        assert_eq!(placed(&[("", 1)], 4), [("", 0.0, 25.0)]);
        assert_eq!(placed(&[("", 0)], 0), []);
    }
}
