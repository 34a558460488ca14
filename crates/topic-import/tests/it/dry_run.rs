//! `import --dry-run`: what would happen.

use serde_json::json;
use topic_import_emulator::{Community, Emulator};
use topic_import_test_postgres::server;

#[cfg(unix)]
use crate::interrupt;
use crate::support::{Bench, GROUP, Ran, named_row, named_rows, row_with, unnamed_row};

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
    // As the import does that leaves a row out.
    let ran = bench.run(&["import", "rows.jsonl", "--dry-run", "--skip-invalid"]);
    assert_eq!(ran.status, 2);
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
            "journal": {"place": "rows.jsonl.journal", "would": "begin"},
        })
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

/// What a dry run prints, and how it exits; it must neither call nor change anything.
fn dry_run(emulator: &Emulator, bench: &Bench, arguments: &[&str]) -> Ran {
    let calls = emulator.state().calls_len();
    let files = files(bench);
    let ran = bench.run(&[&["import", "rows.jsonl", "--dry-run"], arguments].concat());
    assert_eq!(emulator.state().calls_len(), calls);
    assert_eq!(self::files(bench), files);
    ran
}

/// The files of a bench with their content. The log and the lock of a journal may come and go.
fn files(bench: &Bench) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(bench.path("")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| {
            !["-shm", "-wal", "-lock"]
                .iter()
                .any(|end| path.to_string_lossy().ends_with(end))
        })
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

/// The same with a journal in a file, and with one in PostgreSQL.
fn with_either_journal(does: impl Fn(&[&str])) {
    does(&[]);
    let database = server().database();
    does(&["--journal", &database.socket_url()]);
}

fn import(bench: &Bench, arguments: &[&str]) -> i32 {
    let import = ["import", "rows.jsonl", "--quiet", "--concurrency", "1"];
    bench.run(&[&import[..], arguments].concat()).status
}

#[test]
fn a_finished_run_would_create_nothing() {
    with_either_journal(|journal| {
        let emulator = Emulator::builder().start().unwrap();
        let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(3));
        assert_eq!(import(&bench, journal), 0);
        let ran = dry_run(&emulator, &bench, journal);
        assert_eq!((ran.status, &*ran.stderr), (0, ""));
        let (place, rest) = ran.stdout.split_once('\n').unwrap();
        assert!(place.ends_with(" would be continued"), "{place}");
        assert_eq!(
            rest,
            "nothing would be created\n3 of 3 rows already there\n"
        );
        let json = dry_run(
            &emulator,
            &bench,
            &[journal, &["--output", "json"]].concat(),
        )
        .json();
        assert_eq!((&json["topics"], &json["calls"]), (&json!(0), &json!(0)));
        assert_eq!(json["by_community"], json!({}));
        let journal = &json["journal"];
        assert_eq!(
            (&journal["would"], &journal["there"], &journal["blocked"]),
            (&json!("continue"), &json!(3), &json!(0))
        );
    });
}

#[test]
fn of_a_run_in_the_middle_it_says_what_is_left_and_what_stays_refused() {
    with_either_journal(|journal| {
        let emulator = Emulator::builder()
            .faults(
                "import_topic:code10004@2,import_topic:code70009@4-"
                    .parse()
                    .unwrap(),
            )
            .start()
            .unwrap();
        let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(5));
        assert_eq!(import(&bench, journal), 3);
        let bytes = named_row("3").len() + named_row("4").len() - 2;
        let middle = format!(
            "2 topics would be created in 1 community: {bytes} bytes in 2 calls\n\
             at 200 calls a second: 0.0 s\n\
             2 of 5 rows already there\n"
        );
        let ran = dry_run(&emulator, &bench, journal);
        assert_eq!((ran.status, &*ran.stderr), (2, ""), "{ran:?}");
        let (_, rest) = ran.stdout.split_once('\n').unwrap();
        let rest = rest
            .strip_prefix(&middle)
            .unwrap_or_else(|| panic!("{rest}"));
        let rest = rest
            .strip_prefix(
                "1 topic is held so far, and will be held again unless the reason is gone:\n  1: 70009 ",
            )
            .unwrap_or_else(|| panic!("{rest}"));
        assert!(
            rest.contains(
                "\n1 topic would stay rejected (--retry rejected tries valid rows again)\n  1: 10004 "
            ),
            "{rest}"
        );
        assert!(
            rest.ends_with(&format!("\n  {GROUP}: 2 topics\n")),
            "{rest}"
        );
        let retry = [journal, &["--retry", "rejected"]].concat();
        let ran = dry_run(&emulator, &bench, &retry);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(
            ran.stdout
                .contains("\n3 topics would be created in 1 community: ")
        );
        // And so it comes to pass.
        emulator.set_faults("".parse().unwrap());
        assert_eq!(import(&bench, &retry), 0);
        assert_eq!(emulator.state().topics_len(), 5);
    });
}

#[test]
fn rows_in_flight_may_be_there_already() {
    with_either_journal(|journal| {
        let emulator = Emulator::builder()
            .faults("import_topic:lost@2-".parse().unwrap())
            .start()
            .unwrap();
        let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(4));
        let lost = [journal, &["--skip-preflight", "--give-up-after", "1s"]].concat();
        assert_eq!(import(&bench, &lost), 3);
        let ran = dry_run(&emulator, &bench, journal);
        assert_eq!((ran.status, &*ran.stderr), (0, ""), "{ran:?}");
        assert!(
            ran.stdout.contains("\n3 topics would be created ")
                && ran.stdout.ends_with(&format!(
                    "\n1 of 4 rows already there\n\
                     1 topic in flight, which may be there already: the import settles it\n  {GROUP}: 3 topics\n"
                )),
            "{ran:?}"
        );
        let json = [journal, &["--output", "json"]].concat();
        let json = dry_run(&emulator, &bench, &json).json();
        assert_eq!(
            (&json["topics"], &json["journal"]["in_flight"]),
            (&json!(3), &json!(1))
        );
    });
}

#[test]
fn rows_that_were_held_are_said_with_the_reason() {
    with_either_journal(|journal| {
        let emulator = Emulator::builder().start().unwrap();
        let gone = "@TGS#_gone";
        emulator.set_community(gone, Community::Deleted);
        let rows = named_rows(2) + &named_rows(3).replace(GROUP, gone);
        let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", rows);
        let skipping = [journal, &["--skip-preflight"]].concat();
        assert_eq!(import(&bench, &skipping), 2);
        let ran = dry_run(&emulator, &bench, journal);
        assert_eq!((ran.status, &*ran.stderr), (0, ""), "{ran:?}");
        let (_, reasons) = ran
            .stdout
            .split_once(
                "\n2 of 5 rows already there\n\
                 3 topics are held so far, and will be held again unless the reason is gone:\n",
            )
            .unwrap_or_else(|| panic!("{ran:?}"));
        assert!(reasons.contains(": 10010 "), "{reasons}");
        assert!(
            ran.stdout
                .contains("\n3 topics would be created in 1 community: "),
            "{ran:?}"
        );
        let json = [journal, &["--output", "json"]].concat();
        let json = dry_run(&emulator, &bench, &json).json();
        assert_eq!(json["journal"]["held"], 3);
    });
}

#[test]
#[cfg(unix)]
fn a_journal_on_which_others_are_working_is_said_to_be() {
    with_either_journal(|journal| {
        let faults = "import_topic:delay-60s@2-".parse().unwrap();
        let emulator = Emulator::builder().faults(faults).start().unwrap();
        let bench = Bench::calling_emulator(&emulator)
            .without_preflight()
            .file("rows.jsonl", named_rows(3));
        let import = [&["import", "rows.jsonl", "--quiet"], journal].concat();
        let child = bench.start(&import);
        interrupt::wait_for_calls(&emulator, 2);
        let (place, then) = match journal {
            [] => ("another process is", "is refused until it ends"),
            _ => ("other processes are", "would take part"),
        };
        let dry_run = [&["import", "rows.jsonl", "--dry-run"], journal].concat();
        let ran = bench.run(&dry_run);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(
            ran.stderr
                .starts_with(&format!("topic-import: {place} working on "))
                && ran.stderr.ends_with(&format!(
                    ": what is said here changes meanwhile, and an import {then}\n"
                ))
                && ran.stderr.lines().count() == 1,
            "{}",
            ran.stderr
        );
        assert!(
            ran.stdout.contains(" of 3 rows already there\n"),
            "{}",
            ran.stdout
        );
        let json = bench
            .run(&[&dry_run[..], &["--output", "json"]].concat())
            .json();
        assert_eq!(json["journal"]["is_in_use"], true);
        interrupt::stop_twice(child);
        // In a database, the lease of a process that did not leave lasts a while.
        if journal.is_empty() {
            let ran = bench.run(&dry_run);
            assert_eq!((ran.status, &*ran.stderr), (0, ""));
        }
    });
}

#[test]
fn after_undo_it_says_what_was_destroyed() {
    with_either_journal(|journal| {
        let emulator = Emulator::builder().start().unwrap();
        let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(2));
        assert_eq!(import(&bench, journal), 0);
        let place = journal.get(1).unwrap_or(&"rows.jsonl.journal");
        assert_eq!(bench.run(&["undo", place, "--yes"]).status, 0);
        let ran = dry_run(&emulator, &bench, journal);
        assert_eq!(ran.status, import(&bench, journal));
        assert_eq!(ran.status, 2);
        assert!(
            ran.stdout.ends_with(
                "nothing would be created\n0 of 2 rows already there\n2 topics would stay destroyed\n"
            ),
            "{ran:?}"
        );
        assert!(ran.stderr.starts_with(
            "topic-import: 2 topics of this run were destroyed by `topic-import undo` "
        ));
        assert!(ran.stderr.contains("name another journal with --journal"));
    });
}

#[test]
fn communities_that_are_left_are_said_with_their_topics() {
    let emulator = Emulator::builder()
        .only_listed_communities()
        .faults("import_group:code10004@1".parse().unwrap())
        .start()
        .unwrap();
    let other = named_row("x").replace(GROUP, "@TGS#_other");
    let list = format!(
        "{{\"GroupId\":\"{GROUP}\",\"Name\":\"A\"}}\n{{\"GroupId\":\"@TGS#_other\",\"Name\":\"B\"}}\n"
    );
    let bench = Bench::calling_emulator(&emulator)
        .file("rows.jsonl", named_rows(2) + &other)
        .file("communities.jsonl", list);
    let communities = ["--communities", "communities.jsonl"];
    let ran = dry_run(&emulator, &bench, &communities);
    assert!(
        ran.stdout
            .starts_with("2 communities, and then 3 topics would be created in 2 communities: ")
    );
    assert_eq!(import(&bench, &communities), 2);
    let ran = dry_run(&emulator, &bench, &communities);
    assert_eq!(ran.status, 2);
    assert!(ran.stdout.contains(
        "\nnothing would be created\n1 of 2 communities already there\n1 of 3 rows already there\n\
         1 community would stay rejected (--retry rejected tries valid rows again)\n"
    ), "{ran:?}");
    assert!(ran.stdout.ends_with(
        "2 topics would be held, not sent: the community that the run was to create is not there (see above)\n"
    ));
    let ran = dry_run(
        &emulator,
        &bench,
        &[&communities[..], &["--retry", "rejected"]].concat(),
    );
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(
        ran.stdout
            .contains("\n1 community, and then 2 topics would be created in 1 community: "),
        "{ran:?}"
    );
}

#[test]
fn a_journal_of_another_app_is_made_anew_or_refused_as_by_the_import() {
    with_either_journal(|journal| {
        let emulator = Emulator::builder().start().unwrap();
        let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(2));
        let elsewhere = ["--endpoint", "http://127.0.0.1:1"];
        let nowhere = [
            journal,
            &elsewhere,
            &["--skip-preflight", "--give-up-after", "1s"],
        ]
        .concat();
        assert_eq!(import(&bench, &nowhere), 1);
        let ran = dry_run(&emulator, &bench, journal);
        assert_eq!((ran.status, &*ran.stderr), (0, ""));
        assert!(ran.stdout.contains(
            ", of which the service accepted nothing: it would be replaced\n2 topics would be created "
        ));
        assert_eq!(import(&bench, journal), 0);
        let there = [journal, &elsewhere].concat();
        let ran = dry_run(&emulator, &bench, &there);
        assert_eq!(ran.status, 1, "{ran:?}");
        let import = bench.run(&[&["import", "rows.jsonl", "--quiet"], &there[..]].concat());
        assert_eq!((import.status, import.stderr), (1, ran.stderr));
        // Where nothing says which app it is for, that of the journal is meant.
        let nobody = Bench::new().file("rows.jsonl", named_rows(2));
        if let [_, url] = journal {
            let ran = nobody.run(&["import", "rows.jsonl", "--dry-run", "--journal", url]);
            assert_eq!(ran.status, 0, "{ran:?}");
        }
    });
}

#[test]
fn what_is_no_journal_is_refused_as_by_the_import() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .file("rows.jsonl", named_rows(2))
        .file("other", "not a journal");
    let ran = dry_run(&emulator, &bench, &["--journal", "other"]);
    let import = bench.run(&["import", "rows.jsonl", "--journal", "other"]);
    assert_eq!((ran.status, ran.stderr), (1, import.stderr));
    assert_eq!(import.status, 1);
}

const CHANNELS: &str = r#"[
    {"id": "C0A", "name": "anchor"}, {"id": "C0B", "name": "boat"}, {"id": "C0C", "name": "oars"},
    {"id": "C0D", "name": "deck", "topic": {"value": "before"}}
]"#;
const CHANNELS_LATER: &str = r#"[
    {"id": "C0A", "name": "anchor"}, {"id": "C0B", "name": "boathouse"}, {"id": "C0E", "name": "east"},
    {"id": "C0D", "name": "deck", "topic": {"value": "after"}}, {"id": "C0F", "name": "fore"}
]"#;

#[test]
fn a_later_export_is_compared_with_the_run_of_the_earlier_one() {
    with_either_journal(|journal| {
        let emulator = Emulator::builder().start().unwrap();
        let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", CHANNELS);
        let slack = [
            "--from",
            "slack",
            "--group-id",
            GROUP,
            "--topic-ids",
            "derived",
        ];
        let first = [journal, &slack].concat();
        assert_eq!(import(&bench, &first), 0);
        let bench = bench.file("rows.jsonl", CHANNELS_LATER);
        let ran = dry_run(&emulator, &bench, &first);
        assert_eq!(ran.status, 1);
        let lines: Vec<&str> = ran.stdout.lines().collect();
        let (place, words) = lines[0].split_once(": 2 channels").unwrap();
        assert!(place.starts_with("compared with the run in "), "{place}");
        assert_eq!(
            words,
            " added (C0E \"east\", C0F \"fore\"), 1 renamed (C0B \"boat\" → \"boathouse\"), \
             1 changed otherwise (C0D \"deck\"), 1 gone (C0C \"oars\"), 1 unchanged"
        );
        assert_eq!(
            lines[1],
            "with another journal, into the same app: 2 topics would be created, 1 found unchanged, \
             2 refused as conflicts, because they have changed; what is gone from the input stays in the app, because an import destroys nothing"
        );
        assert_eq!(
            lines[2],
            "with another journal, into an app that has none of these topics yet:"
        );
        assert!(
            lines[3].starts_with("5 topics would be created in 1 community: "),
            "{lines:?}"
        );
        // The import refuses that journal in the same words.
        let refused = bench.run(&[&["import", "rows.jsonl", "--quiet"], &first[..]].concat());
        let hint = "The same command with --dry-run says which rows differ.\n";
        let told = format!("{}{hint}", ran.stderr);
        assert_eq!((refused.status, refused.stderr), (1, told));
        assert!(ran.stderr.contains("name another journal with --journal"));

        let json = dry_run(
            &emulator,
            &bench,
            &[&first[..], &["--output", "json"]].concat(),
        )
        .json();
        let delta = &json["journal"]["delta"];
        let id = |own: &str| format!("{GROUP}@TOPIC#_slack-{own}");
        assert_eq!(json["journal"]["would"], "refuse");
        assert_eq!(
            delta["renamed"],
            json!({"count": 1, "first": [{"TopicId": id("C0B"), "EarlierName": "boat", "TopicName": "boathouse"}]})
        );
        assert_eq!(
            delta["gone"],
            json!({"count": 1, "first": [{"TopicId": id("C0C"), "EarlierName": "oars"}]})
        );
        let count = |what: &str| delta[what]["count"].clone();
        assert_eq!((count("added"), count("changed")), (json!(2), json!(1)));
        assert_eq!(
            (
                &delta["unchanged"],
                &delta["unchanged_there"],
                &delta["conflicts"],
                &delta["unnamed"]
            ),
            (&json!(1), &json!(1), &json!(2), &json!(0))
        );

        // With another journal, it comes to pass as said.
        let another = match journal {
            [] => vec!["--journal", "second"],
            journal => [journal, &["--run", "second"]].concat(),
        };
        let import =
            bench.run(&[&["import", "rows.jsonl", "--quiet"], &another[..], &slack].concat());
        assert!(
            import
                .stdout
                .starts_with("5 rows: 2 imported, 1 existing, 2 conflict; "),
            "{import:?}"
        );
    });
}

#[test]
fn many_differences_are_counted_and_the_first_are_named() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(30));
    assert_eq!(import(&bench, &[]), 0);
    let bench = bench.file("rows.jsonl", named_rows(2) + &unnamed_row("new"));
    let ran = dry_run(&emulator, &bench, &[]);
    assert_eq!(ran.status, 1);
    assert!(ran.stdout.starts_with(
        "compared with the run in rows.jsonl.journal: 28 topics gone, or among those without a TopicId (2 \"2\", 3 \"3\", 4 \"4\", 5 \"5\", 6 \"6\", and 23 more), \
         2 unchanged, 1 without a TopicId, which cannot be compared\n"
    ), "{ran:?}");
}
