//! `import --dry-run`: what would happen.

use serde_json::json;
use topic_import_emulator::Emulator;

use crate::support::{Bench, GROUP, named_row, named_rows, row_with};

#[test]
fn a_plan_is_printed_and_nothing_happens() {
    let other = named_row("x").replace(GROUP, "@TGS#_other");
    let rows = named_rows(99) + &other;
    let bytes = rows.len() - 100;
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", rows);
    let ran = bench.run(&["import", "rows.jsonl", "--dry-run"]);
    ran.assert(
        0,
        &format!(
            "100 topics would be created in 2 communities: {},{:03} bytes in 100 calls\n\
             at 200 calls a second: 0.5 s\n\
             every name fits\n  \
             @TGS#_other: 1 topic\n  \
             {GROUP}: 99 topics\n",
            bytes / 1000,
            bytes % 1000
        ),
        "",
    );
    assert_eq!(emulator.state().calls_len(), 0);
    assert!(!bench.path("rows.jsonl.journal").exists());
    // It needs no account and no endpoint.
    let bench = Bench::new().file("rows.jsonl", named_rows(40_000));
    let ran = bench.run(&["import", "rows.jsonl", "--dry-run", "--rate", "10"]);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert!(ran.stdout.contains("\nat 10 calls a second: 1 h 7 min\n"));
}

#[test]
fn what_would_stop_the_import_is_said() {
    let long = row_with(&"x".repeat(31), "");
    let bench = Bench::new().file("rows.jsonl", named_rows(2) + &long);
    let ran = bench.run(&["import", "rows.jsonl", "--dry-run"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout
            .starts_with("2 topics would be created in 1 community: ")
    );
    assert!(ran.stdout.contains(
        "\n1 name too long: --fit shortens them\n1 of 3 rows invalid: not counted above\n"
    ));
    assert!(
        ran.stderr
            .contains("rows.jsonl:3: TopicName: is 31 bytes long")
    );
    assert!(ran.stderr.contains("1 of 3 rows invalid; nothing was sent"));
    let ran = bench.run(&["import", "rows.jsonl", "--dry-run", "--skip-invalid"]);
    assert_eq!(ran.status, 0);
}

#[test]
fn as_json_it_is_one_object() {
    let rows = named_rows(2) + &row_with(&"x".repeat(31), "");
    let bytes = rows.len() - 3;
    let bench = Bench::new().file("rows.jsonl", rows);
    let ran = bench.run(&["import", "rows.jsonl", "--dry-run", "--output", "json"]);
    assert_eq!(ran.status, 1);
    let plan = ran.json();
    assert!(plan["bytes"].as_u64().unwrap() < bytes as u64);
    let seconds = plan["seconds"].as_f64().unwrap();
    assert!((seconds - 2.0 / 198.0).abs() < 1e-9);
    let mut rest = plan.as_object().unwrap().clone();
    rest.retain(|name, _| name != "bytes" && name != "seconds");
    assert_eq!(
        serde_json::Value::Object(rest),
        json!({
            "rows": 3, "invalid": 1, "communities": 1, "topics": 2, "names_too_long": 1, "names_shortened": 0,
            "calls": 2, "left_out": {}, "by_community": {GROUP: 2}, "over_limit": {},
        })
    );
}

#[test]
fn a_run_that_was_begun_is_mentioned() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(1));
    assert_eq!(bench.run(&["import", "rows.jsonl"]).status, 0);
    let ran = bench.run(&["import", "rows.jsonl", "--dry-run"]);
    assert_eq!(
        (ran.status, &*ran.stderr),
        (
            0,
            "rows.jsonl.journal exists already: an import would continue it\n"
        )
    );
}

#[test]
fn topics_that_a_community_does_not_take_are_said() {
    let rows: String = (0..250).map(|row| named_row(&row.to_string())).collect();
    let bench = Bench::new().file("rows.jsonl", rows);
    let dry = ["import", "rows.jsonl", "--dry-run"];
    let ran = bench.run(&dry);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stdout
            .starts_with("200 topics would be created in 1 community: ")
    );
    assert!(
        ran.stdout.ends_with(&format!(
            "\n50 of 250 rows invalid: not counted above\n  {GROUP}: 200 topics, and 50 rows beyond its limit are left out\n"
        )),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.starts_with(&format!(
            "rows.jsonl:201: GroupId: {GROUP} has 250 topics here, 50 over the limit of 200"
        )),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.ends_with(
            "topic-import: 50 of 250 rows invalid; nothing was sent.\n\
             Correct the input, or import only the valid rows with --skip-invalid.\n\
             --spread puts them into further communities, called {GroupId}-2 and so on.\n\
             Or say where each topic goes by its GroupId.\n\
             Where the app's limit is larger, say so with --topics-per-community.\n"
        ),
        "{}",
        ran.stderr
    );
    let json = bench
        .run(&[&dry[..], &["--output", "json"]].concat())
        .json();
    assert_eq!(json["over_limit"], json!({GROUP: 50}));
    let ran = bench.run(&[&dry[..], &["--topics-per-community", "300"]].concat());
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert!(
        ran.stdout
            .starts_with("250 topics would be created in 1 community: ")
    );
}
