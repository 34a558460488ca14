//! `--fit`: text that is too long is shortened, and every change is said.

use topic_import_emulator::Emulator;

use crate::support::{Bench, GROUP};

const NAMES: &str = r#"[{"id":"1","name":"一二三四五六七八九十甲","topic":"t"},
{"id":"2","name":"一二三四五六七八九十乙"}, {"id":"3","name":"fits"}]"#;

#[test]
fn what_does_not_fit_is_a_problem_unless_it_is_to_be_shortened() {
    let bench = Bench::new().file("guild.json", NAMES);
    let check = [
        "check",
        "guild.json",
        "--from",
        "discord",
        "--group-id",
        GROUP,
    ];
    let ran = bench.run(&check);
    assert_eq!((ran.status, ran.stderr.lines().count()), (2, 2));
    let import = [&["import", "--emulator"], &check[1..]].concat();
    let ran = bench.run(&import);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.ends_with(
        "topic-import: 2 of 3 rows invalid; nothing was sent.\n\
         Correct the input, shorten what is too long with --fit, or import only the valid rows with --skip-invalid.\n"
    ));
    let changes = "\
        guild.json:1: channel 1 \"一二三四五六七八九十甲\": TopicName: shortened from \"一二三四五六七八九十甲\" to \
        \"一二三四五六七八九…\"; the full name is the first line of Introduction\n\
        guild.json:2: channel 2 \"一二三四五六七八九十乙\": TopicName: shortened from \"一二三四五六七八九十乙\" to \
        \"一二三四五六七八九…\"; the full name is the first line of Introduction\n\
        guild.json: since they were shortened, 1 name is that of another topic in the same community (line 2 is as line 1)\n";
    bench.run(&[&check[..], &["--fit"]].concat()).assert(
        0,
        "3 rows, no problems; 1 name became equal to another as it was shortened\n",
        changes,
    );
    let ran = bench.run(
        &[
            &check[..],
            &["--fit", "--spread", "--topics-per-community", "1"],
        ]
        .concat(),
    );
    assert!(
        ran.stderr.contains(
            "1 name is that of another topic in the same community, before they were spread (line 2 is as line 1)\n"
        ),
        "{}",
        ran.stderr
    );
}

#[test]
fn names_that_become_equal_are_still_topics_of_their_own() {
    let emulator = Emulator::builder().start().unwrap();
    let line = format!(
        "{{\"GroupId\":\"{GROUP}\",\"TopicName\":\"{}\"}}\n",
        "x".repeat(400)
    );
    let other = line.replace("\"}", "y\"}");
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_TOPIC_IDS", "derived")
        .file("rows.jsonl", line.clone() + &line + &other);
    let ran = bench.run(&["import", "rows.jsonl", "--fit", "-q"]);
    assert_eq!(ran.status, 0);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 5);
    assert!(lines[2].ends_with("; Introduction has no room for the full name"));
    assert_eq!(
        lines[3..],
        [
            "rows.jsonl: 2 rows repeat others wholly (line 2 is as line 1): each is a topic of its own",
            "rows.jsonl: since they were shortened, 1 name is that of another topic in the same community (line 3 is as line 1)",
        ]
    );
    let topics = emulator.state().topics();
    let name = "x".repeat(27) + "…";
    assert!(topics.iter().all(|topic| *topic.profile.topic_name == name));
    assert_eq!(topics.len(), 3);
}

#[test]
fn a_name_of_which_nothing_would_be_left_is_a_problem() {
    let family = "👨‍👩‍👧‍👦";
    let row = |name: &str| format!("{{\"GroupId\":\"{GROUP}\",\"TopicName\":\"{name}\"}}\n");
    let rows = [
        format!("boat{family}{family}"),
        format!("{family}🏽{family}"),
    ]
    .map(|name| row(&name));
    let ran = Bench::new()
        .file("rows.jsonl", rows.concat())
        .run(&["check", "rows.jsonl", "--fit"]);
    ran.assert_checked(
        "rows.jsonl:2: TopicName: is 54 bytes long, 24 over the limit of 30 (UTF-8: a Chinese character takes 3): shorten it; \
         it cannot be shortened for you, because its first character, as people see it, is too long by itself\n\
         2 rows, 1 of them invalid, 1 problem\n",
        // Joiners between pictures are shown as they are.
        "rows.jsonl:1: TopicName: shortened from \"boat👨\u{200d}👩\u{200d}👧\u{200d}👦👨\u{200d}👩\u{200d}👧\u{200d}👦\" \
         to \"boat…\"; the full name is the first line of Introduction\n",
    );
}

#[test]
fn many_shortened_texts_are_counted_by_field_and_all_of_them_are_in_the_file_of_problems() {
    let row = |number: usize| {
        let long = "x".repeat(40);
        let notification = "n".repeat(301);
        format!(
            "{{\"GroupId\":\"{GROUP}\",\"TopicName\":\"{number} {long}\",\"Notification\":\"{notification}\",\
             \"CreateTime\":{}}}\n",
            44_000 + number
        )
    };
    let rows: String = (100..160).map(row).collect();
    let bench = Bench::new().file("rows.jsonl", rows + "{}\n");
    let check = ["check", "rows.jsonl", "--fit"];
    let ran = bench.run(&check);
    let count = |said: &str| ran.stderr.matches(said).count();
    assert_eq!(count(": TopicName: shortened from "), 10);
    assert_eq!(count(": Notification: shortened from "), 10);
    assert_eq!(count(" is a second of January 1970"), 10);
    let untold = "rows.jsonl: further texts shortened: 50 of Notification, 50 of TopicName: --problems FILE lists them all\n\
                  rows.jsonl: 50 further notes like these: --problems FILE lists them all\n";
    assert!(ran.stderr.contains(untold), "{}", ran.stderr);
    let json = bench
        .run(&[&check[..], &["--output", "json"]].concat())
        .json();
    let shortened = serde_json::json!({"Notification": 60, "TopicName": 60});
    assert_eq!(
        (&json["shortened"], &json["notes_total"]),
        (&shortened, &serde_json::json!(60))
    );
    for command in [
        &["check"][..],
        &["convert"],
        &["import", "--emulator", "--skip-invalid"],
    ] {
        let file = format!("{}.jsonl", command[0]);
        let arguments = ["rows.jsonl", "--fit", "--problems", &file];
        let ran = bench.run(&[command, &arguments].concat());
        let untold = "rows.jsonl: further texts shortened: 50 of Notification, 50 of TopicName\n";
        assert!(ran.stderr.contains(untold), "{}", ran.stderr);
        let all = std::fs::read_to_string(bench.path(&file)).unwrap();
        let of_rule = |rule: &str| all.matches(&format!("\"rule\":\"{rule}\"")).count();
        assert_eq!(
            (
                of_rule("shortened"),
                of_rule("guessed"),
                of_rule("required")
            ),
            (120, 60, 2),
            "{all}"
        );
        let first = "{\"line\":1,\"field\":\"TopicName\",\"rule\":\"shortened\",\"limit\":30,\"found\":44,\
                     \"message\":\"shortened from \\\"100 xxx";
        assert!(all.starts_with(first), "{all}");
    }
}

#[test]
fn of_many_shortened_texts_of_communities_the_first_are_told() {
    let row = |number: usize| {
        let long = "x".repeat(40);
        format!("{{\"GroupId\":\"@TGS#_{number}\",\"Name\":\"{long}\"}}\n")
    };
    let bench = Bench::new()
        .file("rows.jsonl", crate::support::unnamed_row("a"))
        .file("list.jsonl", (0..13).map(row).collect::<String>());
    let check = ["check", "rows.jsonl", "--communities", "list.jsonl"];
    let ran = bench.run(&[&check[..], &["--fit"]].concat());
    assert_eq!(ran.stderr.matches(": Name: shortened from ").count(), 10);
    let said = "list.jsonl: 3 further texts shortened: `topic-import check` without --fit lists what is too long\n";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
    let ran = bench.run(&check);
    assert_eq!(ran.stderr.matches(": Name: is 40 bytes long").count(), 13);
}
