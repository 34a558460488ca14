//! From an input to a journal.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;

use topic_import_bulk::Outcome;
use topic_import_bulk::check::{CheckSettings, TopicIds};
use topic_import_bulk::input::{Fingerprint, Format, Input, InputRow, RowSettings};
use topic_import_bulk::journal::{
    Identity, Journal as _, JournalError, Loading as _, Order, SqliteJournal,
};
use topic_import_bulk::load::load;

use crate::support::{
    JournalFile, identity, json_row, jsonl_input, lines, named_row, read_rows, topic_id,
    unnamed_row, wait,
};

fn any_identity() -> Identity {
    identity(
        &jsonl_input(""),
        Fingerprint::default(),
        &CheckSettings::default(),
    )
}

/// The requests that are sent for an input, as JSON, each with its line.
fn requests(text: &str, topic_ids: TopicIds) -> Vec<(u64, String)> {
    let file = JournalFile::new();
    let journal = file.load(&jsonl_input(text), topic_ids);
    let rows = wait(read_rows(&journal, &Outcome::ALL, Order::Input));
    rows.into_iter()
        .map(|row| (row.place.line, row.request.unwrap()))
        .collect()
}

#[test]
fn every_row_of_a_long_input_is_loaded_in_its_order() {
    let row = |number: u64| match number % 3 {
        0 => named_row(number),
        1 => unnamed_row(),
        _ => format!("\n{}", json_row(r#""From_Account":"7","CreateTime":7"#)),
    };
    let text = lines((0..2_500).map(row));
    let input = jsonl_input(&text);
    let rows = crate::support::rows_of(&input);
    let expected: Vec<_> = rows
        .into_iter()
        .map(|row| {
            (
                row.line,
                serde_json::to_string(&row.topic.unwrap()).unwrap(),
            )
        })
        .collect();
    assert_eq!(expected.len(), 2_500);
    assert_eq!(requests(&text, TopicIds::Service), expected);
}

#[test]
fn derived_ids_are_the_same_whatever_the_order_of_the_input() {
    let other = |number: u64| json_row(&format!(r#""Introduction":"{number}""#));
    let rows: Vec<String> = (0..1_200)
        .map(|number| match number % 4 {
            0 => unnamed_row(),
            1 => named_row(number),
            _ => other(number % 7),
        })
        .collect();
    let sent = |rows: &[String]| -> BTreeSet<String> {
        let sent = requests(&lines(rows.iter().cloned()), TopicIds::Derived);
        sent.into_iter().map(|(_, request)| request).collect()
    };
    let mut turned = rows.clone();
    turned.reverse();
    turned.rotate_left(500);
    let expected = sent(&rows);
    // Each has an ID of its own.
    assert_eq!(expected.len(), rows.len());
    assert_eq!(sent(&turned), expected);
    let is_numbered = |number: u64| {
        let end = format!("-{number}\",");
        expected.iter().any(|request| request.contains(&end))
    };
    assert!(is_numbered(2) && is_numbered(300));
    assert!(!is_numbered(1) && !is_numbered(301));
}

#[test]
fn a_derived_id_says_so_and_one_from_the_input_does_not() {
    let file = JournalFile::new();
    let text = lines([unnamed_row(), named_row("a"), unnamed_row()]);
    let journal = file.load(&jsonl_input(&text), TopicIds::Derived);
    let rows = wait(read_rows(&journal, &Outcome::ALL, Order::Input));
    let are_derived: Vec<bool> = rows.iter().map(|row| row.is_derived).collect();
    assert_eq!(are_derived, [true, false, true]);
    for row in rows {
        assert!(row.topic().unwrap().topic_id().is_some());
        assert_eq!(row.topic_id, None, "the service has chosen none");
    }
}

#[test]
fn rows_that_the_check_refused_are_kept_as_they_were_read_with_what_is_wrong() {
    let no_name = r#"{ "GroupId":"@TGS#_riverside" }"#;
    let unreadable = r#"{"GroupId":"#;
    let text = lines([
        named_row("a"),
        no_name.into(),
        unreadable.into(),
        named_row("a"),
    ]);
    let file = JournalFile::new();
    let journal = file.load(&jsonl_input(&text), TopicIds::Derived);
    let rows = wait(read_rows(&journal, &[Outcome::Rejected], Order::Input));
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.place.line,
                row.as_read.as_deref(),
                row.cause.what.as_deref(),
            )
        })
        .collect();
    let twice = named_row("a");
    let [missing, cut, repeated] = &*told else {
        panic!("{told:?}");
    };
    assert_eq!(
        *missing,
        (
            2,
            Some(no_name),
            Some("TopicName: is missing, and required: add it")
        )
    );
    assert_eq!((cut.0, cut.1), (3, Some(unreadable)));
    assert!(cut.2.is_some_and(|message| !message.is_empty()));
    assert_eq!(repeated.0, 4);
    // The same fields, in the order of the specification.
    let fields = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
    assert_eq!(fields(repeated.1.unwrap()), fields(&twice));
    let message = repeated.2.unwrap();
    assert!(
        message.starts_with("TopicId: is the same as in an earlier line"),
        "{message}"
    );
    assert!(rows.iter().all(|row| row.request.is_none()));
    let summary = wait(journal.summary()).unwrap();
    assert_eq!((summary.rows, summary.pending, summary.rejected), (4, 1, 3));
}

#[test]
fn rows_that_are_too_many_for_their_community_are_kept_like_other_invalid_ones() {
    let text = lines(
        (0..201)
            .map(named_row)
            .chain([unnamed_row(), unnamed_row()]),
    );
    let input = jsonl_input(&text);
    let file = JournalFile::new();
    let loading = SqliteJournal::create(&file.path()).unwrap();
    let (report, loading) = load(loading, &input, &CheckSettings::default(), |_| {}).unwrap();
    assert_eq!(report.invalid, 3);
    let journal = loading.unwrap().finish(&any_identity()).unwrap();
    let summary = wait(journal.summary()).unwrap();
    assert_eq!(
        (summary.rows, summary.pending, summary.rejected),
        (203, 200, 3)
    );
    let rows = wait(read_rows(&journal, &[Outcome::Rejected], Order::Input));
    let fields = |json: &str| serde_json::from_str::<serde_json::Value>(json).unwrap();
    for (row, (line, as_read)) in rows.iter().zip([
        (201, named_row(200)),
        (202, unnamed_row()),
        (203, unnamed_row()),
    ]) {
        assert_eq!((row.place.line, row.request.as_deref()), (line, None));
        assert_eq!(fields(row.as_read.as_deref().unwrap()), fields(&as_read));
        assert_eq!(
            row.cause.what.as_deref(),
            Some(
                "GroupId: earlier lines are the 200 topics that a community takes: choose another community"
            )
        );
    }
}

#[test]
fn an_input_is_read_once() {
    let text = lines([named_row("a"), named_row("a"), unnamed_row(), unnamed_row()]);
    let stream = Cursor::new(text.clone());
    let input = Input::stream("a pipe", stream, Format::Jsonl, RowSettings::default());
    let file = JournalFile::new();
    let loading = SqliteJournal::create(&file.path()).unwrap();
    let mut seen = 0;
    let loaded = load(loading, &input, &CheckSettings::default(), |_| seen += 1);
    let (report, loading) = loaded.unwrap();
    assert_eq!((seen, report.rows, report.invalid), (4, 4, 1));
    assert_eq!(
        report.fingerprint,
        jsonl_input(&text).fingerprint().unwrap()
    );
    let journal = loading.unwrap().finish(&any_identity()).unwrap();
    let rows = wait(read_rows(&journal, &[Outcome::Pending], Order::Input));
    let lines: Vec<u64> = rows.iter().map(|row| row.place.line).collect();
    assert_eq!(lines, [1, 3, 4]);
}

/// What lies where a journal was to be.
fn left(file: &JournalFile) -> usize {
    fs::read_dir(file.path().parent().unwrap()).unwrap().count()
}

#[test]
fn nothing_is_left_of_a_journal_whose_input_is_refused_or_cannot_be_read() {
    let settings = CheckSettings::default();
    let begin = |file: &JournalFile| SqliteJournal::create(&file.path()).unwrap();

    let file = JournalFile::new();
    let path = file.path().with_file_name("missing.jsonl");
    let missing = Input::file(&path, Format::Jsonl, RowSettings::default());
    let error = load(begin(&file), &missing, &settings, |_| {}).unwrap_err();
    assert_eq!(error.to_string(), format!("cannot read {}", path.display()));
    assert_eq!(left(&file), 0);

    let text = "GroupId,TopicName,TopicNmae\n@TGS#_a,x,y\n";
    let bad_header = Input::bytes(text.as_bytes(), Format::Csv, RowSettings::default());
    let (report, loading) = load(begin(&file), &bad_header, &settings, |_| {}).unwrap();
    assert_eq!(report.invalid, 1);
    assert!(loading.is_none());
    assert_eq!(left(&file), 0);

    let bad_row = jsonl_input("{}");
    let (report, loading) = load(begin(&file), &bad_row, &settings, |_| {}).unwrap();
    assert_eq!(report.invalid, 1);
    loading.unwrap().discard();
    assert_eq!(left(&file), 0);
    file.load(&jsonl_input(&named_row("a")), TopicIds::Derived);
}

#[test]
fn a_journal_moves_where_its_content_says_and_not_over_another() {
    let file = JournalFile::new();
    let beside = file.path().with_file_name("loading");
    let input = jsonl_input(&lines([named_row("a"), named_row("b")]));
    let begin = || {
        let loading = SqliteJournal::create(&beside).unwrap();
        let (_, loading) = load(loading, &input, &CheckSettings::default(), |_| {}).unwrap();
        loading.unwrap().move_to(&file.path())
    };
    let journal = begin().unwrap().finish(&any_identity()).unwrap();
    assert_eq!(wait(journal.summary()).unwrap().pending, 2);
    let error = SqliteJournal::open(&file.path()).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    assert!(!beside.exists());
    assert!(matches!(begin().unwrap_err(), JournalError::InUse { .. }));
    drop(journal);
    assert!(matches!(begin().unwrap_err(), JournalError::InUse { .. }));
    let journal = file.open();
    assert_eq!(wait(journal.summary()).unwrap().pending, 2);
}

#[test]
fn rows_that_are_appended_by_hand_are_numbered_on() {
    let file = JournalFile::new();
    let mut loading = SqliteJournal::create(&file.path()).unwrap();
    for line in [5, 9] {
        loading
            .append(&[InputRow::invalid(line, topic_id(line), None)])
            .unwrap();
        loading.append(&[]).unwrap();
    }
    let journal = loading.finish(&any_identity()).unwrap();
    let rows = wait(read_rows(&journal, &Outcome::ALL, Order::Input));
    let places: Vec<_> = rows
        .iter()
        .map(|row| (row.number, row.place.line))
        .collect();
    assert_eq!(places, [(1, 5), (2, 9)]);
}
