//! Whether an input is still the one that was checked.

use topic_import_bulk::check::{CheckReport, check};
use topic_import_bulk::input::{Fingerprint, Format, Input, RowSettings};

use crate::support::{jsonl_input, lines, unnamed_row};

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[test]
fn what_was_checked_has_the_fingerprint_of_the_input() {
    let long = lines((0..10_000).map(|_| unnamed_row()));
    for text in [
        "",
        "\u{feff}",
        "\u{feff}GroupId,\"TopicName\r\n\"\"\r\n\r\n",
        "GroupId,TopicName\n\"x",
        "\n\r\n[",
        &"x".repeat(3_000_000),
        &long,
    ] {
        for format in [Format::Jsonl, Format::Csv] {
            let input = Input::bytes(text.as_bytes(), format, RowSettings::default());
            let fingerprint = input.fingerprint().unwrap();
            assert_eq!(check(&input).unwrap().fingerprint, fingerprint);
            assert_eq!(input.fingerprint().unwrap(), fingerprint);
        }
    }
}

#[test]
fn a_file_that_has_changed_has_another_fingerprint() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("topics.jsonl");
    let input = Input::file(&path, Format::Jsonl, RowSettings::default());
    let of = |text: &str| {
        std::fs::write(&path, text).unwrap();
        input.fingerprint().unwrap()
    };
    let row = unnamed_row();
    let fingerprint = of(&row);
    assert_ne!(of(&format!("{row}\n")), fingerprint);
    assert_eq!(of(&row), fingerprint);
    assert_eq!(jsonl_input(&row).fingerprint().unwrap(), fingerprint);
}

#[test]
fn an_empty_input_has_the_fingerprint_of_nothing() {
    let fingerprint = jsonl_input("").fingerprint().unwrap();
    assert_eq!(fingerprint.to_string(), EMPTY);
    assert_eq!(format!("{fingerprint:?}"), EMPTY);
    assert_eq!(CheckReport::default().fingerprint, fingerprint);
}

#[test]
fn a_fingerprint_is_64_digits_as_they_are_displayed_and_nothing_else() {
    let parsed = Fingerprint::parse(EMPTY).unwrap();
    assert_eq!(parsed.to_string(), EMPTY);
    for text in [
        "",
        &EMPTY[1..],
        &format!("{EMPTY}0"),
        &EMPTY.to_uppercase(),
        &EMPTY.replace('c', "g"),
        &EMPTY.replace('c', " "),
        &EMPTY.replace("e3", "é"),
        &EMPTY.replace("e3", "+3"),
    ] {
        assert_eq!(Fingerprint::parse(text), None, "{text}");
    }
}

#[test]
fn an_input_that_cannot_be_read_has_no_fingerprint() {
    let directory = tempfile::tempdir().unwrap();
    for path in [
        directory.path().join("missing.csv"),
        directory.path().to_owned(),
    ] {
        let input = Input::file(&path, Format::Csv, RowSettings::default());
        let error = input.fingerprint().unwrap_err();
        assert_eq!(error.to_string(), format!("cannot read {}", path.display()));
    }
}
