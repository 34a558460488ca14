//! `CreateTime` as people write it.

use jiff::Timestamp;
use serde_json::Value;
use topic_import_core::{CreateTime, Field};

use crate::input::problem::{HUGE, Problem, ProblemRule, excerpt};

const WANTED: &str = "Unix seconds, or RFC 3339 with its offset, such as 2019-05-04T09:30:00+08:00";

/// Unix seconds from a cell of CSV, which cannot tell a number from text.
pub(crate) fn from_cell(line: u64, text: &str) -> Result<i64, Problem> {
    if let Ok(seconds) = text.parse::<i128>() {
        return from_integer(line, seconds);
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(huge(line));
    }
    from_rfc_3339(line, text, "a number that is no integer")
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
    if text.parse::<f64>().is_ok_and(f64::is_finite) {
        return Err(Problem::of_type(line, Field::CreateTime, WANTED, number));
    }
    let found = excerpt(text);
    Err(Problem {
        line,
        element: None,
        field: Some(Field::CreateTime.name().into()),
        rule: ProblemRule::Format,
        limit: WANTED.into(),
        found: found.into(),
        message: format!("is {found:?}: it must be {WANTED}").into(),
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
        ] {
            assert_eq!(from_text(1, text).unwrap_err().rule, rule, "{text}");
        }
    }
}
