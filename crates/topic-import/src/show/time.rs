//! Formats moments and durations, in the same way everywhere.

use std::time::Duration;

use jiff::Timestamp;

/// A moment in Unix seconds, to the second: `2015-11-24 09:37:17 UTC`.
pub(crate) fn moment(unix_seconds: i64) -> String {
    match Timestamp::from_second(unix_seconds) {
        Ok(moment) => moment.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => "at no time".to_owned(),
    }
}

/// A moment in Unix milliseconds, written as [`moment`] writes it.
pub(crate) fn of_millis(millis: i64) -> String {
    moment(millis.div_euclid(1000))
}

/// A duration in at most two units that suit its length: `2.5 s`, `1 min 12 s`, `3 h 5 min`, `2 d 4 h`.
pub(crate) fn duration(time: Duration) -> String {
    if time < Duration::from_secs(10) {
        return format!("{:.1} s", time.as_secs_f64());
    }
    let seconds = (time + Duration::from_millis(500)).as_secs();
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

/// A number of seconds, written as [`duration`] writes it.
pub(crate) fn seconds(seconds: f64) -> String {
    duration(Duration::try_from_secs_f64(seconds).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_easy_to_read() {
        assert_eq!(moment(1_448_357_837), "2015-11-24 09:37:17 UTC");
        assert_eq!(moment(i64::MAX), "at no time");
        for (time, text) in [
            (0.04, "0.0 s"),
            (9.96, "10.0 s"),
            (59.4, "59 s"),
            (59.6, "1 min"),
            (61.0, "1 min 1 s"),
            (3600.0, "1 h"),
            (3725.0, "1 h 2 min"),
            (90_061.0, "1 d 1 h"),
        ] {
            assert_eq!(seconds(time), text);
        }
        assert_eq!(seconds(f64::NAN), "0.0 s");
    }
}
