//! What checking a whole input reports.

use std::num::NonZeroU64;

use topic_import_bulk::check::{
    CheckReport, CheckSettings, MAX_PROBLEMS_LISTED, check, check_each, valid_rows,
};
use topic_import_bulk::input::{Format, Input, RowSettings};

use crate::support::{
    GROUP, check_without_limit, jsonl_input, lines, named_row, only_topic, topic_id, unnamed_row,
};

fn report(format: Format, text: &str) -> CheckReport {
    let input = Input::bytes(text.as_bytes(), format, RowSettings::default());
    check(&input).unwrap()
}

fn totals(report: &CheckReport) -> [u64; 3] {
    [report.rows, report.invalid, report.problems_total]
}

fn messages(report: &CheckReport) -> Vec<String> {
    report.problems.iter().map(ToString::to_string).collect()
}

fn twice(line: u64, first: u64) -> String {
    format!("{line}: TopicId: is the same as in line {first}: every topic needs an ID of its own")
}

#[test]
fn a_topic_that_is_named_twice_is_a_problem_of_every_later_row() {
    let text = lines([
        named_row("a"),
        named_row("b"),
        named_row("a"),
        unnamed_row(),
        unnamed_row(),
        named_row("a"),
    ]);
    let report = report(Format::Jsonl, &text);
    assert_eq!(totals(&report), [6, 2, 2]);
    assert_eq!(messages(&report), [twice(3, 1), twice(6, 1)]);
    let problem = serde_json::to_value(&report.problems[0]).unwrap();
    assert_eq!(
        problem,
        serde_json::json!({
            "line": 3, "field": "TopicId", "rule": "duplicate", "limit": null, "found": "line 1",
            "message": "is the same as in line 1: every topic needs an ID of its own",
        })
    );
}

#[test]
fn a_topic_that_is_named_twice_is_found_in_csv_on_the_lines_where_the_rows_begin() {
    for end in ["\n", "\r\n", "\r"] {
        let row = |text: &str, custom: &str| format!("\"{text}\",{},{GROUP},a", topic_id(custom));
        let records = [
            "Introduction,TopicId,GroupId,TopicName".into(),
            row("two\nlines", "a"),
            row("x", "b"),
            row("x", "a"),
        ];
        let report = report(Format::Csv, &records.join(end));
        assert_eq!(totals(&report), [3, 1, 1], "{end:?}");
        assert_eq!(messages(&report), [twice(5, 2)], "{end:?}");
    }
}

#[test]
fn a_row_that_is_invalid_anyway_is_counted_once_and_its_topic_is_taken_all_the_same() {
    let bad = |custom: &str| named_row(custom).replace("\"x\"", "\"\"");
    let text = lines([bad("a"), named_row("a"), named_row("b"), bad("b")]);
    let report = report(Format::Jsonl, &text);
    assert_eq!(totals(&report), [4, 3, 4]);
    let empty = |line| format!("{line}: TopicName: is empty, and required: give it a value");
    assert_eq!(
        messages(&report),
        [empty(1), twice(2, 1), empty(4), twice(4, 3)]
    );
}

#[test]
fn a_thousand_problems_are_listed_the_first_by_line_and_all_are_counted() {
    // Two rows of each pair are equal, and every tenth row has a problem of its own.
    let row = |number: u64| match number % 10 {
        0 => "{}".to_owned(),
        _ => named_row(number / 2),
    };
    let text = lines((0..6000).map(row));
    let report = check_without_limit(&jsonl_input(&text));
    // 600 rows lack two fields each; of 3,000 pairs, the 600 with such a row have no equals.
    assert_eq!(totals(&report), [6000, 600 + 2400, 1200 + 2400]);
    assert_eq!(report.problems.len(), MAX_PROBLEMS_LISTED);
    let lines: Vec<u64> = report.problems.iter().map(|problem| problem.line).collect();
    assert!(lines.is_sorted());
    // Six problems on every ten lines.
    assert_eq!(*lines.last().unwrap(), 1666);
}

#[test]
fn a_header_with_problems_is_reported_alone_and_spoils_all_rows() {
    let report = report(
        Format::Csv,
        &format!("GroupId,TopicName,Members\n{GROUP},x,3\n{GROUP},,3\n"),
    );
    assert!(report.header_is_bad);
    assert_eq!(totals(&report), [2, 2, 1]);
    assert_eq!(
        messages(&report),
        ["1: Members: is no field of import_topic: leave it out, or put it into CustomString"]
    );
}

#[test]
fn a_stream_can_be_checked_again_and_again() {
    let input = jsonl_input(&lines([named_row("a"), named_row("a")]));
    for _ in 0..3 {
        assert_eq!(totals(&check(&input).unwrap()), [2, 1, 1]);
    }
}

#[test]
fn an_input_that_cannot_be_read_is_an_error_that_names_it() {
    let directory = tempfile::tempdir().unwrap();
    for path in [
        directory.path().join("missing.jsonl"),
        directory.path().to_owned(),
    ] {
        for format in [Format::Jsonl, Format::Csv] {
            let input = Input::file(&path, format, RowSettings::default());
            let error = check(&input).unwrap_err();
            assert_eq!(error.to_string(), format!("cannot read {}", path.display()));
        }
    }
}

/// A row of another community.
fn other_row(number: u32) -> String {
    named_row(number).replace(GROUP, "@TGS#_hillside")
}

#[test]
fn a_community_with_more_topics_than_it_takes_is_one_problem_at_the_first_that_is_too_many() {
    let rows = (0..203).flat_map(|number| match number {
        0..201 => vec![named_row(number), other_row(number)],
        _ => vec![named_row(number)],
    });
    let report = report(Format::Jsonl, &lines(rows));
    assert_eq!(totals(&report), [404, 4, 2]);
    let message = |line: u64, group: &str, rows: u64| {
        format!(
            "{line}: GroupId: {group} has {} topics here, {rows} over the limit of 200 for a community: \
             spread them over several communities, or raise the limit if the app has a larger one",
            200 + rows
        )
    };
    assert_eq!(
        messages(&report),
        [message(401, GROUP, 3), message(402, "@TGS#_hillside", 1)]
    );
    let problem = serde_json::to_value(&report.problems[0]).unwrap();
    assert_eq!(problem["rule"], "max_topics");
    assert_eq!(problem["field"], "GroupId");
    assert_eq!(
        (&problem["limit"], &problem["found"]),
        (&200.into(), &203.into())
    );
}

#[test]
fn what_is_no_topic_of_its_own_does_not_count_for_its_community() {
    let bad = |number| named_row(number).replace("\"x\"", "\"\"");
    let rows = (0..200).map(named_row).chain((300..310).map(bad));
    let repeated = (0..10).map(named_row);
    let before = bad(200);
    let text = lines([before].into_iter().chain(rows).chain(repeated));
    let report = report(Format::Jsonl, &text);
    assert_eq!(totals(&report), [221, 21, 21]);
    assert!(
        !messages(&report)
            .iter()
            .any(|message| message.contains("limit of 200"))
    );

    // Equal rows without a TopicId are topics of their own.
    let text = lines(std::iter::repeat_n(unnamed_row(), 201));
    assert_eq!(totals(&check(&jsonl_input(&text)).unwrap()), [201, 1, 1]);
}

#[test]
fn the_limit_of_a_community_is_a_setting() {
    let input = jsonl_input(&lines((0..7).map(named_row)));
    for (limit, invalid, problems) in [(1, 6, 1), (6, 1, 1), (7, 0, 0), (u64::MAX, 0, 0)] {
        let mut settings = CheckSettings::default();
        settings.topics_per_community = NonZeroU64::new(limit).unwrap();
        let mut seen = 0;
        let report = check_each(&input, &settings, |_| seen += 1).unwrap();
        assert_eq!(totals(&report), [7, invalid, problems], "{limit}");
        assert_eq!(seen, 7);
        let (_, mut sound) = valid_rows(&input, &settings, |_| {}).unwrap();
        let sound = sound.next_page().unwrap();
        let first = (0..limit.min(7)).map(|number| only_topic(&named_row(number)));
        let first: Vec<String> = first
            .map(|topic| serde_json::to_string(&topic).unwrap())
            .collect();
        assert_eq!(sound, first, "{limit}");
    }
}

#[test]
fn the_first_channel_of_an_export_that_is_too_many_is_named() {
    let channels: Vec<String> = (1..=250)
        .map(|number| format!("{{\"id\":\"C{number}\",\"name\":\"c{number}\"}}"))
        .collect();
    let mut settings = RowSettings::default();
    settings.group_id = Some(GROUP.parse().unwrap());
    let text = format!("[{}]", channels.join(","));
    let format = crate::support::export("slack");
    let report = check(&Input::bytes(text.as_bytes(), format, settings)).unwrap();
    assert_eq!(totals(&report), [250, 50, 1]);
    let message = &messages(&report)[0];
    assert!(
        message.starts_with(
            "1: channel 201 \"c201\": GroupId: @TGS#_riverside has 250 topics here, 50 over"
        ),
        "{message}"
    );
}
