//! What checking a whole input reports.

use topic_import_bulk::{CheckReport, Format, Input, MAX_PROBLEMS_LISTED, RowSettings, check};

use crate::support::{GROUP, jsonl_input, lines, named_row, topic_id, unnamed_row};

fn report(format: Format, text: &str) -> CheckReport {
    let input = Input::spool(text.as_bytes(), format, RowSettings::default()).unwrap();
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
        let row = |name: &str, custom: &str| format!("\"{name}\",{},{GROUP}", topic_id(custom));
        let records = [
            "TopicName,TopicId,GroupId".into(),
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
    let report = report(Format::Jsonl, &text);
    // 600 rows lack two fields each; of 3,000 pairs, the 600 with such a row have no equals.
    assert_eq!(totals(&report), [6000, 600 + 2400, 1200 + 2400]);
    assert_eq!(report.problems.len(), MAX_PROBLEMS_LISTED);
    let lines: Vec<u64> = report.problems.iter().map(|problem| problem.line).collect();
    assert!(lines.is_sorted());
    // Six problems on every ten lines.
    assert_eq!(*lines.last().unwrap(), 1666);
}

#[test]
fn a_header_with_problems_is_reported_beside_those_of_the_rows_and_spoils_them_all() {
    let report = report(
        Format::Csv,
        &format!("GroupId,TopicName,Members\n{GROUP},x,3\n{GROUP},,3\n"),
    );
    assert!(report.header_is_bad);
    assert_eq!(totals(&report), [2, 2, 2]);
    assert_eq!(
        messages(&report),
        [
            "1: Members: is no field of import_topic: leave it out, or put it into CustomString",
            "3: TopicName: is missing, and required: add it",
        ]
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
