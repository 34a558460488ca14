//! `check`: finds problems and sends nothing.

use serde_json::{Value, json};
use topic_import_emulator::Emulator;

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
        "head.csv: there is no topic in it: is it the right file, and complete?\n",
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
    let hint = "topic-import: If another system wrote this file, name the system with --from (topic-import sources lists them), or say with --map TopicName=PATH where a field is.\n";
    let ran = bench.run(&["check", "channels.json"]);
    assert!(ran.stderr.ends_with(hint), "{}", ran.stderr);
    for arguments in [
        &["check", "mixed.jsonl"][..],
        &["check", "channels.json", "--map", "TopicName=.title"],
    ] {
        let ran = bench.run(arguments);
        assert_eq!(ran.status, 2);
        assert!(!ran.stderr.contains("--from"), "{}", ran.stderr);
    }
}

#[test]
fn unknown_fields_of_all_rows_of_an_export_are_said_once() {
    let rows: Vec<Value> = (0..46)
        .map(|number| {
            json!({
                "id": format!("C{number}"), "name": "a", "created": 1, "creator": "U1",
                "is_archived": false, "is_general": false, "topicName": "a",
            })
        })
        .collect();
    let bench = Bench::new().file("channels.json", json!(rows).to_string());
    let ran = bench.run(&["check", "channels.json"]);
    let said = "channels.json: 46 rows have fields that are no fields of a topic: created, creator, id, is_archived, is_general, …: \
                if this is another system's export, name it with --from (topic-import sources lists them)\n\
                channels.json: problems by field and rule:\n";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    assert!(!ran.stderr.contains("leave it out"), "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("topicName: is no field of import_topic: did you mean `TopicName`?")
    );
    assert_eq!(ran.stdout, "46 rows, 46 of them invalid, 414 problems\n");
}

#[test]
fn a_header_without_topic_names_says_which_column_may_hold_them() {
    let rows = format!("Group ID,Channel name,Created\n{GROUP},a,1\n{GROUP},b,2\n");
    let bench = Bench::new()
        .file("rows.csv", rows)
        .file("none.csv", format!("{GROUP},a,1\n{GROUP},b,2\n"));
    let ran = bench.run(&["check", "rows.csv"]);
    let first = "rows.csv:1: TopicName: no column is called so; the nearest is \"Channel name\"; there are \"Group ID\", \"Channel name\", \"Created\": \
                 say which one holds it, such as --map 'TopicName=.[\"Channel name\"]'\n";
    assert!(ran.stderr.starts_with(first), "{}", ran.stderr);
    let maps = [
        "--map",
        "TopicName=.[\"Channel name\"]",
        "--map",
        "GroupId=.[\"Group ID\"]",
    ];
    bench
        .run(&[&["check", "rows.csv"], &maps[..]].concat())
        .assert(0, "2 rows, no problems\n", "");
    bench.run(&["check", "none.csv"]).assert_checked(
        "none.csv:1: is no header, as it holds the GroupId of a topic: write a line with the names of the columns before it, \
         such as GroupId,TopicName\n\
         1 row, 1 of them invalid, 1 problem\n",
        "",
    );
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
    Bench::new().file("rows.jsonl", rows.concat()).run(&["check", "rows.jsonl"]).assert_checked(
        "rows.jsonl:1: TopicNmae: is no field of import_topic: did you mean `TopicName`?\n\
         rows.jsonl:2: TopicName: is 33 bytes long, 3 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it\n\
         rows.jsonl:3: column 11: nothing more stands where a value should (a text in double quotation marks, a number, true, false, null, a list or an object): a row is one JSON object on one line\n\
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
        "rows.csv: there is no topic in it: is it the right file, and complete?\n",
    );
}

/// Rows of which 40 have names that are too long, 2 have none, and 4 are none.
fn many_problems() -> String {
    let long = unnamed_row(&"x".repeat(31)).repeat(40);
    let nameless = format!("{{\"GroupId\":\"{GROUP}\"}}\n").repeat(2);
    format!("{long}{nameless}{}{}", "[]\n".repeat(4), named_row("a"))
}

const MANY_PROBLEMS: &str = "\
rows.jsonl: problems by field and rule:
  40  TopicName: too long
   4  row: cannot be read
   2  TopicName: missing
The first of each:
rows.jsonl:1: TopicName: is 31 bytes long, 1 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it
rows.jsonl:2: TopicName: is 31 bytes long, 1 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it
rows.jsonl:3: TopicName: is 31 bytes long, 1 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it
rows.jsonl:43: is no JSON object: a row is one JSON object on one line
rows.jsonl:44: is no JSON object: a row is one JSON object on one line
rows.jsonl:45: is no JSON object: a row is one JSON object on one line
rows.jsonl:41: TopicName: is missing, and required: add it
rows.jsonl:42: TopicName: is missing, and required: add it
";
const HOW_TO_SEE_ALL: &str = "topic-import: --problems FILE writes all of them, by line\n";

#[test]
fn many_problems_are_counted_by_field_and_rule_and_the_first_of_each_are_shown() {
    let bench = Bench::new().file("rows.jsonl", many_problems());
    let said = format!("{MANY_PROBLEMS}{HOW_TO_SEE_ALL}");
    bench.run(&["check", "rows.jsonl"]).assert(
        2,
        "47 rows, 46 of them invalid, 46 problems\n",
        &said,
    );
    let import = ["import", "rows.jsonl", "--emulator"];
    for arguments in [
        &import[..],
        &[&import[..], &["--dry-run"]].concat(),
        &["convert", "rows.jsonl"],
    ] {
        let ran = bench.run(arguments);
        assert!(ran.stderr.starts_with(&said), "{}", ran.stderr);
    }
}

#[test]
fn all_problems_are_written_into_a_file_by_line() {
    let rows = many_problems() + &named_row("a");
    let bench = Bench::new().file("rows.jsonl", rows);
    let ran = bench.run(&["check", "rows.jsonl", "--problems", "all.jsonl"]);
    assert_eq!(ran.status, 2);
    assert!(!ran.stderr.contains("--problems"), "{}", ran.stderr);
    let text = std::fs::read_to_string(bench.path("all.jsonl")).unwrap();
    let problems: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let lines: Vec<u64> = problems
        .iter()
        .map(|problem| problem["line"].as_u64().unwrap())
        .collect();
    assert_eq!(lines, (1..=46).chain([48]).collect::<Vec<_>>());
    let json = bench
        .run(&["check", "rows.jsonl", "--output", "json"])
        .json();
    assert_eq!(json["problems"], Value::Array(problems));

    let import = [
        "import",
        "rows.jsonl",
        "--emulator",
        "--problems",
        "all.csv",
    ];
    assert_eq!(bench.run(&import).status, 1);
    let text = std::fs::read_to_string(bench.path("all.csv")).unwrap();
    assert!(
        text.starts_with(
            "\u{feff}file,line,element,field,rule,limit,found,message\n,1,,TopicName,max_bytes,30,31,"
        ),
        "{text}"
    );
    assert_eq!(text.lines().count(), 48);
    // What is there is not replaced, and is found before anything is read.
    for (name, why) in [
        ("all.csv", "exists already"),
        ("all.txt", "the name must end in .jsonl or .csv"),
    ] {
        for command in ["check", "convert"] {
            let ran = bench.run(&[command, "rows.jsonl", "--problems", name]);
            assert_eq!((ran.status, &*ran.stdout), (1, ""));
            assert!(ran.stderr.contains(why), "{}", ran.stderr);
        }
    }
}

#[test]
fn a_run_that_goes_on_says_that_no_problems_are_written() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_row("a") + "[]\n");
    let import = ["import", "rows.jsonl", "--skip-invalid", "--problems"];
    assert_eq!(bench.run(&[&import[..], &["first.csv"]].concat()).status, 2);
    assert!(bench.path("first.csv").exists());
    let ran = bench.run(&[&import[..], &["second.csv"]].concat());
    assert!(
        ran.stderr
            .contains("second.csv is not written: the input was checked when the run began"),
        "{}",
        ran.stderr
    );
    assert!(!bench.path("second.csv").exists());
}

#[test]
fn the_file_of_problems_has_those_alone_that_concern_the_whole_input() {
    let bench = Bench::new()
        .file(
            "rows.csv",
            format!("GroupId,TopicNmae\n{}", ",\n\"\",x\n".repeat(1002)),
        )
        .file("sound.csv", format!("GroupId,TopicName\n{GROUP},a\n"));
    let ran = bench.run(&["check", "rows.csv", "--problems", "all.jsonl"]);
    ran.assert_checked(
        "rows.csv:1: TopicNmae: is no field of import_topic: did you mean `TopicName`?\n\
         1,002 rows, 1,002 of them invalid, 1 problem\n\
         topic-import: If another system wrote this file, name the system with --from (topic-import sources lists them), or say with --map TopicName=PATH where a field is.\n",
        "",
    );
    let text = std::fs::read_to_string(bench.path("all.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 1);
    let ran = bench.run(&["check", "sound.csv", "--problems", "none.csv"]);
    ran.assert(0, "1 row, no problems\n", "");
    let text = std::fs::read_to_string(bench.path("none.csv")).unwrap();
    assert_eq!(
        text,
        "\u{feff}file,line,element,field,rule,limit,found,message\n"
    );
}

#[test]
fn a_thousand_problems_are_listed_in_json_and_the_others_counted() {
    let bench = Bench::new().file("rows.jsonl", "[]\n".repeat(1002));
    let json = bench
        .run(&["check", "rows.jsonl", "--output", "json"])
        .json();
    assert_eq!(json["problems"].as_array().unwrap().len(), 1000);
    assert_eq!(json["problems_total"], 1002);
    let ran = bench.run(&["check", "rows.jsonl", "--problems", "all.jsonl"]);
    assert!(
        ran.stderr
            .starts_with("rows.jsonl: problems by field and rule:\n  1,002  row: cannot be read\n")
    );
    let text = std::fs::read_to_string(bench.path("all.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 1002);
}

#[test]
fn names_that_cannot_be_seen_are_problems() {
    let rows = ["boat\\u0000house", "\\u3164", " ", "\\t"].map(unnamed_row);
    let sound = row_with("a", ",\"Introduction\":\"\\u0000\"");
    Bench::new().file("rows.jsonl", rows.concat() + &sound).run(&["check", "rows.jsonl"]).assert_checked(
        "rows.jsonl:1: TopicName: has the control character U+0000 in place 5, which a name cannot show: take it out\n\
         rows.jsonl:2: TopicName: shows nothing: it is made of blanks and invisible characters: give it a name\n\
         rows.jsonl:3: TopicName: shows nothing: it is made of blanks and invisible characters: give it a name\n\
         rows.jsonl:4: TopicName: has the control character U+0009 in place 1, which a name cannot show: take it out\n\
         5 rows, 4 of them invalid, 4 problems\n",
        "",
    );
}

#[test]
fn rows_that_repeat_others_wholly_are_counted() {
    let rows = [unnamed_row("a"), unnamed_row("b"), unnamed_row("a")];
    for (rows, said) in [
        (
            rows.concat(),
            "rows.jsonl: 1 row repeats another wholly (line 3 is as line 1): it is a topic of its own\n",
        ),
        (
            rows.concat() + &rows[0],
            "rows.jsonl: 2 rows repeat others wholly (line 3 is as line 1): each is a topic of its own\n",
        ),
    ] {
        let count = rows.lines().count();
        let bench = Bench::new().file("rows.jsonl", rows);
        bench.run(&["check", "rows.jsonl"]).assert(
            0,
            &format!("{count} rows, no problems\n"),
            said,
        );
        for ids in ["derived", "service"] {
            let import = ["import", "rows.jsonl", "--emulator", "--topic-ids", ids];
            let ran = bench.run(&import);
            assert_eq!((ran.status, &*ran.stderr), (0, said));
        }
        let json = bench
            .run(&["check", "rows.jsonl", "--output", "json"])
            .json();
        assert_eq!(
            json["repeated"],
            json!({"rows": count - 2, "line": 3, "first_line": 1})
        );
    }
}

#[test]
fn settings_of_rows_apply() {
    let bench = Bench::new().file("rows.csv", "TopicName,From_Account\na,1002\n");
    bench.run(&["check", "rows.csv"]).assert_checked(
        "rows.csv:1: GroupId: no column is called so; there are \"TopicName\", \"From_Account\": name one community for all rows with --group-id\n1 row, 1 of them invalid, 1 problem\n",
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
    bench.run(&["check", "rows.jsonl"]).assert_checked(
        &format!(
            "rows.jsonl:201: GroupId: {message}\n250 rows, 50 of them invalid, 1 problem\n\
             topic-import: --spread puts them into further communities, called {{GroupId}}-2 and so on.\n\
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
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("201: TopicId: is the same as in line 1")
    );
}

#[test]
fn rows_of_several_files_that_are_like_others_are_named_with_the_right_file() {
    let bench = Bench::new()
        .file("b.jsonl", named_row("x") + &named_row("y"))
        .file("a.jsonl", named_row("y"))
        .file("c.jsonl", named_row("z") + &named_row("x"));
    let files = ["check", "b.jsonl", "a.jsonl", "c.jsonl"];
    bench.run(&files).assert_checked(
        "a.jsonl:1: TopicId: is the same as in line 2 of b.jsonl: every topic needs an ID of its own\n\
         c.jsonl:2: TopicId: is the same as in line 1 of b.jsonl: every topic needs an ID of its own\n\
         5 rows, 2 of them invalid, 2 problems\n",
        "",
    );
    let json = bench
        .run(&[&files[..], &["--output", "json"]].concat())
        .json();
    let of_json: Vec<_> = json["problems"].as_array().unwrap().iter().collect();
    let kept = ["--problems", "all.jsonl"];
    assert_eq!(bench.run(&[&files[..], &kept].concat()).status, 2);
    let kept = std::fs::read_to_string(bench.path("all.jsonl")).unwrap();
    let kept: Vec<Value> = kept
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(of_json, kept.iter().collect::<Vec<_>>());
    let places = kept
        .iter()
        .map(|problem| (&problem["file"], &problem["line"], &problem["element"]));
    assert_eq!(
        places.collect::<Vec<_>>(),
        [
            (&json!("a.jsonl"), &json!(1), &Value::Null),
            (&json!("c.jsonl"), &json!(2), &Value::Null),
        ]
    );
    let table = ["--problems", "all.csv"];
    assert_eq!(bench.run(&[&files[..], &table].concat()).status, 2);
    let table = std::fs::read_to_string(bench.path("all.csv")).unwrap();
    let records: Vec<&str> = table.lines().collect();
    assert_eq!(
        records[0],
        "\u{feff}file,line,element,field,rule,limit,found,message"
    );
    assert!(
        records[1].starts_with("a.jsonl,1,,TopicId,duplicate,,line 2 of b.jsonl,"),
        "{table}"
    );
}

#[test]
fn a_file_and_its_copy_are_told_apart() {
    let rows = unnamed_row("a") + &named_row("b");
    let bench = Bench::new()
        .file("a.jsonl", &rows)
        .file("copy.jsonl", &rows);
    bench.run(&["check", "a.jsonl", "copy.jsonl"]).assert(
        2,
        "4 rows, 1 of them invalid, 1 problem\n",
        "topic-import: 1 row repeats another wholly (line 1 of copy.jsonl is as line 1 of a.jsonl): it is a topic of its own\n\
         copy.jsonl:2: TopicId: is the same as in line 2 of a.jsonl: every topic needs an ID of its own\n",
    );
}

#[test]
fn a_community_of_another_file_with_too_many_topics_is_named_with_its_own() {
    let bench = Bench::new()
        .file("a.jsonl", named_row("a"))
        .file("b.jsonl", named_row("b"));
    let ran = bench.run(&["check", "a.jsonl", "b.jsonl", "--topics-per-community", "1"]);
    assert!(
        ran.stderr.starts_with("b.jsonl:1: GroupId: @TGS#"),
        "{}",
        ran.stderr
    );
}
