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
    assert_eq!((ran.status, ran.stdout.lines().count()), (2, 3));
    let import = [&["import", "--emulator"], &check[1..]].concat();
    let ran = bench.run(&import);
    assert_eq!(ran.status, 1);
    assert!(ran.stderr.ends_with(
        "topic-import: 2 of 3 rows invalid; nothing was sent.\n\
         Mend the input, shorten what is too long with --fit, or import the sound rows alone with --skip-invalid.\n"
    ));
    let changes = "\
        guild.json:1: channel 1 \"一二三四五六七八九十甲\": TopicName: shortened from \"一二三四五六七八九十甲\" to \
        \"一二三四五六七八九…\"; the full name is the first line of Introduction\n\
        guild.json:2: channel 2 \"一二三四五六七八九十乙\": TopicName: shortened from \"一二三四五六七八九十乙\" to \
        \"一二三四五六七八九…\"; the full name is the first line of Introduction\n";
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
    assert_eq!(ran.stderr.lines().count(), 3);
    assert!(
        ran.stderr
            .ends_with("; Introduction has no room for the full name\n")
    );
    let topics = emulator.state().topics();
    let name = "x".repeat(27) + "…";
    assert!(topics.iter().all(|topic| *topic.profile.topic_name == name));
    assert_eq!(topics.len(), 3);
}
