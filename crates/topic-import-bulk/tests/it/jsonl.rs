//! Rows as JSON objects, one on a line.

use topic_import_bulk::input::{Format, ProblemRule};
use topic_import_core::{FromAccount, UserId};

use crate::support::{GROUP, json_row, messages, only, problems, read};

const TEXT_FIELDS: [&str; 8] = [
    "Type",
    "GroupId",
    "TopicId",
    "TopicName",
    "CustomString",
    "FaceUrl",
    "Notification",
    "Introduction",
];

fn of_row(fields: &str) -> Vec<String> {
    messages(Format::Jsonl, json_row(fields))
}

/// An object with this field alone is wrong in this way, whatever else it lacks.
fn of_field(field: &str, value: &str) -> Vec<(ProblemRule, String)> {
    problems(Format::Jsonl, format!(r#"{{"{field}":{value}}}"#))
        .into_iter()
        .filter(|problem| problem.field.as_deref() == Some(field))
        .map(|problem| (problem.rule, problem.message.into()))
        .collect()
}

#[test]
fn an_unknown_field_is_a_problem_with_a_suggestion() {
    assert_eq!(
        of_row(r#""TopicNmae":"y""#),
        ["1: TopicNmae: is no field of import_topic: did you mean `TopicName`?"]
    );
    assert_eq!(
        of_row(r#""members":[1,2]"#),
        ["1: members: is no field of import_topic: leave it out, or put it into CustomString"]
    );
    assert_eq!(
        of_row(r#""":null"#),
        [r#"1: "": is no field of import_topic: leave it out, or put it into CustomString"#]
    );
}

#[test]
fn an_unknown_field_cannot_write_over_the_terminal() {
    assert_eq!(
        of_row(r#""\u001b[2J":1"#),
        [r"1: \u{1b}[2J: is no field of import_topic: leave it out, or put it into CustomString"]
    );
}

#[test]
fn a_text_field_takes_text_alone() {
    for field in TEXT_FIELDS {
        for (value, kind) in [
            ("1", "a number"),
            ("-1", "a number"),
            ("18446744073709551616", "a number"),
            ("1.5", "a number that is no integer"),
            ("true", "true or false"),
            (r#"["a",["b"]]"#, "a list"),
            (r#"{"a":{"b":null}}"#, "an object"),
        ] {
            let expected = (ProblemRule::Type, format!("is {kind}: it must be text"));
            assert_eq!(of_field(field, value), [expected], "{field}: {value}");
        }
    }
}

#[test]
fn create_time_and_from_account_take_integers_or_text_alone() {
    for (field, wanted) in [
        (
            "CreateTime",
            "an integer of Unix seconds, or text in RFC 3339",
        ),
        ("From_Account", "an unsigned integer, or a user ID as text"),
    ] {
        for (value, kind) in [
            ("1448357837.0", "a number that is no integer"),
            ("1e9", "a number that is no integer"),
            ("false", "true or false"),
            ("[1448357837]", "a list"),
            (r#"{"seconds":1}"#, "an object"),
        ] {
            let expected = (ProblemRule::Type, format!("is {kind}: it must be {wanted}"));
            assert_eq!(of_field(field, value), [expected], "{field}: {value}");
        }
    }
}

#[test]
fn null_is_absent() {
    let nulls = r#""Type":null,"TopicId":null,"From_Account":null,"CustomString":null,"FaceUrl":null,"Notification":null,"Introduction":null,"CreateTime":null"#;
    let topic = only(Format::Jsonl, json_row(nulls));
    assert_eq!(topic, only(Format::Jsonl, json_row("")));
    assert_eq!(
        messages(Format::Jsonl, r#"{"GroupId":null,"TopicName":null}"#),
        [
            "1: GroupId: is missing, and required: add it",
            "1: TopicName: is missing, and required: add it",
        ]
    );
}

#[test]
fn a_field_given_twice_is_a_problem_even_if_both_are_equal() {
    for (fields, name) in [
        (r#""TopicName":"x""#, "TopicName"),
        (r#""FaceUrl":null,"FaceUrl":null"#, "FaceUrl"),
        (r#""CreateTime":1,"Create\u0054ime":2"#, "CreateTime"),
    ] {
        let found = problems(Format::Jsonl, json_row(fields));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].rule, ProblemRule::Duplicate);
        assert_eq!(
            found[0].to_string(),
            format!("1: {name}: is given twice: keep one")
        );
    }
}

#[test]
fn every_problem_of_a_row_is_told() {
    let row = r#"{"TopicNmae":"x","CreateTime":-1,"From_Account":[],"FaceUrl":1,"Type":"Public"}"#;
    assert_eq!(
        messages(Format::Jsonl, row),
        [
            "1: TopicNmae: is no field of import_topic: did you mean `TopicName`?",
            "1: CreateTime: is -1: it must be from 0 to 4294967295",
            "1: From_Account: is a list: it must be an unsigned integer, or a user ID as text",
            "1: FaceUrl: is a number: it must be text",
            "1: Type: is \"Public\": it must be only `Community`",
            "1: GroupId: is missing, and required: add it",
            "1: TopicName: is missing, and required: add it",
        ]
    );
}

#[test]
fn from_account_keeps_the_form_in_which_it_was_written() {
    for (value, expected) in [
        ("0", FromAccount::Number(0)),
        ("18446744073709551615", FromAccount::Number(u64::MAX)),
        (
            r#""1002""#,
            FromAccount::Text(UserId::parse("1002").unwrap()),
        ),
    ] {
        let topic = only(
            Format::Jsonl,
            json_row(&format!(r#""From_Account":{value}"#)),
        );
        assert_eq!(topic.from_account, Some(expected));
    }
}

#[test]
fn an_account_out_of_range_is_named_as_it_stands_where_that_can_be_known() {
    for (value, what) in [
        ("-1", "-1"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("-9223372036854775809", "a number of more than 64 bits"),
        ("18446744073709551616", "a number of more than 64 bits"),
    ] {
        let expected = format!("is {what}: as a number it must be from 0 to 18446744073709551615");
        assert_eq!(
            of_field("From_Account", value),
            [(ProblemRule::Range, expected)]
        );
    }
}

#[test]
fn a_line_that_does_not_parse_names_line_and_column() {
    let what = "a row is one JSON object on one line";
    for (line, problem) in [
        (
            r#"{"GroupId":"#,
            "column 11: nothing more stands where a value should (a text in double quotation marks, a number, true, false, null, a list or an object)",
        ),
        (
            r#"{"GroupId" "a"}"#,
            "column 12: `\"` stands where the `:` after a name should",
        ),
        (
            r#"{"CreateTime":NaN}"#,
            "column 15: `NaN` stands where a value should (a text in double quotation marks, a number, true, false, null, a list or an object)",
        ),
        (
            r#"{"CreateTime":-Infinity}"#,
            "column 16: `-Infinity` stands in a number, which must be written such as 0, -7 or 1.5e3",
        ),
        (
            r#"{"CreateTime":01}"#,
            "column 16: `01` stands in a number, which must be written such as 0, -7 or 1.5e3",
        ),
        (
            r#"{"CreateTime":1e400}"#,
            "column 19: the number is too large",
        ),
        (
            r#"{"TopicName":"a",}"#,
            "column 18: `}` stands after a `,`, which is one too many",
        ),
        (
            r#"{'TopicName':"a"}"#,
            "column 2: `'` stands where a name in double quotation marks should",
        ),
        (
            r#"{"TopicName":"a"} {}"#,
            "column 19: `{` stands after the end",
        ),
        (
            "\u{feff}{}",
            "column 1: `\\u{feff}` stands where a value should (a text in double quotation marks, a number, true, false, null, a list or an object)",
        ),
    ] {
        let text = format!("{}\n\n{line}\n{}\n", json_row(""), json_row(""));
        assert_eq!(
            messages(Format::Jsonl, text),
            [format!("3: {problem}: {what}")],
            "{line}"
        );
    }
}

#[test]
fn a_line_that_is_no_object_is_a_problem_and_is_not_repeated_at_length() {
    let long = format!("\"{}\"", "look at line 3 ".repeat(1000));
    for line in ["null", "7", "true", "[]", "[[[[", r#""at line 2""#, &long] {
        assert_eq!(
            messages(Format::Jsonl, line),
            ["1: is no JSON object: a row is one JSON object on one line"]
        );
    }
}

#[test]
fn nesting_of_any_depth_is_a_problem_and_no_crash() {
    let deep = 400_000;
    let (lists, objects) = ("[".repeat(deep), r#"{"":"#.repeat(deep / 4));
    for start in [&lists, &objects] {
        for line in [
            start.clone(),
            format!(r#"{{"Unknown":{start}"#),
            format!(r#"{{"TopicName":{start}"#),
        ] {
            let found = problems(Format::Jsonl, line);
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].rule, ProblemRule::Syntax);
        }
    }
    let balanced = format!(r#""TopicId":{lists}{}"#, "]".repeat(deep));
    assert_eq!(
        of_row(&balanced),
        ["1: TopicId: is a list: it must be text"]
    );
}

#[test]
fn a_lone_surrogate_is_a_problem() {
    for text in [r"\ud800", r"\ud83dx", r"\ud800\ud800", r"\udc00"] {
        for row in [
            format!(r#"{{"TopicName":"{text}"}}"#),
            format!(r#"{{"{text}":1}}"#),
        ] {
            let found = problems(Format::Jsonl, &row);
            assert_eq!(found.len(), 1, "{row}");
            assert_eq!(found[0].rule, ProblemRule::Syntax, "{row}");
        }
    }
    let pair = only(Format::Jsonl, json_row(r#""Introduction":"\ud83d\udc4b""#));
    assert_eq!(pair.introduction.unwrap().as_str(), "👋");
}

#[test]
fn text_is_taken_as_it_is() {
    let topic = only(
        Format::Jsonl,
        json_row(r#""Introduction":" \u0000\t\r\ne\u0301 ","FaceUrl":"""#),
    );
    assert_eq!(topic.introduction.unwrap().as_str(), " \0\t\r\ne\u{301} ");
    assert_eq!(topic.face_url.unwrap().as_str(), "");
}

#[test]
fn bytes_that_are_not_utf_8_are_a_problem_of_their_line() {
    let mut text = json_row("").into_bytes();
    text.extend(b"\n{\"TopicName\":\"\xff\"}\n");
    let found = problems(Format::Jsonl, text);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].line, found[0].rule), (2, ProblemRule::Encoding));
    assert!(found[0].message.starts_with("is not UTF-8"));
}

#[test]
fn mark_carriage_returns_blank_lines_and_a_missing_end_change_nothing() {
    let row = json_row("");
    let text = format!("\u{feff}\r\n \t\r\n{row}\r\n\n{row}\n{row}");
    let rows = read(Format::Jsonl, text);
    let lines: Vec<u64> = rows.iter().map(|row| row.line).collect();
    assert_eq!(lines, [3, 5, 6]);
    assert!(rows.iter().all(|row| row.topic.is_ok()));
    for nothing in ["", "\n", "\u{feff}", " \r\n\t"] {
        assert!(read(Format::Jsonl, nothing).is_empty());
    }
}

#[test]
fn rows_without_a_group_take_the_given_one_and_others_keep_theirs() {
    let mut settings = topic_import_bulk::input::RowSettings::default();
    settings.group_id = Some(GROUP.parse().unwrap());
    let text = r#"{"TopicName":"a"}
        {"TopicName":"b","GroupId":"@TGS#_other"}
        {"TopicName":"c","GroupId":null}
        {"TopicName":"d","GroupId":""}
        {"TopicName":"e","GroupId":7}"#;
    let groups: Vec<_> = crate::support::read_with(settings, Format::Jsonl, text)
        .into_iter()
        .map(|row| row.topic.map(|topic| topic.group_id().to_string()))
        .collect();
    assert_eq!(groups[0].as_deref().unwrap(), GROUP);
    assert_eq!(groups[1].as_deref().unwrap(), "@TGS#_other");
    assert_eq!(groups[2].as_deref().unwrap(), GROUP);
    assert_eq!(
        groups[3].as_ref().unwrap_err()[0].rule,
        ProblemRule::Required
    );
    assert_eq!(groups[4].as_ref().unwrap_err()[0].rule, ProblemRule::Type);
}

#[test]
fn a_report_stays_small_whatever_stands_in_a_line() {
    let long = "x".repeat(900_000);
    for row in [
        json_row(&format!(r#""{long}":1"#)),
        json_row(&format!(r#""CreateTime":"{long}""#)),
        json_row(&format!(r#""Type":"{long}""#)),
        json_row(&format!(r#""Introduction":"{long}""#)),
        format!("\"{long}\""),
        format!("{{\"{long}"),
    ] {
        let found = problems(Format::Jsonl, row);
        assert_eq!(found.len(), 1);
        let written = serde_json::to_string(&found).unwrap();
        assert!(written.len() < 5_000, "{}", written.len());
    }
}
