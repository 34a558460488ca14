//! A trial with the first rows of an input: `--limit`.

use serde_json::{Value, json};
use topic_import_emulator::Emulator;

use crate::support::{Bench, GROUP, named_row, named_rows};

fn later(limit: u64, left: &str) -> String {
    format!(
        "topic-import: --limit {limit}: {left} left for later: run the same command without --limit, or with a larger one\n"
    )
}

#[test]
fn the_first_rows_are_imported_and_the_same_command_goes_on_with_the_others() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", named_rows(10));
    let import = |further: &[&str]| bench.run(&[&["import", "rows.jsonl"], further].concat());
    import(&["--limit", "3"]).assert_summary(
        0,
        "10 rows: 3 imported, 7 pending; 3 calls",
        &later(3, "7 rows"),
    );
    let there = |name: &str| {
        let state = emulator.state();
        let id = format!("{GROUP}@TOPIC#_{name}");
        state.topic(&id).is_some()
    };
    assert!(there("2") && !there("3"));

    let going_on = "topic-import: continuing with rows.jsonl.journal\n";
    for (limit, imported, calls, left) in [("3", 3, 0, 7), ("2", 3, 0, 7), ("9", 9, 6, 1)] {
        let calls = format!("{calls} calls");
        let pending = 10 - imported;
        let rows = if left == 1 {
            "1 row".to_owned()
        } else {
            format!("{left} rows")
        };
        import(&["--limit", limit]).assert_summary(
            0,
            &format!("10 rows: {imported} imported, {pending} pending; {calls}"),
            &format!("{going_on}{}", later(limit.parse().unwrap(), &rows)),
        );
    }
    import(&["--limit", "10"]).assert_summary(0, "10 rows: 10 imported; 1 call", going_on);
    assert_eq!(emulator.state().topics_len(), 10);
}

#[test]
fn rows_are_counted_as_they_stand_in_the_input_and_one_that_fails_is_said() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", "{}\n".to_owned() + &named_rows(3));
    let ran = bench.run(&[
        "import",
        "rows.jsonl",
        "--skip-invalid",
        "--limit",
        "2",
        "--output",
        "json",
    ]);
    assert_eq!(
        (ran.status, &*ran.counts()),
        (2, "4 rows: 1 imported 1 rejected 2 pending")
    );
}

fn of(community: &str, name: &str) -> String {
    named_row(name).replace(GROUP, &format!("@TGS#_{community}"))
}

fn three_communities() -> String {
    let line = |id| format!("{{\"GroupId\":\"@TGS#_{id}\",\"Name\":\"{id}\"}}\n");
    ["a", "b", "c"].map(line).concat()
}

#[test]
fn only_the_communities_of_the_first_rows_are_made_and_the_others_later() {
    let emulator = Emulator::builder()
        .only_listed_communities()
        .start()
        .unwrap();
    let rows = of("b", "1") + &of("b", "2") + &of("c", "3") + &of("a", "4");
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", rows)
        .file("list.jsonl", three_communities());
    let import = ["import", "rows.jsonl", "--communities", "list.jsonl"];
    bench
        .run(&[&import[..], &["--limit", "2"]].concat())
        .assert_summary(
            0,
            "3 communities: 1 imported, 2 pending\n4 rows: 2 imported, 2 pending; 3 calls",
            &later(2, "2 rows"),
        );
    bench.run(&import).assert_summary(
        0,
        "3 communities: 3 imported\n4 rows: 4 imported; 4 calls",
        "topic-import: continuing with rows.jsonl.journal\n",
    );
}

#[test]
#[cfg(unix)]
fn what_is_shown_is_of_the_first_rows() {
    let plan = "delay-60s@2-".parse().unwrap();
    let emulator = Emulator::builder().faults(plan).start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", named_rows(10));
    let child = bench.start(&["import", "rows.jsonl", "--limit", "2"]);
    crate::interrupt::wait_for_calls(&emulator, 2);
    let ran = crate::interrupt::stop_twice(child);
    assert!(
        ran.stderr
            .contains("stopped at once: 1 of 2 rows done, 1 call on the way. "),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_dry_run_counts_what_the_limit_leaves_before_and_after_a_part_of_it_is_done() {
    let emulator = Emulator::builder()
        .only_listed_communities()
        .start()
        .unwrap();
    let names = ["1", "2", "3", "4", "5"];
    let rows = names.map(|name| of("b", name)).concat() + &names.map(|name| of("a", name)).concat();
    let bytes = |topics: usize| topics * (of("b", "1").len() - 1);
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", rows)
        .file("list.jsonl", three_communities());
    let import = |further: &[&str]| {
        let import = ["import", "rows.jsonl", "--communities", "list.jsonl"];
        bench.run(&[&import[..], further].concat())
    };
    let dry_run = |limit: &str| {
        let arguments = ["--dry-run", "--limit", limit];
        let json = import(&[&arguments[..], &["--output", "json"]].concat()).json();
        (import(&arguments), json)
    };

    let (ran, json) = dry_run("4");
    assert_eq!(
        (ran.status, &*ran.stdout),
        (
            0,
            &*format!(
                "1 community, and then 4 topics would be created in 1 community: {} bytes in 5 calls\n\
                 at 200 calls a second: 0.0 s\n\
                 with --limit 4, only the first 4 of 10 rows are imported, and the others left for later\n\
                 every name fits\n  @TGS#_b: 4 topics\n",
                bytes(4)
            )
        )
    );
    let counts = |json: &Value| {
        ["topics", "calls", "new_communities", "limit", "rows"]
            .map(|name| json[name].as_u64().unwrap_or_default())
    };
    assert_eq!(counts(&json), [4, 5, 1, 4, 10]);
    assert_eq!(json["by_community"], json!({"@TGS#_b": 4}));
    assert!((json["seconds"].as_f64().unwrap() - 5.0 / 198.0).abs() < 1e-9);

    assert_eq!(import(&["--limit", "4"]).status, 0);
    let (ran, json) = dry_run("7");
    assert_eq!(
        (ran.status, &*ran.stdout),
        (
            0,
            &*format!(
                "rows.jsonl.journal would be continued\n\
                 1 community, and then 3 topics would be created in 2 communities: {} bytes in 4 calls\n\
                 at 200 calls a second: 0.0 s\n\
                 with --limit 7, only the first 7 of 10 rows are imported, and the others left for later\n\
                 1 of 2 communities already there\n\
                 4 of 7 rows already there\n  @TGS#_a: 2 topics\n  @TGS#_b: 1 topic\n",
                bytes(3)
            )
        )
    );
    assert_eq!(counts(&json), [3, 4, 1, 7, 10]);
    assert_eq!(json["journal"]["there"], 4);
    let (ran, _) = dry_run("3");
    assert_eq!(
        (ran.status, &*ran.stdout),
        (
            0,
            "rows.jsonl.journal would be continued\nnothing would be created\n\
             with --limit 3, only the first 3 of 10 rows are imported, and the others left for later\n\
             1 of 1 community already there\n3 of 3 rows already there\n"
        )
    );
    // And so it comes to pass.
    let calls = emulator.state().calls_len();
    assert_eq!(import(&["--limit", "7"]).status, 0);
    assert_eq!(emulator.state().calls_len() - calls, 4);
}

#[test]
fn of_rows_that_failed_a_dry_run_says_those_within_the_limit() {
    let faults = "import_topic:code10004@2,import_topic:code10004@4";
    let emulator = Emulator::builder()
        .faults(faults.parse().unwrap())
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", named_rows(6));
    let import = |further: &[&str]| {
        let import = ["import", "rows.jsonl", "--concurrency", "1"];
        bench.run(&[&import[..], further].concat())
    };
    assert_eq!(import(&["--limit", "5"]).status, 2);
    let ran = import(&["--dry-run", "--limit", "3"]);
    assert_eq!(ran.status, 2);
    assert!(
        ran.stdout.contains(
            "\n2 of 3 rows already there\n\
             1 topic would stay rejected (--retry rejected tries valid rows again)\n  1: 10004 "
        ),
        "{}",
        ran.stdout
    );
    assert_eq!(import(&["--dry-run", "--limit", "1"]).status, 0);
}

#[test]
fn a_dry_run_says_it_and_a_journal_in_a_database_refuses_it() {
    let bench = Bench::new().file("rows.jsonl", named_rows(10));
    let ran = bench.run(&["import", "rows.jsonl", "--dry-run", "--limit", "3"]);
    let said =
        "with --limit 3, only the first 3 of 10 rows are imported, and the others left for later\n";
    assert!(ran.stdout.contains(said), "{}", ran.stdout);
    assert!(
        ran.stdout
            .starts_with("3 topics would be created in 1 community: ")
            && ran.stdout.contains(" bytes in 3 calls\n"),
        "{}",
        ran.stdout
    );
    let in_a_database = [
        "import",
        "rows.jsonl",
        "--limit",
        "3",
        "--journal",
        "postgres://ada@db.example.com/chat",
    ];
    for further in [&[][..], &["--dry-run"]] {
        bench.run(&[&in_a_database[..], further].concat()).assert(
            1,
            "",
            "topic-import: --limit needs a journal in a file: name a file with --journal, or leave --limit out.\n\
             In a database, several machines may work on the run.\n",
        );
    }
}
