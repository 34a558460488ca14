//! What strangers wrote forges no line of what people read, hides none of it, and steers no terminal.

use std::fs;

use rusqlite::Connection;
use serde_json::{Value, json};
use topic_import_emulator::{Community, Emulator};

use crate::endpoint::{Scripted, response};
use crate::page::{GONE, page};
use crate::support::{Bench, GROUP, Ran, named_row};

/// Short enough for a topic's name: a line of its own, a reset of the terminal, writing to the left, ends of lines.
const HOSTILE: &str = "x\nFORGED\u{1b}c\u{202e}\u{2028}\u{9b}2J\u{200b}\r";
/// What a name may have of it: no control characters.
const HOSTILE_NAME: &str = "x\u{202e}\u{2028}\u{200b}2J";
/// A link, a title of the window, and what else is not seen.
const MORE: &str = "\u{1b}]8;;http://x\u{1b}\\\u{9d}0;t\u{7}\u{2029}\u{85}\u{2066}\u{2069}\u{feff}\u{e0041}\u{3164}\u{8}\u{7f}";

#[track_caller]
fn assert_in_sight(text: &str) {
    for line in text.lines() {
        assert!(!line.starts_with("FORGED"), "{text:?}");
    }
    let is_unseen = |character: char| {
        let formats = [
            '\u{200b}'..='\u{200f}',
            '\u{2028}'..='\u{202e}',
            '\u{2060}'..='\u{206f}',
            '\u{3164}'..='\u{3164}',
            '\u{feff}'..='\u{feff}',
            '\u{e0001}'..='\u{e007f}',
        ];
        character.is_control() && character != '\n'
            || formats.iter().any(|range| range.contains(&character))
    };
    let unseen: Vec<char> = text.chars().filter(|it| is_unseen(*it)).collect();
    assert!(unseen.is_empty(), "{unseen:?} in {text:?}");
}

#[track_caller]
fn assert_both_in_sight(ran: &Ran) {
    assert_in_sight(&ran.stdout);
    assert_in_sight(&ran.stderr);
}

/// What the log has of each message and of each failure after which a request was repeated.
#[track_caller]
fn assert_logged_in_sight(bench: &Bench) {
    let log = fs::read_to_string(bench.path("run.log")).unwrap();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let fields = line["fields"].as_object().into_iter().flatten();
        for text in fields.filter_map(|(_, text)| text.as_str()) {
            assert_in_sight(text);
        }
    }
}

fn json_text(text: &str) -> String {
    json!(text).to_string()
}

/// Rows with hostile texts: a sound one, some that are read and invalid, and some that are hardly read at all.
fn hostile_rows() -> String {
    let (text, more) = (json_text(HOSTILE), json_text(MORE));
    let name = json_text(HOSTILE_NAME);
    let long = json_text(&(HOSTILE.repeat(9) + MORE));
    [
        format!("{{\"GroupId\":\"{GONE}\",\"TopicName\":{name},\"Introduction\":{text},\"TopicId\":\"{GONE}@TOPIC#_1\"}}"),
        format!("{{\"GroupId\":{long},\"TopicName\":{more}}}"),
        format!("{{\"GroupId\":\"{GROUP}\",\"TopicName\":{long},\"TopicId\":{text}}}"),
        format!("{{\"GroupId\":\"{GROUP}\",{text}:{more},{more}:7}}"),
        format!("{{\"GroupId\":\"{GROUP}\",\"TopicName\":{text},\"CreateTime\":{text}}}"),
        format!("{{{MORE}}}"),
        MORE.to_owned(),
    ]
    .map(|row| row + "\n")
    .concat()
}

#[test]
fn rows_and_the_names_of_files_are_only_text() {
    let emulator = Emulator::builder()
        .community(GONE, Community::Deleted)
        .start()
        .unwrap();
    let input = format!("{HOSTILE}.jsonl");
    let journal = format!("{input}.journal");
    let csv = format!("{HOSTILE}.csv");
    let missing = format!("{HOSTILE}.pem");
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file(&input, hostile_rows())
        .file(&csv, format!("\"{HOSTILE}\",\"{MORE}\"\n"))
        .file("fine.jsonl", named_row("fine"));
    for (status, arguments) in [
        (2, &["check", &input][..]),
        (2, &["check", &csv]),
        (2, &["check", &input, "--map", "TopicName=.name"]),
        (1, &["import", &input]),
        (1, &["import", &input, "--dry-run"]),
        (2, &["import", &input, "--skip-invalid"]),
        (
            2,
            &["import", &input, "--skip-invalid", "--retry", "rejected"],
        ),
        (1, &["import", "fine.jsonl", "--journal", &journal]),
        (2, &["report", &journal]),
        (1, &["report", &journal, "--rows", &input]),
        (1, &["report", &input]),
        (0, &["verify", &journal]),
        (1, &["undo", &journal, "--ca-file", &missing]),
        (0, &["undo", &journal]),
    ] {
        let ran = bench.run(arguments);
        assert_eq!(ran.status, status, "{arguments:?}: {ran:?}");
        assert_both_in_sight(&ran);
    }
    // What is for programs has the texts as they are.
    let ran = bench.run(&[
        "report",
        &journal,
        "--rows",
        "map.jsonl",
        "--output",
        "json",
    ]);
    assert_in_sight(&ran.stderr);
    assert_eq!(ran.json()["failed"][0]["TopicName"], HOSTILE_NAME);
    let map = fs::read_to_string(bench.path("map.jsonl")).unwrap();
    let rows: Vec<Value> = map
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows[0]["TopicName"], HOSTILE_NAME);
    assert_eq!(rows[4]["TopicName"], HOSTILE);
    assert_eq!(rows[1]["TopicName"], MORE);

    let ran = bench.run(&["report", &journal, "--html", "page.html"]);
    assert_both_in_sight(&ran);
    assert_in_sight(&fs::read_to_string(bench.path("page.html")).unwrap());
}

#[test]
fn arguments_are_only_text() {
    let hostile = format!("{HOSTILE}{}", MORE.replace('/', ""));
    let option = format!("--{hostile}");
    let missing = format!("{hostile}.jsonl");
    let set = |option: &str| format!("--{option}={hostile}");
    for arguments in [
        &["check", &option][..],
        &["check", &missing],
        &["check", &hostile],
        &[&hostile],
        &["explain", &hostile],
        &["check", "a.jsonl", &set("group-id")],
        &["check", "a.jsonl", &set("format")],
        &["check", "a.jsonl", &set("map")],
        &["check", "a.jsonl", "--map", &format!("{hostile}=.a")],
        &["check", "a.jsonl", "--from", "slack", &set("groups")],
        &["import", "a.jsonl", &set("region")],
        &["import", "a.jsonl", &set("endpoint")],
        &["import", "a.jsonl", "--region", "china", &set("identifier")],
        &[
            "import",
            "a.jsonl",
            "--region",
            "china",
            &set("secret-key-file"),
        ],
        &["import", "a.jsonl", "--region", "china", &set("ca-file")],
        &["import", "a.jsonl", &set("retry")],
        &["report", &missing],
        &["report", &missing, "--rows", &hostile],
        &["emulate", &set("community")],
        &["emulate", &set("faults")],
        &["emulate", &set("differ")],
        &["man", &missing, &missing],
        &["sign", &set("expire")],
    ] {
        let ran = Bench::calling("http://127.0.0.1:9")
            .file("a.jsonl", named_row("a"))
            .run(arguments);
        assert_eq!(ran.status, 1, "{arguments:?}: {ran:?}");
        assert!(!ran.stderr.is_empty(), "{arguments:?}");
        assert_both_in_sight(&ran);
    }
}

/// An import that soon gives up, and logs what it was told.
const LOGGED_IMPORT: [&str; 6] = [
    "import",
    "rows.jsonl",
    "--log-file",
    "run.log",
    "--give-up-after",
    "1s",
];

#[test]
fn what_the_service_says_is_only_text_and_short() {
    let info = HOSTILE.repeat(500) + MORE;
    for code in [10004, 60010, 10002, 99_999] {
        let body = json!({"ActionStatus": "FAIL", "ErrorCode": code, "ErrorInfo": info});
        let server = Scripted::answering(move |_| response("200 OK", &body.to_string()));
        let bench = Bench::calling(&server.origin()).file("rows.jsonl", named_row("a"));
        let ran = bench.run(&LOGGED_IMPORT);
        assert_eq!(ran.status, 1, "{code}: {ran:?}");
        assert_both_in_sight(&ran);
        assert!(ran.stderr.contains("FORGED"), "{ran:?}");
        let bench = bench.without_preflight();
        let ran = bench.run(&LOGGED_IMPORT);
        assert_both_in_sight(&ran);
        assert!(ran.stderr.contains("FORGED"), "{ran:?}");
        assert!(ran.stderr.len() < 8 * 1024, "{}", ran.stderr.len());
        assert_ne!(ran.status, 0, "{code}: {ran:?}");
        assert_logged_in_sight(&bench);
        assert_both_in_sight(&bench.run(&["report", "rows.jsonl.journal"]));
        assert_in_sight(&page(&bench));
    }
}

#[test]
fn what_is_no_answer_of_the_service_is_only_text() {
    let body = HOSTILE.repeat(50) + MORE;
    let server = Scripted::answering(move |_| response("200 OK", &body));
    let mut bench = Bench::calling(&server.origin()).file("rows.jsonl", named_row("a"));
    for status in [1, 3] {
        let ran = bench.run(&LOGGED_IMPORT);
        assert_eq!(ran.status, status, "{ran:?}");
        assert_both_in_sight(&ran);
        assert_logged_in_sight(&bench);
        bench = bench.without_preflight();
    }
}

#[test]
fn what_a_journal_holds_is_only_text() {
    let emulator = Emulator::builder()
        .community(GONE, Community::Deleted)
        .start()
        .unwrap();
    let rows = named_row("a").replace(GROUP, GONE) + &named_row("b");
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", rows);
    assert_eq!(bench.run(&["import", "rows.jsonl"]).status, 2);
    let journal = Connection::open(bench.path("rows.jsonl.journal")).unwrap();
    let text = HOSTILE.to_owned() + MORE;
    let changed = journal.execute("UPDATE progress SET said = ?1 WHERE said NOTNULL", [&text]);
    assert_eq!(changed, Ok(1));
    let changed = journal.execute(
        "UPDATE identity SET value = ?1 WHERE name = 'origin'",
        [&text],
    );
    assert_eq!(changed, Ok(1));
    drop(journal);
    assert_in_sight(&page(&bench));
    for command in ["report", "verify", "undo"] {
        let ran = bench.run(&[command, "rows.jsonl.journal"]);
        assert_both_in_sight(&ran);
        assert!(format!("{ran:?}").contains("FORGED"), "{ran:?}");
    }
}
