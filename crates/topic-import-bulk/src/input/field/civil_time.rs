//! Dates and times as clocks show them, without a zone.

use jiff::civil::{Date, DateTime, Time};

/// A date, year first, with or without a time: `2021-03-04`, `2021/3/4 10:00`, `2021-03-04T10:00:00.5`, `2021年3月4日`. A part of
/// a second is dropped.
pub(crate) fn parse(text: &str) -> Option<DateTime> {
    let (date, time) = match text.split_once(['T', 't', ' ']) {
        Some((date, time)) => (date, time_of_day(time)?),
        None => (text, Time::midnight()),
    };
    Some(date_of(date)?.to_datetime(time))
}

fn date_of(text: &str) -> Option<Date> {
    let text = match text.strip_suffix('日') {
        Some(text) => text.replace(['年', '月'], "-"),
        None => text.to_owned(),
    };
    let separator = text.chars().find(|character| !character.is_ascii_digit())?;
    let mut parts = text.split(separator);
    let year = parts.next().filter(|year| year.len() == 4)?;
    let (month, day) = (number(parts.next()?)?, number(parts.next()?)?);
    let is_date = matches!(separator, '-' | '/' | '.') && parts.next().is_none();
    let date = Date::new(year.parse().ok()?, month, day).ok();
    date.filter(|_| is_date)
}

fn time_of_day(text: &str) -> Option<Time> {
    let (text, parts) = text.split_once('.').unwrap_or((text, "0"));
    if parts.is_empty() || !parts.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut numbers = text.split(':');
    let (hour, minute) = (number(numbers.next()?)?, number(numbers.next()?)?);
    // A leap second is the second before it.
    let second = numbers.next().map_or(Some(0), number)?;
    let second = if second == 60 { 59 } else { second };
    let time = Time::new(hour, minute, second, 0).ok();
    time.filter(|_| numbers.next().is_none())
}

/// The number that one digit or two make.
pub(super) fn number(text: &str) -> Option<i8> {
    let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_spreadsheets_and_databases_write_them() {
        for (text, expected) in [
            ("2021-03-04", "2021-03-04T00:00:00"),
            ("2021/3/4", "2021-03-04T00:00:00"),
            ("2021.03.04", "2021-03-04T00:00:00"),
            ("2021年3月4日", "2021-03-04T00:00:00"),
            ("2021年3月4日 9:05", "2021-03-04T09:05:00"),
            ("2021/3/4 10:00", "2021-03-04T10:00:00"),
            ("2021-3-4 9:5:6", "2021-03-04T09:05:06"),
            ("2021-03-04 10:00:00", "2021-03-04T10:00:00"),
            ("2021-03-04T10:00:00.999", "2021-03-04T10:00:00"),
            ("2016-12-31 23:59:60", "2016-12-31T23:59:59"),
        ] {
            assert_eq!(parse(text), Some(expected.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "2021",
            "2021-03",
            "21-3-4",
            "3/4/2021",
            "04.03.2021",
            "2021-13-01",
            "2021-02-30",
            "2021-03/04",
            "2021-03-04-05",
            "2021-03-04 ",
            "2021-03-04 10",
            "2021-03-04 24:00",
            "2021-03-04 10:00:00:00",
            "2021-03-04 10:00 AM",
            "2021-03-04  10:00",
            "2021-03-04T10:00Z",
            "2021-+3-04",
            "2021-003-04",
            "2021年3月4",
            "20210304",
            "2021-03-04 10:00:00.",
            "٢٠٢١-03-04",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
