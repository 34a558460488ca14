//! Formats numbers and times for the page.

use maud::{Markup, html};

/// A number with commas between its thousands.
pub(super) fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of things: `1 row`, `2,000 rows`.
pub(super) fn count(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", number(count))
}

/// A moment in Unix milliseconds, to the second. The script adds the time of the reader's clock.
pub(super) fn moment(millis: i64) -> Markup {
    let moment = jiff::Timestamp::from_second(millis.div_euclid(1000));
    html! {
        @match moment {
            Ok(moment) => time datetime=(moment) { (moment.strftime("%Y-%m-%d %H:%M:%S UTC")) },
            Err(_) => "at no time",
        }
    }
}

/// A duration in at most two units that suit its length.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time is not negative, and one beyond 64 bits of seconds is no matter"
)]
pub(super) fn time(seconds: f64) -> String {
    if seconds < 10.0 {
        return format!("{seconds:.1} s");
    }
    let seconds = seconds.round() as u64;
    let units = [(86400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let first = units.iter().position(|(unit, _)| seconds >= *unit);
    let mut rest = seconds;
    let mut parts = Vec::new();
    for (unit, name) in units.iter().skip(first.unwrap_or(3)).take(2) {
        if rest >= *unit {
            parts.push(format!("{} {name}", rest / unit));
            rest %= unit;
        }
    }
    parts.join(" ")
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
    fn numbers_and_times_are_easy_to_read() {
        assert_eq!(
            [0, 999, 1000, 1_234_567].map(number),
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(count(1, "row"), "1 row");
        assert_eq!(
            [0.04, 59.6, 61.0, 3600.0, 90_061.0].map(time),
            ["0.0 s", "1 min", "1 min 1 s", "1 h", "1 d 1 h"]
        );
        assert_eq!(
            moment(1_500).into_string(),
            "<time datetime=\"1970-01-01T00:00:01Z\">1970-01-01 00:00:01 UTC</time>"
        );
    }
}
