//! `check`: finds problems and sends nothing.

use serde_json::json;

use crate::support::{Bench, GROUP, named_row, named_rows, row_with, unnamed_row};

#[test]
fn a_sound_file_has_no_problems() {
    let bench = Bench::new()
        .file("one.jsonl", unnamed_row("a"))
        .file("two.NDJSON", named_row("a") + &named_row("b"))
        .file("head.csv", "GroupId,TopicName\n");
    bench
        .run(&["check", "one.jsonl"])
        .assert(0, "1 row, no problems\n", "");
    bench
        .run(&["check", "two.NDJSON"])
        .assert(0, "2 rows, no problems\n", "");
    bench.run(&["check", "head.csv"]).assert(
        0,
        "0 rows, no problems\n",
        "head.csv: no topic in it: is it the right file, and whole?\n",
    );
}

#[test]
fn a_file_of_another_system_that_is_taken_for_rows_is_told_how_to_be_read() {
    let bench = Bench::new()
        .file("channels.json", r#"[{"id":"C1","name":"general"}]"#)
        .file(
            "mixed.jsonl",
            row_with("a", ",\"note\":1") + &named_row("b"),
        );
    let hint = "If another system wrote this file, --from names it, or --map TopicName=PATH says where a field is.\n";
    let ran = bench.run(&["check", "channels.json"]);
    assert!(ran.stdout.ends_with(hint), "{}", ran.stdout);
    for arguments in [
        &["check", "mixed.jsonl"][..],
        &["check", "channels.json", "--map", "TopicName=.title"],
    ] {
        let ran = bench.run(arguments);
        assert_eq!(ran.status, 2);
        assert!(!ran.stdout.contains("--from"), "{}", ran.stdout);
    }
}

#[test]
fn every_problem_is_a_line_with_file_line_field_and_remedy() {
    let rows = [
        row_with("a", ",\"TopicNmae\":1"),
        unnamed_row(&"水".repeat(11)),
        "{\"GroupId\":\n".into(),
        named_row("b"),
        named_row("b"),
    ];
    Bench::new().file("rows.jsonl", rows.concat()).run(&["check", "rows.jsonl"]).assert(
        2,
        "rows.jsonl:1: TopicNmae: is no field of import_topic: did you mean `TopicName`?\n\
         rows.jsonl:2: TopicName: is 33 bytes long, 3 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it\n\
         rows.jsonl:3: column 11: EOF while parsing a value: a row is one JSON object on one line\n\
         rows.jsonl:5: TopicId: is the same as in line 4: every topic needs an ID of its own\n\
         5 rows, 4 of them invalid, 4 problems\n",
        "",
    );
}

#[test]
fn as_json_it_is_one_object_with_exactly_the_documented_keys() {
    let rows = [
        "{}\n".into(),
        row_with("a", ",\"CreateTime\":1448357837000,\"FaceUrl\":true"),
        unnamed_row(&"x".repeat(31)),
    ];
    let ran = Bench::new().file("rows.jsonl", rows.concat()).run(&[
        "check",
        "rows.jsonl",
        "--output",
        "json",
    ]);
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    assert_eq!(
        ran.json(),
        json!({
            "rows": 3, "invalid": 3, "problems_total": 5,
            "problems": [
                {"line": 1, "field": "GroupId", "rule": "required", "limit": null, "found": null,
                 "message": "is missing, and required: add it"},
                {"line": 1, "field": "TopicName", "rule": "required", "limit": null, "found": null,
                 "message": "is missing, and required: add it"},
                {"line": 2, "field": "CreateTime", "rule": "range", "limit": [0, 4_294_967_295_u32],
                 "found": 1_448_357_837_000_u64,
                 "message": "is 1448357837000: it must be from 0 to 4294967295; if these are milliseconds, divide by 1000"},
                {"line": 2, "field": "FaceUrl", "rule": "type", "limit": "text", "found": "true or false",
                 "message": "is true or false: it must be text"},
                {"line": 3, "field": "TopicName", "rule": "max_bytes", "limit": 30, "found": 31,
                 "message": "is 31 bytes long, 1 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it"},
            ],
        })
    );
    let sound = Bench::new()
        .file("rows.csv", "")
        .run(&["check", "rows.csv", "--output", "json"]);
    sound.assert(
        0,
        "{\"rows\":0,\"invalid\":0,\"problems_total\":0,\"problems\":[]}\n",
        "rows.csv: no topic in it: is it the right file, and whole?\n",
    );
}

#[test]
fn a_thousand_problems_are_listed_and_the_others_counted() {
    let bench = Bench::new().file("rows.jsonl", "[]\n".repeat(1002));
    let text = bench.run(&["check", "rows.jsonl"]);
    assert_eq!(text.status, 2);
    let lines: Vec<_> = text.stdout.lines().collect();
    assert_eq!(lines.len(), 1002);
    assert!(lines[999].starts_with("rows.jsonl:1000: is no JSON object"));
    assert_eq!(
        lines[1000..],
        [
            "… and 2 further problems",
            "1002 rows, 1002 of them invalid, 1002 problems"
        ]
    );
    let json = bench
        .run(&["check", "rows.jsonl", "--output", "json"])
        .json();
    assert_eq!(json["problems"].as_array().unwrap().len(), 1000);
    assert_eq!(json["problems_total"], 1002);
}

#[test]
fn where_there_is_more_to_say_few_problems_are_listed_and_check_is_named() {
    let bench = Bench::new().file("rows.jsonl", "[]\n".repeat(22));
    for arguments in [
        &["import", "rows.jsonl", "--emulator"][..],
        &["import", "rows.jsonl", "--emulator", "--dry-run"],
        &["convert", "rows.jsonl"],
    ] {
        let said = bench.run(arguments).stderr;
        let lines: Vec<_> = said.lines().collect();
        assert!(lines[19].starts_with("rows.jsonl:20: is no JSON object"));
        assert_eq!(
            lines[20..22],
            [
                "… and 2 further problems",
                "`topic-import check` with the same options for the input lists them."
            ]
        );
    }
}

#[test]
fn settings_of_rows_apply() {
    let bench = Bench::new().file("rows.csv", "TopicName,From_Account\na,1002\n");
    bench.run(&["check", "rows.csv"]).assert(
        2,
        "rows.csv:2: GroupId: is missing, and required: add it\n1 row, 1 of them invalid, 1 problem\n",
        "",
    );
    bench
        .run(&[
            "check",
            "rows.csv",
            "--group-id",
            GROUP,
            "--from-account-as",
            "text",
        ])
        .assert(0, "1 row, no problems\n", "");
}

/// So many rows of one community.
fn rows_of_one(count: usize) -> String {
    (0..count).map(|row| named_row(&row.to_string())).collect()
}

#[test]
fn a_community_with_more_topics_than_it_takes_is_one_problem() {
    let bench = Bench::new()
        .file("fits.jsonl", rows_of_one(200) + &named_row("0"))
        .file("rows.jsonl", rows_of_one(250))
        .file("spread.jsonl", named_rows(450));
    let message = format!(
        "{GROUP} has 250 topics here, 50 over the limit of 200 for a community: \
         spread them over several communities, or raise the limit if the app has a larger one"
    );
    bench.run(&["check", "rows.jsonl"]).assert(
        2,
        &format!(
            "rows.jsonl:201: GroupId: {message}\n250 rows, 50 of them invalid, 1 problem\n\
             --spread puts them into further communities, called {{GroupId}}-2 and so on.\n\
             Or say where each topic goes by its GroupId.\n\
             Where the app's limit is larger, say so with --topics-per-community.\n"
        ),
        "",
    );
    let json = bench
        .run(&["check", "rows.jsonl", "--output", "json"])
        .json();
    assert_eq!(
        json,
        json!({
            "rows": 250, "invalid": 50, "problems_total": 1,
            "problems": [{
                "line": 201, "field": "GroupId", "rule": "max_topics", "limit": 200, "found": 250, "message": message,
            }],
        })
    );
    bench
        .run(&["check", "rows.jsonl", "--topics-per-community", "250"])
        .assert(0, "250 rows, no problems\n", "");
    bench
        .run(&["check", "spread.jsonl"])
        .assert(0, "450 rows, no problems\n", "");
    let ran = bench.run(&["check", "fits.jsonl"]);
    assert_eq!(ran.stdout.lines().count(), 2, "{}", ran.stdout);
    assert!(
        ran.stdout
            .contains("201: TopicId: is the same as in line 1")
    );
}
