//! What sources can say beside what jq has, and what of jq every source says so often that it is made here.

use jaq_core::Error;
use jaq_core::data::JustLut;
use jaq_core::load::parse::Def;
use jaq_core::native::{Fun, bome, run, v};
use jaq_json::{Map, Num, Rc, Val};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::Offset;

use crate::input::jq::json::{as_text, kind, text};
use crate::input::problem::excerpt;

/// The first second of 2015, from which Discord counts milliseconds.
const DISCORD_EPOCH_MILLISECONDS: u64 = 1_420_070_400_000;
const SEQUENCE_BITS: u32 = 22;

pub(super) fn definitions() -> impl Iterator<Item = Def<&'static str>> {
    let definitions: Option<Vec<Def<&'static str>>> =
        jaq_core::load::parse(include_str!("natives.jq"), |parser| parser.defs());
    definitions.unwrap_or_default().into_iter()
}

/// What jaq defines in jq itself, some of it by comparing values of every kind: made here, each costs a tenth.
pub(super) const REDEFINED: [&str; 9] = [
    "null",
    "true",
    "false",
    "not",
    "isboolean",
    "isnumber",
    "isstring",
    "isarray",
    "isobject",
];

/// Functions that jaq has as well. These name the text in their error where it is no such time, and jaq's do not.
pub(super) const REPLACED: [&str; 1] = ["strptime"];

pub(super) fn functions() -> impl Iterator<Item = Fun<JustLut<Val>>> {
    [
        run(("null", v(0), |_| bome(Ok(Val::Null)))),
        run(("true", v(0), |_| bome(Ok(Val::Bool(true))))),
        run(("false", v(0), |_| bome(Ok(Val::Bool(false))))),
        run(("not", v(0), |cv| {
            bome(Ok(Val::Bool(matches!(cv.1, Val::Null | Val::Bool(false)))))
        })),
        run(("isboolean", v(0), |cv| {
            bome(Ok(Val::Bool(matches!(cv.1, Val::Bool(_)))))
        })),
        run(("isnumber", v(0), |cv| {
            bome(Ok(Val::Bool(matches!(cv.1, Val::Num(_)))))
        })),
        run(("isstring", v(0), |cv| {
            bome(Ok(Val::Bool(matches!(cv.1, Val::TStr(_) | Val::BStr(_)))))
        })),
        run(("isarray", v(0), |cv| {
            bome(Ok(Val::Bool(matches!(cv.1, Val::Arr(_)))))
        })),
        run(("isobject", v(0), |cv| {
            bome(Ok(Val::Bool(matches!(cv.1, Val::Obj(_)))))
        })),
        run(("is_among", v(1), |mut cv| {
            let words = cv.0.pop_var();
            bome(Ok(Val::Bool(is_among(&cv.1, &words))))
        })),
        run(("begins_with", v(1), |mut cv| {
            let start = cv.0.pop_var();
            bome(Ok(Val::Bool(begins_with(&cv.1, &start))))
        })),
        run(("is_yes", v(0), |cv| bome(Ok(Val::Bool(is_yes(&cv.1)))))),
        run(("present", v(0), |cv| bome(Ok(present(cv.1))))),
        run(("strptime", v(1), |mut cv| {
            let format = cv.0.pop_var();
            bome(strptime(&cv.1, &format).map_err(Error::str))
        })),
        run(("snowflake_time", v(0), |cv| bome(Ok(snowflake_time(&cv.1))))),
        run(("kind", v(0), |cv| bome(Ok(text(kind(&cv.1)))))),
        run(("whole", v(0), |cv| {
            let whole = whole(&cv.1).map(Num::from_integral);
            bome(Ok(whole.map_or(Val::Null, Val::Num)))
        })),
    ]
    .into_iter()
}

/// Whether a value is a text that begins with another.
fn begins_with(value: &Val, start: &Val) -> bool {
    match (value, start) {
        (Val::TStr(text), Val::TStr(start)) => text.starts_with(start),
        _ => false,
    }
}

/// Whether a value is one of the words of a text.
fn is_among(value: &Val, words: &Val) -> bool {
    match (value, words) {
        (Val::TStr(word), Val::TStr(words)) => {
            !word.is_empty() && words.split(|byte| *byte == b' ').any(|one| *one == ***word)
        }
        _ => false,
    }
}

/// Whether a value says yes, as JSON does or as others do.
fn is_yes(value: &Val) -> bool {
    match value {
        Val::Bool(is_true) => *is_true,
        Val::TStr(text) => text.eq_ignore_ascii_case(b"true") || ***text == *b"1",
        Val::Num(Num::Int(0)) => false,
        Val::Num(Num::Float(number)) => *number != 0.0,
        Val::Num(_) => true,
        _ => false,
    }
}

/// An unsigned integer, written as a number or in digits.
fn whole(value: &Val) -> Option<u64> {
    match value {
        Val::Num(number @ (Num::Int(_) | Num::BigInt(_))) => number.to_string().parse().ok(),
        Val::TStr(text) => {
            let digits = std::str::from_utf8(text).ok()?;
            let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
            is_digits.then(|| digits.parse().ok()).flatten()
        }
        _ => None,
    }
}

/// A time that is written in this form, in parts as jq has them: the month and the day of the year count from 0, the day of
/// the week from Sunday.
fn strptime(value: &Val, format: &Val) -> Result<Val, String> {
    let (Some(text), Some(format)) = (as_text(value), as_text(format)) else {
        return Err(format!("strptime reads text, and {value} is none"));
    };
    let shown = excerpt(&text);
    let mut parts = BrokenDownTime::parse(&format, &text)
        .map_err(|_| format!("{shown:?} does not have the form {format}"))?;
    if (parts.offset(), parts.iana_time_zone()) == (None, None) {
        parts.set_offset(Some(Offset::UTC));
    }
    let time = parts
        .to_zoned()
        .map_err(|_| format!("{shown:?} is no date"))?;
    let nanoseconds = time.subsec_nanosecond();
    let second = if nanoseconds > 0 {
        Num::Float(f64::from(time.second()) + f64::from(nanoseconds) / 1e9)
    } else {
        Num::from_integral(time.second())
    };
    let parts = [
        Num::from_integral(time.year()),
        Num::from_integral(time.month() - 1),
        Num::from_integral(time.day()),
        Num::from_integral(time.hour()),
        Num::from_integral(time.minute()),
        second,
        Num::from_integral(time.weekday().to_sunday_zero_offset()),
        Num::from_integral(time.day_of_year() - 1),
    ];
    Ok(parts.into_iter().map(Val::Num).collect())
}

/// The members that are not null.
fn present(value: Val) -> Val {
    match value {
        Val::Obj(members) => {
            let kept = members
                .iter()
                .filter(|(_, value)| !matches!(value, Val::Null))
                .map(|(name, value)| (name.clone(), value.clone()));
            Val::Obj(Rc::new(kept.collect::<Map<Val, Val>>()))
        }
        other => other,
    }
}

/// The second in which Discord gave an ID out; null for an ID that tells none, as those that stand for others within a
/// template.
fn snowflake_time(value: &Val) -> Val {
    let milliseconds = match whole(value).map(|id| id >> SEQUENCE_BITS) {
        None | Some(0) => return Val::Null,
        // 42 bits of milliseconds end in the year 2154.
        Some(since_epoch) => since_epoch + DISCORD_EPOCH_MILLISECONDS,
    };
    Val::Num(Num::from_integral(milliseconds / 1000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::jq::json::{to_json, to_value};
    use proptest::prelude::*;
    use serde_json::json;

    fn created(id: u64) -> serde_json::Value {
        to_json(&snowflake_time(&to_value(&json!(id))))
    }

    #[test]
    fn an_id_of_discord_tells_its_second() {
        // The example of Discord's documents.
        assert_eq!(created(175_928_847_299_117_063), json!(1_462_015_105));
        for id in [0, 1, (1 << SEQUENCE_BITS) - 1] {
            assert_eq!(created(id), json!(null));
        }
        assert_eq!(created(1 << SEQUENCE_BITS), json!(1_420_070_400));
        assert!(created(u64::MAX).is_u64());
    }

    #[test]
    fn a_time_is_read_in_its_form_and_shown_where_it_is_not_of_it() {
        let read = |text: &str, format: &str| {
            let parts = strptime(&to_value(&json!(text)), &to_value(&json!(format)));
            parts.map(|parts| to_json(&parts))
        };
        let form = "%d.%m.%Y %H:%M";
        assert_eq!(
            read("04.03.2021 10:05", form),
            Ok(json!([2021, 2, 4, 10, 5, 0, 4, 62]))
        );
        assert_eq!(
            read("2021-03-04T10:00:00.5+0800", "%Y-%m-%dT%H:%M:%S%.f%z"),
            Ok(json!([2021, 2, 4, 10, 0, 0.5, 4, 62]))
        );
        for (text, what) in [
            (
                "06.03.2021",
                "\"06.03.2021\" does not have the form %d.%m.%Y %H:%M",
            ),
            ("31.02.2021 10:00", "\"31.02.2021 10:00\" is no date"),
        ] {
            assert_eq!(read(text, form).unwrap_err(), what);
        }
        let none = strptime(&Val::Null, &to_value(&json!(form))).unwrap_err();
        assert_eq!(none, "strptime reads text, and null is none");
    }

    #[test]
    fn yes_is_written_in_several_ways() {
        for yes in [json!(true), json!("True"), json!("1"), json!(1), json!(0.5)] {
            assert!(is_yes(&to_value(&yes)), "{yes}");
        }
        for no in [
            json!(false),
            json!("false"),
            json!(0),
            json!(0.0),
            json!(null),
            json!([1]),
        ] {
            assert!(!is_yes(&to_value(&no)), "{no}");
        }
    }

    #[test]
    fn a_whole_number_may_be_text_and_is_never_negative() {
        for (value, number) in [
            (json!(7), Some(7)),
            (json!("007"), Some(7)),
            (json!(u64::MAX), Some(u64::MAX)),
            (json!(-1), None),
            (json!(1.5), None),
            (json!("+7"), None),
            (json!(""), None),
            (json!(null), None),
        ] {
            assert_eq!(whole(&to_value(&value)), number, "{value}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_moment_comes_back_whatever_the_rest_of_the_id(
            milliseconds in DISCORD_EPOCH_MILLISECONDS + 1..DISCORD_EPOCH_MILLISECONDS + (1 << 42),
            rest in 0_u64..1 << SEQUENCE_BITS,
        ) {
            let id = ((milliseconds - DISCORD_EPOCH_MILLISECONDS) << SEQUENCE_BITS) | rest;
            prop_assert_eq!(created(id).as_u64().unwrap(), milliseconds / 1000);
        }
    }
}
