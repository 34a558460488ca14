//! `report`: what became of a journal's rows.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use topic_import_emulator::{Account, Community, Emulator, FaultPlan};

use crate::support::{Bench, GROUP, Ran, named_row, named_rows, row_with, unnamed_row, wait_until};

const FILE: &str = "rows.jsonl";
const JOURNAL: &str = "rows.jsonl.journal";
const GONE: &str = "@TGS#_gone";

fn report(bench: &Bench, options: &[&str]) -> Ran {
    bench.run(&[&["report", JOURNAL], options].concat())
}

/// What the program wrote to a file.
fn read(bench: &Bench, name: &str) -> String {
    fs::read_to_string(bench.path(name)).unwrap()
}

fn json_lines(text: &str) -> Vec<Value> {
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn topic_ids(emulator: &Emulator) -> BTreeSet<String> {
    let topics = emulator.state().topics().into_iter();
    topics.map(|topic| topic.topic_id.clone()).collect()
}

/// A run in which rows have every outcome but those of a run that is under way or undone.
fn every_outcome() -> (Emulator, Bench) {
    let emulator = Emulator::builder()
        .community(GONE, Community::Deleted)
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file("before.jsonl", named_row("a") + &named_row("b"));
    assert_eq!(bench.run(&["import", "before.jsonl"]).status, 0);
    // The first two rows take two calls each.
    let faults: FaultPlan = "code80001@6,lost@7,code60020@9".parse().unwrap();
    emulator.set_faults(faults);
    let rows = [
        named_row("a"),
        named_row("b").replace("\"b\"", "\"other\""),
        row_with("c", ",\"CustomString\":\"old 3\""),
        unnamed_row("d"),
        unnamed_row("e"),
        named_row("f").replace(GROUP, GONE),
        named_row("g").replace(GROUP, GONE),
        "{\"TopicName\":\"h\",\"TopicId\":7}\n".into(),
        named_row("i"),
        named_row("j"),
    ];
    let bench = bench.file(FILE, rows.concat());
    let ran = bench.run(&["import", FILE, "--skip-invalid"]);
    assert_eq!(ran.status, 3, "{ran:?}");
    (emulator, bench)
}

#[test]
fn json_has_the_counts_and_every_row_that_failed() {
    let (_emulator, bench) = every_outcome();
    let ran = report(&bench, &["--output", "json"]);
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    let mut json = ran.json();
    let object = json.as_object_mut().unwrap();
    let failed = object.remove("failed").unwrap();
    assert!(object.remove("seconds").unwrap().is_f64());
    assert_eq!(
        json,
        json!({
            "rows": 10, "imported": 1, "existing": 1, "rejected": 2, "conflict": 1, "unknown": 1,
            "held": 3, "pending": 1, "calls": 9,
            "by_code": {"10010": 1, "10021": 1, "60020": 1, "80001": 1},
        })
    );
    let expected = [
        (2, Some(GROUP), Some("b"), "other", "conflict", Some(10021)),
        (4, Some(GROUP), None, "d", "rejected", Some(80001)),
        (5, Some(GROUP), None, "e", "unknown", None),
        (6, Some(GONE), Some("f"), "f", "held", Some(10010)),
        (7, Some(GONE), Some("g"), "g", "held", None),
        (8, None, None, "h", "rejected", None),
        (9, Some(GROUP), Some("i"), "i", "held", Some(60020)),
    ];
    let failed = failed.as_array().unwrap();
    assert_eq!(failed.len(), expected.len());
    for (row, (line, group, id, name, outcome, code)) in failed.iter().zip(expected) {
        let id = group
            .zip(id)
            .map(|(group, id)| format!("{group}@TOPIC#_{id}"));
        let mut row = row.clone();
        for told in ["message", "remedy"] {
            let told = row.as_object_mut().unwrap().remove(told).unwrap();
            // What is wrong with an invalid row says what to do as well.
            assert!(told.is_string() || line == 8, "{told}");
        }
        assert_eq!(
            row,
            json!({
                "line": line, "kind": "topic", "GroupId": group, "TopicId": id, "TopicName": name,
                "outcome": outcome, "code": code,
            })
        );
    }
    assert_eq!(
        failed[5]["message"],
        "TopicId: is a number: it must be text; GroupId: is missing, and required: add it"
    );
}

#[test]
fn text_says_what_every_code_means_and_why_each_row_is_not_there() {
    let (_emulator, bench) = every_outcome();
    let ran = report(&bench, &[]);
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(
        lines[0],
        "10 rows: 1 imported, 1 existing, 2 rejected, 1 conflict, 1 unknown, 3 held, 1 pending"
    );
    let pace = lines[1].strip_prefix("9 calls in ").unwrap();
    assert!(
        pace.contains(" s: ") && pace.contains(" calls and ") && pace.ends_with(" topics a second")
    );
    assert_eq!(
        lines[2..12],
        [
            "",
            "10010  the group does not exist or has been deleted: 1 row",
            "       create the community first, or correct GroupId; an import with --create-communities and another --journal would create it",
            "10021  the ID is already in use: 1 row",
            "       what has the ID is read back and compared; where it differs, choose another ID",
            "60020  the app's plan has expired: 1 row",
            "       renew the plan, and wait 5 minutes",
            "80001  the text failed the security check: 1 row",
            "       change the text",
            "",
        ]
    );
    for (line, beginning) in lines[12..].iter().zip([
        "2: other: conflict: 10021: @TGS#_riverside@TOPIC#_b exists with different content: ",
        "4: d: rejected: 80001 the text failed the security check (",
        "5: e: unknown: ",
        "6: f: held: 10010 the group does not exist or has been deleted",
        "7: g: held: not sent: @TGS#_gone is blocked",
        "8: h: rejected: TopicId: is a number: it must be text; GroupId: is missing, and required: add it",
        "9: i: held: 60020 the app's plan has expired (",
    ]) {
        assert!(line.starts_with(beginning), "{line}");
    }
    assert_eq!(lines.len(), 12 + 7);
}

#[test]
fn very_many_failed_rows_are_few_lines_by_community_and_reason() {
    let emulator = Emulator::builder()
        .community(GONE, Community::Deleted)
        .start()
        .unwrap();
    let bad = |number: usize| named_row(&format!("{number}")).replace("TopicName", "TopicNmae");
    let gone = |number: usize| named_row(&format!("g{number}")).replace(GROUP, GONE);
    let rows: String = (0..150)
        .map(bad)
        .chain((0..200).map(gone))
        .chain([named_row("good")])
        .collect();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file(FILE, rows);
    assert_eq!(bench.run(&["import", FILE, "--skip-invalid"]).status, 2);
    let ran = report(&bench, &["--rows", "map.jsonl"]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines[0], "351 rows: 1 imported, 150 rejected, 200 held");
    assert_eq!(
        lines[6..],
        [
            "199 rows of @TGS#_gone: held: not sent: @TGS#_gone is blocked: remove the cause, and run the same import again",
            "       152: g1, 153: g2, 154: g3, and 196 more",
            &format!(
                "150 rows of {GROUP}: rejected: TopicNmae: is no field of import_topic: did you mean `TopicName`?; TopicName: is missing, and required: add it"
            ),
            "       1, 2, 3, and 147 more",
            "151: g0: held: 10010 the group does not exist or has been deleted: create the community first, or correct GroupId; an import with --create-communities and another --journal would create it",
        ]
    );
    assert_eq!(read(&bench, "map.jsonl").lines().count(), 351);
    // JSON, which programs read, has each of them.
    let json = report(&bench, &["--output", "json"]).json();
    assert_eq!(json["failed"].as_array().unwrap().len(), 350);
}

#[test]
fn a_failure_is_told_in_the_same_words_wherever_it_is_told() {
    let emulator = Emulator::builder()
        .faults("code80001@1".parse().unwrap())
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file(FILE, unnamed_row("d"));
    let ran = bench.run(&["import", FILE]);
    let sentence = ran.stderr.lines().next().unwrap();
    let sentence = sentence
        .strip_prefix("rows.jsonl:1: d: rejected: ")
        .unwrap();
    assert!(sentence.starts_with("80001 the text failed the security check ("));

    let ran = report(&bench, &["--html", "page.html"]);
    let line = format!("\n1: d: rejected: {sentence}\n");
    assert!(ran.stdout.contains(&line), "{ran:?}");

    let ran = report(&bench, &["--output", "json"]);
    let row = &ran.json()["failed"][0];
    let [message, remedy] = ["message", "remedy"].map(|member| row[member].as_str().unwrap());
    assert_eq!(format!("{} {message}: {remedy}", row["code"]), sentence);

    let page = read(&bench, "page.html");
    let cell = format!(">80001</a> <bdi>{message}: {remedy}</bdi>");
    assert!(page.contains(&cell), "{page}");

    let explained = bench.run(&["explain", "80001", "--output", "json"]).json();
    let meaning = explained["meaning"].as_str().unwrap();
    assert!(message.starts_with(meaning), "{explained}");
    assert_eq!(explained["remedy"], remedy);
    let listed = format!("80001</th><td class=\"number\">1</td><td>{meaning}: {remedy}.");
    assert!(page.contains(&listed), "{page}");
}

#[test]
fn a_run_in_which_every_topic_is_there_has_nothing_to_explain() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file(FILE, named_rows(3));
    assert_eq!(bench.run(&["import", FILE]).status, 0);
    let ran = report(&bench, &["--failed", "none.jsonl"]);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert!(
        ran.stdout.starts_with("3 rows: 3 imported\n3 calls in "),
        "{ran:?}"
    );
    assert_eq!(ran.stdout.lines().count(), 2);
    assert_eq!(read(&bench, "none.jsonl"), "");
    let ran = report(&bench, &["--failed", "none.csv", "--output", "json"]);
    assert_eq!((ran.status, &ran.json()["failed"]), (0, &json!([])));
    assert_eq!(read(&bench, "none.csv").lines().count(), 1);
}

#[test]
fn a_run_of_several_invocations_is_one() {
    let emulator = Emulator::builder()
        .faults("code60020@3".parse().unwrap())
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_CONCURRENCY", "1")
        .file(FILE, named_rows(4));
    assert_eq!(bench.run(&["import", FILE]).status, 3);
    assert_eq!(bench.run(&["import", FILE]).status, 0);
    let ran = report(&bench, &["--output", "json"]);
    assert_eq!(ran.json()["calls"], emulator.state().calls_len());
    assert_eq!(ran.json()["by_code"], json!({}));
}

#[test]
fn an_import_that_is_running_can_be_looked_at() {
    let emulator = Emulator::builder()
        .latency(Duration::from_millis(200))
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_CONCURRENCY", "2")
        .file(FILE, named_rows(500));
    let mut import = bench.start(&["import", FILE, "--quiet"]);
    wait_until(|| emulator.state().calls_len() >= 4);
    let ran = report(
        &bench,
        &[
            "--output", "json", "--rows", "map.csv", "--failed", "f.jsonl",
        ],
    );
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    let json = ran.json();
    let (imported, pending) = (&json["imported"], &json["pending"]);
    assert_eq!(
        imported.as_u64().unwrap() + pending.as_u64().unwrap(),
        500,
        "{json}"
    );
    let failed = json["failed"].as_array().unwrap();
    assert!(!failed.is_empty());
    for row in failed {
        assert_eq!(
            (&row["outcome"], &row["message"]),
            (
                &json!("in_flight"),
                &json!("may or may not have been imported")
            )
        );
    }
    assert_eq!(read(&bench, "map.csv").lines().count(), 501);
    assert_eq!(read(&bench, "f.jsonl"), "");
    import.kill().unwrap();
    import.wait().unwrap();
    let ran = report(&bench, &[]);
    assert!(ran.stdout.contains(" of them in flight)\n"), "{ran:?}");
    assert!(
        ran.stdout
            .contains(": in_flight: may or may not have been imported: "),
        "{ran:?}"
    );
}

/// A run with IDs derived from the rows, some of which are equal.
fn derived(emulator: &Emulator) -> Bench {
    let gone = row_with("twin", ",\"CreateTime\":1").replace(GROUP, GONE);
    let rows = [
        unnamed_row("there"),
        gone.repeat(2),
        unnamed_row(&"n".repeat(31)),
        named_row("own").replace("\"own\"", "7"),
        unnamed_row("there"),
        named_row("twice").repeat(2),
    ];
    let bench = Bench::calling_emulator(emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_TOPIC_IDS", "derived")
        .file(FILE, rows.concat());
    assert_eq!(bench.run(&["import", FILE, "--skip-invalid"]).status, 2);
    bench
}

#[test]
fn failed_rows_are_mended_and_imported_under_the_same_ids() {
    let emulator = Emulator::builder()
        .community(GONE, Community::Deleted)
        .start()
        .unwrap();
    let bench = derived(&emulator);
    let ran = report(
        &bench,
        &["--failed", "mend.jsonl", "--rows", "before.jsonl"],
    );
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    let rows = json_lines(&read(&bench, "mend.jsonl"));
    let before = json_lines(&read(&bench, "before.jsonl"));
    let second = before[2]["TopicId"].as_str().unwrap();
    assert!(second.ends_with("-2"), "{second}");
    assert_eq!(
        rows,
        [
            json!({"GroupId": GONE, "TopicName": "twin", "CreateTime": 1}),
            json!({"GroupId": GONE, "TopicId": second, "TopicName": "twin", "CreateTime": 1}),
            json!({"GroupId": GROUP, "TopicName": "n".repeat(31)}),
            json!({"GroupId": GROUP, "TopicName": 7, "TopicId": format!("{GROUP}@TOPIC#_own")}),
            json!({"GroupId": GROUP, "TopicName": "twice", "TopicId": format!("{GROUP}@TOPIC#_twice")}),
        ]
    );

    emulator.set_community(GONE, Community::Normal);
    let mended = read(&bench, "mend.jsonl")
        .replace(&"n".repeat(31), "n")
        .replace(":7", ":\"own\"");
    let bench = bench.file("mended.jsonl", mended);
    let ran = bench.run(&["import", "mended.jsonl"]);
    assert_eq!((ran.status, &*ran.stderr), (0, ""), "{ran:?}");
    let there = topic_ids(&emulator);
    assert_eq!(there.len(), 7);
    for row in &before[1..3] {
        assert!(there.contains(row["TopicId"].as_str().unwrap()), "{row}");
    }
}

#[test]
fn held_rows_without_an_id_are_left_to_the_import_that_holds_them() {
    let emulator = Emulator::builder()
        .community(GROUP, Community::Deleted)
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file(FILE, unnamed_row("a") + &named_row("b"));
    assert_eq!(bench.run(&["import", FILE]).status, 2);
    let ran = report(&bench, &["--failed", "mend.jsonl"]);
    assert_eq!(
        (ran.status, &*ran.stderr),
        (
            2,
            "topic-import: 1 row held and without a TopicId: not in mend.jsonl. The same import command sends such rows again;\n\
             importing them from mend.jsonl as well would import them twice\n"
        )
    );
    assert_eq!(read(&bench, "mend.jsonl").lines().count(), 1);
    emulator.set_community(GROUP, Community::Normal);
    for file in ["mend.jsonl", FILE] {
        assert_eq!(bench.run(&["import", file]).status, 0);
    }
    assert_eq!(emulator.state().topics_len(), 2);
}

#[test]
fn failed_rows_are_mended_as_csv_too() {
    let emulator = Emulator::builder()
        .community(GONE, Community::Deleted)
        .start()
        .unwrap();
    let rows = [
        row_with("a", ",\"From_Account\":1002").replace(GROUP, GONE),
        row_with(
            "b",
            ",\"From_Account\":\"007\",\"Introduction\":\"two\\r\\nlines, \\\"quoted\\\"\"",
        )
        .replace(GROUP, GONE),
        row_with(
            &"n".repeat(31),
            ",\"CreateTime\":\"yesterday\",\"FaceUrl\":null",
        ),
    ];
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_TOPIC_IDS", "derived")
        .file(FILE, rows.concat());
    assert_eq!(bench.run(&["import", FILE, "--skip-invalid"]).status, 2);
    let ran = report(&bench, &["--failed", "mend.csv"]);
    let note = "topic-import: import mend.csv with --from-account-as number\n";
    assert_eq!((ran.status, &*ran.stderr), (2, note));
    let csv = read(&bench, "mend.csv");
    assert_eq!(
        csv,
        format!(
            "Type,GroupId,TopicId,TopicName,From_Account,CustomString,FaceUrl,Notification,Introduction,CreateTime\n\
             ,{GONE},,a,1002,,,,,\n\
             ,{GONE},,b,007,,,,\"two\r\nlines, \"\"quoted\"\"\",\n\
             ,{GROUP},,{},,,,,,yesterday\n",
            "n".repeat(31)
        )
    );
    emulator.set_community(GONE, Community::Normal);
    let mended = csv.replace(&"n".repeat(31), "n").replace("yesterday", "7");
    let bench = bench.file("mended.csv", mended);
    let import = ["import", "mended.csv", "--from-account-as", "number"];
    assert_eq!(bench.run(&import).status, 0);
    let topics = emulator.state().topics();
    assert_eq!(topics.len(), 3);
    let [a, b] = ["a", "b"].map(|name| {
        let mut topics = topics.iter();
        let topic = topics.find(|topic| &*topic.profile.topic_name == name);
        topic.unwrap().profile.clone()
    });
    assert_eq!(a.from_account, Some(Account::Number(1002)));
    assert_eq!(b.from_account, Some(Account::Text("007".into())));
    assert_eq!(b.introduction.as_deref(), Some("two\r\nlines, \"quoted\""));
}

#[test]
fn no_spreadsheet_calculates_what_strangers_wrote_and_none_of_it_is_lost() {
    let emulator = Emulator::builder()
        .community(GONE, Community::Deleted)
        .start()
        .unwrap();
    let names = ["=1+1", "'=1", "@all", "-1;+1", " ＝1", "it's"];
    let row = |name: &&str| row_with(name, ",\"CustomString\":\"-7\"").replace(GROUP, GONE);
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .env("TOPIC_IMPORT_TOPIC_IDS", "derived")
        .file(FILE, names.iter().map(row).collect::<String>());
    assert_eq!(bench.run(&["import", FILE]).status, 2);
    let ran = report(&bench, &["--failed", "mend.csv", "--rows", "map.csv"]);
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    let mend = read(&bench, "mend.csv");
    let cells = ["'=1+1", "''=1", "'@all", "-1;'+1", "' ＝1", "it's"];
    let rows = cells.map(|cell| format!(",{GONE},,{cell},,-7,,,,\n"));
    assert_eq!(
        mend,
        "Type,GroupId,TopicId,'TopicName,From_Account,CustomString,FaceUrl,Notification,Introduction,CreateTime\n"
            .to_owned() + &rows.concat()
    );
    let map = read(&bench, "map.csv");
    assert!(
        map.starts_with("line,GroupId,TopicId,TopicName,outcome,"),
        "{map}"
    );
    for cell in cells {
        assert!(map.contains(&format!(",{cell},held,")), "{cell} in {map}");
    }

    emulator.set_community(GONE, Community::Normal);
    assert_eq!(bench.run(&["import", "mend.csv"]).status, 0);
    let topics = emulator.state().topics();
    let there = topics.iter().map(|topic| topic.profile.topic_name.clone());
    let wanted = names.map(|name| serde_json::from_str::<String>(&format!("\"{name}\"")).unwrap());
    assert_eq!(there.collect::<BTreeSet<_>>(), BTreeSet::from(wanted));
}

#[test]
fn digits_that_are_text_stay_text_in_csv() {
    let bench = |rows: &[&str]| {
        let rows: String = rows
            .iter()
            .map(|account| row_with(&"n".repeat(31), &format!(",\"From_Account\":{account}")))
            .collect();
        let bench = Bench::new()
            .file(FILE, rows)
            .env("TOPIC_IMPORT_JOURNAL", JOURNAL);
        let ran = bench.run(&["import", FILE, "--emulator", "--skip-invalid"]);
        assert_eq!(ran.status, 2);
        bench
    };
    for (accounts, said) in [
        (["\"7\"", "\"008\""], ""),
        (
            ["7", "\"008\""],
            "topic-import: import mend.csv with --from-account-as number\n",
        ),
    ] {
        let ran = report(&bench(&accounts), &["--failed", "mend.csv"]);
        assert_eq!((ran.status, &*ran.stderr), (2, said));
    }
    let mixed = bench(&["\"7\"", "7"]);
    report(&mixed, &["--failed", "mend.csv"]).assert(
        1,
        "",
        "topic-import: cannot write mend.csv: line 2 cannot be written as CSV: its From_Account is a number, \
         that of line 1 is a number written as text, and CSV cannot tell them apart.\n\
         Name a file that ends in .jsonl.\n",
    );
    assert!(!mixed.path("mend.csv").exists());
    assert_eq!(report(&mixed, &["--failed", "mend.jsonl"]).status, 2);
    let accounts = json_lines(&read(&mixed, "mend.jsonl"));
    assert_eq!(accounts[0]["From_Account"], "7");
    assert_eq!(accounts[1]["From_Account"], 7);
}

#[test]
fn bad_rows_are_written_back_as_bad_as_they_were() {
    let rows = [
        "{\"TopicName\":",
        "{\"GroupId\":\"@TGS#_a\",\"TopicNmae\":\"x\"}",
        "7",
        "{\"TopicName\":\"\",\"TopicName\":\"x\",\"CreateTime\":\"1448357837\"}",
        "\u{feff}{\"GroupId\":\"@TGS#_a\",\"TopicName\":\"x\"}",
    ];
    let bench = Bench::new()
        .env("TOPIC_IMPORT_JOURNAL", JOURNAL)
        .file(FILE, rows.join("\n"));
    let import = ["import", FILE, "--emulator", "--skip-invalid"];
    assert_eq!(bench.run(&import).status, 2);
    let ran = report(&bench, &["--failed", "mend.jsonl"]);
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    let problems = |file| {
        let ran = bench.run(&["check", file]);
        ran.stdout.replace(file, "")
    };
    assert_eq!(problems("mend.jsonl"), problems(FILE));
    report(&bench, &["--failed", "mend.csv"]).assert(
        1,
        "",
        "topic-import: cannot write mend.csv: line 1 cannot be written as CSV: it is not a JSON object.\n\
         Name a file that ends in .jsonl.\n",
    );
}

#[test]
fn a_line_that_was_not_kept_is_named() {
    let long = unnamed_row(&"n".repeat(1024 * 1024));
    let bench = Bench::new()
        .env("TOPIC_IMPORT_JOURNAL", JOURNAL)
        .file(FILE, unnamed_row("a") + &long + "{}\n");
    let import = ["import", FILE, "--emulator", "--skip-invalid"];
    assert_eq!(bench.run(&import).status, 2);
    let ran = report(&bench, &["--failed", "mend.jsonl"]);
    assert_eq!(
        (ran.status, &*ran.stderr),
        (
            2,
            "topic-import: line 2 is not in mend.jsonl: it was too long to be kept in the journal. Correct it in the input.\n"
        )
    );
    assert_eq!(read(&bench, "mend.jsonl"), "{}\n");
}

#[test]
fn rows_that_may_be_there_are_not_to_be_imported_unseen() {
    let (_emulator, bench) = every_outcome();
    let ran = report(&bench, &["--failed", "mend.jsonl"]);
    assert_eq!(
        (ran.status, &*ran.stderr),
        (
            2,
            "topic-import: 1 row in mend.jsonl unknown and without a TopicId: \
             remove each row whose topic exists, or it will be imported twice\n"
        )
    );
    let rows = json_lines(&read(&bench, "mend.jsonl"));
    let names = rows.iter().map(|row| row["TopicName"].as_str().unwrap());
    assert!(names.eq(["other", "d", "e", "f", "g", "h", "i"]));
}

#[test]
fn the_map_has_every_row_its_id_and_what_the_app_knew_it_by() {
    let (emulator, bench) = every_outcome();
    let ran = report(&bench, &["--rows", "map.jsonl"]);
    assert_eq!((ran.status, &*ran.stderr), (2, ""));
    let rows = json_lines(&read(&bench, "map.jsonl"));
    let outcomes = rows.iter().map(|row| row["outcome"].as_str().unwrap());
    assert!(outcomes.eq([
        "existing", "conflict", "imported", "rejected", "unknown", "held", "held", "rejected",
        "held", "pending",
    ]));
    let topics = emulator.state().topics();
    let c = topics
        .iter()
        .find(|topic| &*topic.profile.topic_name == "c");
    let c_id = &c.unwrap().topic_id;
    assert_eq!(
        rows[2],
        json!({
            "line": 3, "kind": "topic", "GroupId": GROUP, "TopicId": c_id, "TopicName": "c", "outcome": "imported",
            "code": null, "message": null, "CustomString": "old 3",
        })
    );
    assert_eq!(
        rows[9],
        json!({
            "line": 10, "kind": "topic", "GroupId": GROUP, "TopicId": format!("{GROUP}@TOPIC#_j"), "TopicName": "j",
            "outcome": "pending", "code": null, "message": null, "CustomString": null,
        })
    );

    assert_eq!(report(&bench, &["--rows", "map.csv"]).status, 2);
    let csv = read(&bench, "map.csv");
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(lines.len(), 11);
    assert_eq!(
        lines[0],
        "line,GroupId,TopicId,TopicName,outcome,code,message,CustomString,kind,Name,file"
    );
    assert_eq!(
        lines[3],
        format!("3,{GROUP},{c_id},c,imported,,,old 3,topic,,")
    );
    assert_eq!(
        lines[7],
        format!("7,{GONE},{GONE}@TOPIC#_g,g,held,,,,topic,,")
    );
    assert_eq!(
        lines[8],
        "8,,,h,rejected,,\"TopicId: is a number: it must be text; GroupId: is missing, and required: add it\",,topic,,"
    );
}

#[test]
fn no_file_is_replaced() {
    let (_emulator, bench) = every_outcome();
    let bench = bench
        .file("there.jsonl", "dear\n")
        .file("empty.csv", "")
        .file("file", "");
    // A reader leaves an empty write-ahead log beside the journal.
    let entries = || {
        let entries = fs::read_dir(bench.path("")).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let names = names.filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
        names.collect::<BTreeSet<_>>()
    };
    let before = entries();
    for option in ["--failed", "--rows"] {
        for (file, error) in [
            (
                "there.jsonl",
                "there.jsonl exists already and is not replaced: name another file, or remove it",
            ),
            (
                "rows.txt",
                "rows.txt: the name must end in .jsonl or .csv, which says how to write the rows",
            ),
            (
                "-",
                "-: the name must end in .jsonl or .csv, which says how to write the rows",
            ),
            (
                "nowhere/rows.csv",
                "cannot write nowhere/rows.csv: there is no directory nowhere",
            ),
            (
                "file/rows.csv",
                "cannot write file/rows.csv: there is no directory file",
            ),
        ] {
            report(&bench, &[option, file]).assert(1, "", &format!("topic-import: {error}\n"));
        }
    }
    report(&bench, &["--rows", "new.csv", "--failed", "new.csv"]).assert(
        1,
        "",
        "topic-import: --failed and --rows name the same file: name two different files\n",
    );
    assert_eq!(entries(), before);
    assert_eq!(read(&bench, "there.jsonl"), "dear\n");
    assert_eq!(report(&bench, &["--rows", "empty.csv"]).status, 2);
    assert_eq!(read(&bench, "empty.csv").lines().count(), 11);
    assert_eq!(entries(), before);
}

#[cfg(unix)]
#[test]
fn links_and_devices_are_no_files_to_write_to() {
    let (_emulator, bench) = every_outcome();
    std::os::unix::fs::symlink("/dev/null", bench.path("link.jsonl")).unwrap();
    let ran = report(&bench, &["--rows", "link.jsonl"]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert!(bench.path("link.jsonl").is_symlink());
}

#[test]
fn what_is_no_journal_is_said() {
    let bench = Bench::new().file(FILE, named_rows(100)).file("empty", "");
    for (journal, error) in [
        ("none", "there is no journal none."),
        (FILE, "rows.jsonl is not a journal of topic-import."),
    ] {
        let remedy = "Name the journal of an import: for FILE it is FILE.journal, unless --journal named another place.";
        bench.run(&["report", journal, "--rows", "map.csv"]).assert(
            1,
            "",
            &format!("topic-import: {error}\n{remedy}\n"),
        );
    }
    let ran = bench.run(&["report", "empty"]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert!(
        ran.stderr
            .starts_with("topic-import: the journal empty was not loaded completely.\n")
    );
    assert!(!bench.path("map.csv").exists());
}

#[test]
fn help_fits_a_terminal_and_says_what_the_exit_status_means() {
    let ran = Bench::new().run(&["report", "--help"]);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    assert!(ran.stdout.lines().all(|line| line.chars().count() <= 80));
    assert!(ran.stdout.lines().count() <= 45, "{}", ran.stdout);
    assert!(
        ran.stdout
            .ends_with("Exit status:\n  0  every topic is there\n  1  could not start\n  2  some topics are not there\n")
    );
}

#[test]
fn tables_begin_with_a_mark_by_which_excel_knows_every_letter() {
    let rows = [row_with("船屋", ""), row_with(&"水".repeat(11), "")];
    let bench = Bench::new()
        .file(FILE, rows.concat())
        .env("TOPIC_IMPORT_JOURNAL", JOURNAL);
    let ran = bench.run(&["import", FILE, "--emulator", "--skip-invalid"]);
    assert_eq!(ran.status, 2, "{}", ran.stderr);
    for (name, option) in [("map.csv", "--rows"), ("mend.csv", "--failed")] {
        assert_eq!(report(&bench, &[option, name]).status, 2);
        let marked = format!("marked-{name}");
        assert_eq!(report(&bench, &[option, &marked, "--excel"]).status, 2);
        let plain = read(&bench, name);
        assert!(plain.starts_with(|first: char| first.is_ascii_alphabetic()));
        assert_eq!(read(&bench, &marked), format!("\u{feff}{plain}"));
    }
    let mended = read(&bench, "marked-mend.csv").replace(&"水".repeat(11), "水");
    let bench = bench.file("marked-mend.csv", mended);
    bench
        .run(&["check", "marked-mend.csv"])
        .assert(0, "1 row, no problems\n", "");
    report(&bench, &["--rows", "map.jsonl", "--excel"]).assert(
        1,
        "",
        "topic-import: --excel: there is no CSV file to mark: name one that ends in .csv with --rows or --failed\n",
    );
}
