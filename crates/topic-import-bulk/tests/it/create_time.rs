//! `CreateTime` in every form that somebody may write it in, in both formats.

use topic_import_bulk::input::{Format, Mappings, ProblemRule, RowSettings};

use crate::support::{GROUP, json_row, only, problems, read_with};

const FORM: &str = "Unix seconds, or RFC 3339 with its offset, such as 2019-05-04T09:30:00+08:00";

const WITHOUT_ZONE: [&str; 5] = [
    "2015-11-24",
    "2015-11-24T09:37:17",
    "2015-11-24 09:37:17",
    "2015/11/24 9:37",
    "2015-11-24 09:37:17.5",
];

fn row(format: &Format, value: &str) -> String {
    if *format == Format::Jsonl {
        return json_row(&format!(r#""CreateTime":{value}"#));
    }
    let cell = value.trim_matches('"');
    format!("GroupId,TopicName,CreateTime\n{GROUP},x,{cell}\n")
}

fn accepted(format: &Format, value: &str) -> u32 {
    let topic = only(format, row(format, value));
    topic.create_time.unwrap().unix_seconds()
}

fn refused(format: &Format, value: &str) -> (ProblemRule, String) {
    let mut found = problems(format, row(format, value));
    assert_eq!(found.len(), 1, "{value}: {found:?}");
    let problem = found.remove(0);
    assert_eq!(problem.field.as_deref(), Some("CreateTime"));
    (problem.rule, problem.message.into())
}

#[test]
fn unix_seconds_are_taken_from_end_to_end_of_their_range() {
    for format in &[Format::Jsonl, Format::Csv] {
        for seconds in [0, 1_448_357_837, u32::MAX] {
            assert_eq!(accepted(format, &seconds.to_string()), seconds);
        }
    }
}

#[test]
fn rfc_3339_is_taken_with_any_offset_and_to_the_second() {
    for format in &[Format::Jsonl, Format::Csv] {
        for (text, seconds) in [
            ("2015-11-24T09:37:17Z", 1_448_357_837),
            ("2015-11-24t09:37:17z", 1_448_357_837),
            ("2015-11-24T17:37:17+08:00", 1_448_357_837),
            ("2015-11-24T04:07:17-05:30", 1_448_357_837),
            ("2015-11-24T09:37:17-00:00", 1_448_357_837),
            ("2015-11-24T09:37:17.000000001Z", 1_448_357_837),
            ("2015-11-24T09:37:17.999999999Z", 1_448_357_837),
            ("1970-01-01T00:00:00.5Z", 0),
            ("1969-12-31T19:00:00-05:00", 0),
            ("2106-02-07T06:28:15Z", u32::MAX),
        ] {
            assert_eq!(accepted(format, &format!("\"{text}\"")), seconds, "{text}");
        }
    }
}

#[test]
fn a_leap_second_is_the_second_before_it() {
    let before = accepted(&Format::Jsonl, r#""2016-12-31T23:59:59Z""#);
    assert_eq!(
        accepted(&Format::Jsonl, r#""2016-12-31T23:59:60Z""#),
        before
    );
    assert_eq!(before, 1_483_228_799);
}

#[test]
fn a_time_outside_the_range_is_named_as_it_was_written() {
    let wanted = "it must be from 1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z";
    for format in &[Format::Jsonl, Format::Csv] {
        for text in [
            "1969-12-31T23:59:59Z",
            "1969-12-31T23:59:59.5Z",
            "1950-05-04T09:30:00+08:00",
            "2106-02-07T06:28:16Z",
            "2200-01-01T00:00:00Z",
        ] {
            let expected = (ProblemRule::Range, format!("is {text:?}: {wanted}"));
            assert_eq!(refused(format, &format!("\"{text}\"")), expected);
        }
    }
}

#[test]
fn a_number_outside_the_range_is_named_and_milliseconds_are_recognised() {
    for format in &[Format::Jsonl, Format::Csv] {
        for (number, what, hint) in [
            ("-1", "-1", ""),
            (
                "4294967296",
                "4294967296",
                "; if these are milliseconds, divide by 1000",
            ),
            (
                "1448357837000",
                "1448357837000",
                "; if these are milliseconds, divide by 1000",
            ),
            ("9223372036854775807", "9223372036854775807", ""),
            ("18446744073709551615", "18446744073709551615", ""),
        ] {
            let message = format!("is {what}: it must be from 0 to 4294967295{hint}");
            assert_eq!(refused(format, number), (ProblemRule::Range, message));
        }
        let huge = "9".repeat(50);
        let message = "is a number of more than 64 bits: it must be from 0 to 4294967295";
        assert_eq!(refused(format, &huge), (ProblemRule::Range, message.into()));
    }
}

#[test]
fn a_number_that_is_no_integer_is_of_the_wrong_type() {
    let message = "is a number that is no integer: it must be an integer of Unix seconds, or text in RFC 3339";
    assert_eq!(
        refused(&Format::Jsonl, "1448357837.0"),
        (ProblemRule::Type, message.into())
    );
    for number in ["1448357837.0", "1e9", ".5"] {
        let message = format!("is a number that is no integer: it must be {FORM}");
        assert_eq!(refused(&Format::Csv, number), (ProblemRule::Type, message));
    }
}

#[test]
fn a_number_written_as_text_is_of_the_wrong_type_in_json() {
    for number in ["1448357837", "1448357837.0", "-1", "1e9"] {
        let message = format!("is a number written as text: it must be {FORM}");
        let found = refused(&Format::Jsonl, &format!("\"{number}\""));
        assert_eq!(found, (ProblemRule::Type, message), "{number}");
    }
}

#[test]
fn a_date_with_the_year_last_and_a_number_of_days_are_told_from_other_texts() {
    for format in &[Format::Jsonl, Format::Csv] {
        let message = "is \"04.03.2021 10:00\", and nothing says whether the day or the month comes first: \
                       write the year first, such as 2021-03-04 10:00:00";
        let found = refused(format, "\"04.03.2021 10:00\"");
        assert_eq!(found, (ProblemRule::DateOrder, message.to_owned()));
        let message = "is 44259.41667, which may be the number of a day, as spreadsheets count them: \
                       format the column as a date and a time there, and save the file again";
        let found = refused(format, "\"44259.41667\"");
        assert_eq!(found, (ProblemRule::DayNumber, message.to_owned()));
    }
}

#[test]
fn anything_else_is_not_of_the_form() {
    for format in &[Format::Jsonl, Format::Csv] {
        for text in [
            "24.11.2015 9 o'clock",
            "2015-02-30T00:00:00Z",
            "2015-11-24T24:00:00Z",
            "2015-11-24T09:37:17+99:00",
            "2015-11-24T09:37:17Z and more",
            " 1448357837",
            "0x10",
            "NaN",
            "inf",
            "-infinity",
            "yesterday",
            "一四四八",
        ] {
            let message = format!("is {text:?}: it must be {FORM}");
            let found = refused(format, &format!("\"{text}\""));
            assert_eq!(found, (ProblemRule::Format, message), "{text}");
        }
    }
    for text in WITHOUT_ZONE {
        let message = format!("is {text:?}: it must be {FORM}");
        let found = refused(&Format::Jsonl, &format!("\"{text}\""));
        assert_eq!(found, (ProblemRule::Format, message), "{text}");
    }
    let (rule, _) = refused(&Format::Jsonl, r#""""#);
    assert_eq!(rule, ProblemRule::Format);
}

/// The time of a row, or why it has none, where times without a zone are of this one.
fn in_zone(zone: Option<&str>, format: &Format, value: &str) -> Result<u32, String> {
    let mut settings = RowSettings::default();
    settings.time_zone = zone.map(|zone| zone.parse().unwrap());
    let row = read_with(settings, format, row(format, value)).remove(0);
    let topic = row.topic.map_err(|problems| problems[0].to_string())?;
    Ok(topic.create_time.unwrap().unix_seconds())
}

#[test]
fn csv_has_times_as_spreadsheets_write_them_in_a_zone_that_is_said() {
    let east = Some("+08:00");
    for text in [
        "2015-11-24 17:37:17",
        "2015/11/24 17:37:17",
        "2015-11-24T17:37:17.9",
    ] {
        assert_eq!(
            in_zone(east, &Format::Csv, text),
            Ok(1_448_357_837),
            "{text}"
        );
    }
    assert_eq!(in_zone(east, &Format::Csv, "2015/11/24"), Ok(1_448_294_400));
    assert_eq!(
        in_zone(Some("Asia/Shanghai"), &Format::Csv, "2015-11-24"),
        Ok(1_448_294_400)
    );
    // An offset of its own counts more.
    assert_eq!(
        in_zone(east, &Format::Csv, "2015-11-24T09:37:17Z"),
        Ok(1_448_357_837)
    );
    for text in WITHOUT_ZONE {
        let message = format!(
            "2: CreateTime: is {text:?}, a time without its zone: write it with its offset"
        );
        assert_eq!(in_zone(None, &Format::Csv, text), Err(message));
    }
    let berlin = Some("Europe/Berlin");
    assert_eq!(
        in_zone(berlin, &Format::Csv, "2021-03-28 02:30"),
        Err("2: CreateTime: is \"2021-03-28 02:30\", which no clock in Europe/Berlin has shown: write it with its offset".into())
    );
    assert_eq!(
        in_zone(berlin, &Format::Csv, "2021-10-31 02:30"),
        Err("2: CreateTime: is \"2021-10-31 02:30\", which clocks in Europe/Berlin have shown twice: write it with its offset".into())
    );
    assert_eq!(
        in_zone(east, &Format::Csv, "2200-01-01"),
        Err("2: CreateTime: is \"2200-01-01\": it must be from 1970-01-01T00:00:00Z to 2106-02-07T06:28:15Z".into())
    );
}

#[test]
fn a_mapped_time_may_be_in_any_unit_and_form() {
    let mut settings = RowSettings::default();
    settings.mappings = Mappings::new(["CreateTime=made".parse().unwrap()]).unwrap();
    let time = |settings: &RowSettings, format: &Format, value: &str| {
        let text = row(format, value).replace("CreateTime", "made");
        let row = read_with(settings.clone(), format, text).remove(0);
        let topic = row
            .topic
            .map_err(|problems| (problems[0].rule, problems[0].message.to_string()))?;
        Ok::<_, (ProblemRule, String)>(topic.create_time.unwrap().unix_seconds())
    };
    for format in [Format::Jsonl, Format::Csv] {
        for value in [
            "1448357837",
            "1448357837.0",
            "1448357837000",
            "1448357837000200",
            "1448357837000200000",
            "1.448357837e9",
            "\"1448357837.000200\"",
            "\"2015-11-24T09:37:17Z\"",
            "\"2015-11-24 17:37:17 +0800\"",
        ] {
            assert_eq!(
                time(&settings, &format, value),
                Ok(1_448_357_837),
                "{value}"
            );
        }
        let without = time(&settings, &format, "\"2015-11-24 17:37:17\"").unwrap_err();
        assert_eq!(
            without,
            (
                ProblemRule::NoTimeZone,
                "is \"2015-11-24 17:37:17\", a time without its zone: write it with its offset"
                    .into()
            )
        );
        let mut in_zone = settings.clone();
        in_zone.time_zone = Some("+08:00".parse().unwrap());
        assert_eq!(
            time(&in_zone, &format, "\"2015-11-24 17:37:17\""),
            Ok(1_448_357_837)
        );
        // The value is shown as it stands there.
        let (_, message) = time(&settings, &format, "99999999999999").unwrap_err();
        assert!(
            message.starts_with("is 99999999999999: it must be"),
            "{message}"
        );
    }
}
