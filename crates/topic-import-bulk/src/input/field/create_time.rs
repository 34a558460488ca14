//! `CreateTime` as people write it.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822;
use serde_json::Value;
use topic_import_core::{CreateTime, Field};

use crate::input::field::civil_time;
use crate::input::field::date_order;
use crate::input::field::day_number::DAY_NUMBERS;
use crate::input::field::time_zone::{NoMoment, TimeZone};
use crate::input::problem::{HUGE, Problem, ProblemRule, excerpt};

const WANTED: &str = "Unix seconds, or RFC 3339 with its offset, such as 2019-05-04T09:30:00+08:00";

/// A time as far as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Unix seconds.
    Moment(i64),
    /// What clocks show, in a zone that is not said.
    Clock(ClockTime),
}

/// What clocks show, in a zone that is not said, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ClockTime {
    shown: DateTime,
    text: Box<str>,
}

/// A time from a cell of CSV, which cannot tell a number from text: Unix seconds, RFC 3339, or what spreadsheets write.
pub(crate) fn from_cell(line: u64, text: &str) -> Result<Told, Problem> {
    if let Ok(seconds) = text.parse::<i128>() {
        return from_integer(line, seconds).map(Told::Moment);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(huge(line));
    }
    match ClockTime::parse(text) {
        Some(time) => Ok(Told::Clock(time)),
        None => from_rfc_3339(line, text, "a number that is no integer").map(Told::Moment),
    }
}

/// A time as other systems write it: Unix time in a unit that its size tells, or a date and a time in any usual form.
pub(crate) fn from_other_text(line: u64, text: &str) -> Result<Told, Problem> {
    if let Some(number) = whole(text) {
        return from_number(line, number, text).map(Told::Moment);
    }
    if let Some(time) = ClockTime::parse(text) {
        return Ok(Told::Clock(time));
    }
    if let Some(problem) = day_number(line, text) {
        return Err(problem);
    }
    match with_offset(text).or_else(|| rfc2822::parse(text).ok().map(|time| time.timestamp())) {
        Some(timestamp) => from_timestamp(line, text, timestamp).map(Told::Moment),
        None => Err(not_of_the_form(line, text)),
    }
}

/// From here on a number is taken for milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973. So it
/// is with each smaller unit.
const MILLISECONDS_FROM: u128 = 100_000_000_000;

/// Unix seconds from a number in a unit that its size tells; `text` is how it was written.
pub(crate) fn from_number(line: u64, number: i128, text: &str) -> Result<i64, Problem> {
    let mut seconds = number;
    let mut beyond = MILLISECONDS_FROM;
    // Nanoseconds are the smallest unit.
    for _ in 0..3 {
        if number.unsigned_abs() >= beyond {
            seconds /= 1000;
        }
        beyond *= 1000;
    }
    if seconds == number {
        return from_integer(line, seconds);
    }
    from_integer(line, seconds).map_err(|_| out_of_range(line, excerpt(text).into(), excerpt(text)))
}

/// The whole part of a number that is written in digits, with or without decimals and an exponent.
pub(crate) fn whole(text: &str) -> Option<i128> {
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, ""));
    let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if !is_digits(digits) || !is_digits(decimals) {
        return None;
    }
    if exponent.len() + number.len() == text.len() {
        return whole.parse().ok();
    }
    let number: f64 = text.parse().ok()?;
    // No unit of time makes more of a year than this.
    #[allow(clippy::cast_possible_truncation, reason = "it is in range")]
    (number.abs() < 1e20).then_some(number as i128)
}

/// A moment with its offset, as RFC 3339 has it, or with a blank before the offset or its name.
fn with_offset(text: &str) -> Option<Timestamp> {
    if let Ok(timestamp) = text.parse() {
        return Some(timestamp);
    }
    let (shown, offset) = text.rsplit_once(' ')?;
    let offset = match offset {
        "UTC" | "GMT" | "Z" => "Z",
        offset if offset.starts_with(['+', '-']) => offset,
        _ => return None,
    };
    civil_time::parse(shown)?;
    format!("{shown}{offset}").parse().ok()
}

impl ClockTime {
    fn parse(text: &str) -> Option<Self> {
        civil_time::parse(text).map(|shown| Self {
            shown,
            text: text.into(),
        })
    }

    /// Unix seconds, where the zone is this one.
    pub(crate) fn in_zone(&self, line: u64, zone: Option<&TimeZone>) -> Result<i64, Problem> {
        let problem = |rule, what: String| Problem {
            line,
            element: None,
            field: Some(Field::CreateTime.name().into()),
            rule,
            limit: WANTED.into(),
            found: excerpt(&self.text).into(),
            message: format!("is {:?}, {what}", excerpt(&self.text)).into(),
        };
        let Some(zone) = zone else {
            let what = "a time without its zone: write it with its offset";
            return Err(problem(ProblemRule::NoTimeZone, what.into()));
        };
        let what = match zone.moment(self.shown) {
            Ok(timestamp) => return from_timestamp(line, &self.text, timestamp),
            Err(NoMoment::Skipped) => {
                format!("which no clock in {zone} has shown: write it with its offset")
            }
            Err(NoMoment::Twice) => {
                format!("which clocks in {zone} have shown twice: write it with its offset")
            }
            Err(NoMoment::Beyond) => "which is beyond the calendar".into(),
        };
        Err(problem(ProblemRule::Format, what))
    }
}

/// Unix seconds of a community, from text: RFC 3339, or what spreadsheets write, on the clocks of this zone.
pub(crate) fn from_text_in_zone(
    line: u64,
    text: &str,
    zone: Option<&TimeZone>,
) -> Result<i64, Problem> {
    match ClockTime::parse(text) {
        Some(time) => time.in_zone(line, zone),
        None => from_text(line, text),
    }
}

/// Unix seconds from text in JSON.
pub(crate) fn from_text(line: u64, text: &str) -> Result<i64, Problem> {
    from_rfc_3339(line, text, "a number written as text")
}

/// Unix seconds from text in RFC 3339; a part of a second is dropped. `number` says what a number is instead.
fn from_rfc_3339(line: u64, text: &str, number: &str) -> Result<i64, Problem> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return from_timestamp(line, text, timestamp);
    }
    if let Some(problem) = day_number(line, text) {
        return Err(problem);
    }
    if text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Err(Problem::of_type(line, Field::CreateTime, WANTED, number));
    }
    Err(not_of_the_form(line, text))
}

fn not_of_the_form(line: u64, text: &str) -> Problem {
    let found = excerpt(text);
    let (rule, limit, message) = match date_order::format(text) {
        Some(format) => (
            ProblemRule::DateOrder,
            format,
            format!(
                "is {found:?}, and nothing says whether the day or the month comes first: \
                 write the year first, such as 2021-03-04 10:00:00"
            ),
        ),
        None => (
            ProblemRule::Format,
            WANTED.to_owned(),
            format!("is {found:?}: it must be {WANTED}"),
        ),
    };
    Problem {
        line,
        element: None,
        field: Some(Field::CreateTime.name().into()),
        rule,
        limit: limit.into(),
        found: found.into(),
        message: message.into(),
    }
}

/// What is wrong with a number that has a part of a day, as spreadsheets count the days, with a point or a comma; `None` for any
/// other text.
fn day_number(line: u64, text: &str) -> Option<Problem> {
    let number = text.replace(',', ".");
    let days: f64 = number.parse().ok()?;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "it is compared with small numbers"
    )]
    let is_day = DAY_NUMBERS.contains(&(days as i64)) && number.contains('.');
    is_day.then(|| Problem {
        found: excerpt(text).into(),
        limit: WANTED.into(),
        rule: ProblemRule::DayNumber,
        field: Some(Field::CreateTime.name().into()),
        ..Problem::syntax(
            line,
            format!(
                "is {}, which may be the number of a day, as spreadsheets count them: \
                 format the column as a date and a time there, and save the file again",
                excerpt(text)
            ),
        )
    })
}

fn from_timestamp(line: u64, text: &str, timestamp: Timestamp) -> Result<i64, Problem> {
    // Before 1970, the parts of a second count backwards.
    let seconds = timestamp.as_second() - i64::from(timestamp.subsec_nanosecond() < 0);
    match CreateTime::parse(seconds) {
        Ok(_) => Ok(seconds),
        Err(violations) => Err(Problem {
            found: excerpt(text).into(),
            message: format!(
                "is {:?}: it must be from 1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z",
                excerpt(text)
            )
            .into(),
            ..Problem::violation(line, violations.first())
        }),
    }
}

/// Unix seconds from an integer that may be too large to be any.
pub(crate) fn from_integer(line: u64, seconds: i128) -> Result<i64, Problem> {
    let Ok(seconds) = i64::try_from(seconds) else {
        let found = serde_json::to_value(seconds).unwrap_or_else(|_| HUGE.into());
        return Err(out_of_range(line, found, &seconds.to_string()));
    };
    match CreateTime::parse(seconds) {
        Ok(_) => Ok(seconds),
        Err(violations) => Err(Problem::violation(line, violations.first())),
    }
}

/// What is wrong with an integer that is larger than any that can be compared.
pub(crate) fn huge(line: u64) -> Problem {
    out_of_range(line, HUGE.into(), HUGE)
}

fn out_of_range(line: u64, found: Value, what: &str) -> Problem {
    let max = u32::MAX;
    Problem {
        line,
        element: None,
        field: Some(Field::CreateTime.name().into()),
        rule: ProblemRule::Range,
        limit: vec![0, max].into(),
        found,
        message: format!("is {what}: it must be from 0 to {max}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_respected_and_parts_of_a_second_are_dropped() {
        for text in [
            "2015-11-24T09:37:17Z",
            "2015-11-24T17:37:17+08:00",
            "2015-11-24T09:37:17.999Z",
        ] {
            assert_eq!(from_text(1, text).unwrap(), 1_448_357_837, "{text}");
        }
    }

    #[test]
    fn a_number_as_text_a_date_alone_and_a_time_without_offset_are_refused() {
        for (text, rule) in [
            ("1448357837", ProblemRule::Type),
            ("1448357837.0", ProblemRule::Type),
            ("2015-11-24", ProblemRule::Format),
            ("2015-11-24T09:37:17", ProblemRule::Format),
            ("yesterday", ProblemRule::Format),
            ("", ProblemRule::Format),
            ("04.03.2021 10:00", ProblemRule::DateOrder),
            ("44259.41667", ProblemRule::DayNumber),
        ] {
            assert_eq!(from_text(1, text).unwrap_err().rule, rule, "{text}");
        }
    }
}
