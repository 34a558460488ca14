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
    bench
        .run(&[&check[..], &["--fit"]].concat())
        .assert(0, "3 rows, no problems\n", changes);
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
