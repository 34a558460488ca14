//! Formats numbers and times for the page.

use maud::{Markup, html};

pub(super) use crate::show::text::{count, number};
pub(super) use crate::show::time::seconds as time;

/// A moment in Unix milliseconds, to the second. The script adds the time of the reader's clock.
pub(super) fn moment(millis: i64) -> Markup {
    let seconds = millis.div_euclid(1000);
    let in_words = crate::show::time::moment(seconds);
    html! {
        @match jiff::Timestamp::from_second(seconds) {
            Ok(moment) => time datetime=(moment) { (in_words) },
            Err(_) => (in_words),
        }
    }
}

/// A count as a number to draw or to calculate with.
#[allow(
    clippy::cast_precision_loss,
    reason = "it is drawn, or rounded to be shown"
)]
pub(super) const fn precise(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_cut_to_the_second() {
        assert_eq!(
            moment(1_500).into_string(),
            "<time datetime=\"1970-01-01T00:00:01Z\">1970-01-01 00:00:01 UTC</time>"
        );
    }
}
