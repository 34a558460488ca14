//! `CreateTime` as people write it.

use jiff::Timestamp;
use serde_json::Value;
use topic_import_core::{CreateTime, Field};

use crate::problem::{Problem, ProblemRule};

const WANTED: &str = "Unix seconds, or RFC 3339 with its offset, such as 2019-05-04T09:30:00+08:00";

/// Unix seconds from text in RFC 3339; a part of a second is dropped.
pub(crate) fn from_rfc_3339(line: u64, text: &str) -> Result<i64, Problem> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp.as_second());
    }
    let is_number = text.parse::<f64>().is_ok();
    if is_number {
        return Err(Problem::of_type(
            line,
            Field::CreateTime,
            WANTED,
            "a number written as text",
        ));
    }
    Err(Problem {
        line,
        field: Some(Field::CreateTime.name().to_owned()),
        rule: ProblemRule::Format,
        limit: WANTED.into(),
        found: text.into(),
        message: format!("is {text:?}: it must be {WANTED}").into(),
    })
}

/// Unix seconds from an integer that may be too large to be any.
pub(crate) fn from_integer(line: u64, seconds: i128) -> Result<i64, Problem> {
    let clamped = i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX });
    match CreateTime::parse(clamped) {
        Ok(_) => Ok(clamped),
        Err(violation) => Err(Problem {
            found: serde_json::to_value(seconds).unwrap_or(Value::Null),
            ..Problem::violation(line, &violation)
        }),
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
            assert_eq!(from_rfc_3339(1, text).unwrap(), 1_448_357_837, "{text}");
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
            assert_eq!(from_rfc_3339(1, text).unwrap_err().rule, rule, "{text}");
        }
    }
}
