//! `undo`: destroys what an import created, and nothing else.

use serde_json::{Value, json};
use topic_import_emulator::{Community, Emulator};

use crate::support::{Bench, GROUP, Ran, ended, named_row, named_rows, unnamed_row, wait_until};
use crate::topics::{self, id, import};

const JOURNAL: &str = "rows.jsonl.journal";

const LEFT_ALONE: &str = "\
    topic-import: left alone: 2 topics, existing: there before this run, or of a call whose answer was lost.\n\
    If another run of yours created them, undo that run. Otherwise find them (outcome existing) with\n\
    topic-import report rows.jsonl.journal --rows FILE.csv\n\
    and remove those that are to go with the service's destroy_topic or destroy_group.\n";

fn undo(bench: &Bench) -> Ran {
    bench.run(&["undo", JOURNAL, "--yes"])
}

fn undo_json(bench: &Bench) -> (i32, Value) {
    let ran = bench.run(&["undo", JOURNAL, "--yes", "--output", "json", "--quiet"]);
    (ran.status, ran.json())
}

fn undone(destroyed: u64, destroyed_before: u64) -> Value {
    json!({
        "destroyed": destroyed, "destroyed_before": destroyed_before, "left": [], "not_tried": 0,
        "existing_left_alone": 0, "in_flight": 0, "unknown": 0,
    })
}

fn bench(emulator: &Emulator, rows: impl AsRef<[u8]>) -> Bench {
    Bench::calling_emulator(emulator).file("rows.jsonl", rows)
}

#[test]
fn what_was_imported_is_destroyed_and_what_was_there_stays() {
    let emulator = Emulator::builder().start().unwrap();
    bench(&emulator, named_rows(2)).run(&["import", "rows.jsonl"]);
    let rows = named_rows(5) + &unnamed_row("named by the service").repeat(2);
    let bench = bench(&emulator, rows);
    import(&bench);
    assert_eq!(emulator.state().topics_len(), 7);
    undo(&bench).assert_summary(
        2,
        "5 topics destroyed, 2 existing left alone; 1 call",
        LEFT_ALONE,
    );
    let left: Vec<_> = emulator.state().topics().into_iter().collect();
    let left: Vec<_> = left.iter().map(|topic| &*topic.topic_id).collect();
    assert_eq!(left, [id("0"), id("1")]);
    // They still are, and are found as it is said.
    undo(&bench).assert_summary(
        2,
        "0 topics destroyed, 5 were destroyed before, 2 existing left alone; 0 calls",
        LEFT_ALONE,
    );
    let (status, undone) = undo_json(&bench);
    assert_eq!((status, &undone["existing_left_alone"]), (2, &json!(2)));
    bench.run(&["report", JOURNAL, "--rows", "FILE.csv"]);
    let rows = std::fs::read_to_string(bench.path("FILE.csv")).unwrap();
    let existing: Vec<&str> = rows
        .lines()
        .filter(|row| row.contains("existing"))
        .collect();
    assert_eq!(existing.len(), 2, "{rows}");
    assert!(existing[0].contains(&id("0")) && existing[1].contains(&id("1")));
}

#[test]
fn many_topics_that_are_left_are_told_by_reason_and_all_of_them_as_json() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(30));
    import(&bench);
    emulator.set_community(GROUP, Community::WithoutTopics);
    let ran = undo(&bench);
    assert_eq!(ran.stderr.matches(": left: 11000 ").count(), 10);
    let said = "\n… and 20 more left, for the same reasons: --output json lists all\n";
    assert!(ran.stderr.ends_with(said), "{ran:?}");
    let (status, undone) = undo_json(&bench);
    let left = undone["left"].as_array().unwrap().len();
    assert_eq!((status, left), (2, 30));
}

#[test]
fn undoing_twice_destroys_nothing_more() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(3));
    import(&bench);
    assert_eq!(undo_json(&bench), (0, undone(3, 0)));
    let calls = emulator.state().calls_len();
    assert_eq!(undo_json(&bench), (0, undone(0, 3)));
    let again = "0 topics destroyed, 3 were destroyed before; 0 calls";
    undo(&bench).assert_summary(0, again, "");
    // Nothing is left to ask about.
    bench.run(&["undo", JOURNAL]).assert_summary(0, again, "");
    assert_eq!(emulator.state().calls_len(), calls);
    // What was imported cannot be verified any more.
    bench.run(&["verify", JOURNAL]).assert_summary(
        2,
        "0 topics checked: nothing to compare; 0 calls",
        "topic-import: 3 rows not checked, because of their outcome in the journal: 3 destroyed. For details: topic-import report rows.jsonl.journal\n",
    );
}

#[test]
fn an_import_after_it_says_what_was_destroyed_and_what_imports_it_again() {
    let emulator = Emulator::builder().reuse_destroyed_ids().start().unwrap();
    let bench = bench(&emulator, named_rows(3));
    import(&bench);
    undo(&bench);
    let calls = emulator.state().calls_len();
    let ran = bench.run(&["import", "rows.jsonl", "--quiet"]);
    assert_eq!((ran.status, emulator.state().calls_len()), (2, calls));
    assert!(
        ran.stdout.starts_with("3 rows: 3 destroyed; 0 calls"),
        "{ran:?}"
    );
    let lines: Vec<&str> = ran.stderr.lines().collect();
    let said = "topic-import: 3 topics of this run were destroyed by `topic-import undo`";
    let (when, by) = lines[0]
        .strip_prefix(said)
        .unwrap()
        .split_once(", by ")
        .unwrap();
    assert!(when.contains(" UTC") && (when.starts_with(" at 20") || when.starts_with(" from 20")));
    let (who, rest) = by.split_once(", and ").unwrap();
    assert!(who.contains('@'), "{who}");
    assert_eq!(rest, "will not be imported again from this journal.");
    assert_eq!(
        lines[1..],
        [
            "To import the same rows again, begin another run: name another journal with --journal.",
            "The service's documents do not say whether a destroyed ID can be used again: \
             `topic-import probe` tests it.",
            "If it cannot, give the rows other IDs.",
        ]
    );
    let again = ["import", "rows.jsonl", "--quiet", "--journal", "again"];
    bench
        .run(&again)
        .assert_summary(0, "3 rows: 3 imported; 3 calls", "");
}

#[test]
fn the_same_import_after_undoing_half_of_it_settles_what_was_in_flight_and_sends_nothing_else() {
    let emulator = Emulator::builder().reuse_destroyed_ids().start().unwrap();
    let bench = bench(&emulator, named_rows(900)).without_preflight();
    let mut running = bench.start(&["import", "rows.jsonl", "--quiet"]);
    wait_until(|| emulator.state().topics_len() >= 60);
    running.kill().unwrap();
    running.wait().unwrap();
    let (_, undone) = undo_json(&bench);
    let in_flight = undone["in_flight"].as_u64().unwrap();
    let calls = emulator.state().calls_len();
    let planned = bench.run(&["import", "rows.jsonl", "--dry-run", "--output", "json"]);
    assert_eq!(planned.status, 2, "{planned:?}");
    assert_eq!(planned.json()["topics"], json!(in_flight));

    let ran = bench.run(&["import", "rows.jsonl", "--quiet", "--output", "json"]);
    let summary = ran.json();
    let count = |name: &str| summary[name].as_u64().unwrap();
    assert_eq!(ran.status, 2, "{ran:?}");
    assert_eq!(count("imported") + count("existing"), in_flight);
    assert_eq!(emulator.state().topics_len() as u64, in_flight);
    let unsent = 900 - in_flight - undone["destroyed"].as_u64().unwrap();
    assert_eq!(count("pending"), unsent);
    let said = format!("\n{unsent} rows have not been sent, and are not sent any more.\n");
    assert!(ran.stderr.contains(&said), "{ran:?}");
    let created = count("imported");
    let said = format!(
        "\nThe undo was not finished: {created} topics are left. To continue: topic-import undo {JOURNAL} --yes\n"
    );
    assert_eq!(ran.stderr.contains(&said), created > 1, "{ran:?}");
    assert!(emulator.state().calls_len() > calls || in_flight == 0);

    // Nothing is left to be settled.
    let calls = emulator.state().calls_len();
    let ran = bench.run(&["import", "rows.jsonl", "--quiet"]);
    assert_eq!((ran.status, emulator.state().calls_len()), (2, calls));
    let report = bench.run(&["report", JOURNAL]);
    assert_eq!((report.status, &report.stderr), (2, &ran.stderr));
    let (_, undone) = undo_json(&bench);
    assert_eq!(undone["destroyed"], json!(created));
    assert_eq!(undone["existing_left_alone"], json!(in_flight - created));
}

#[test]
fn a_report_after_it_says_the_same_of_when_and_by_whom() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(3));
    import(&bench);
    assert_eq!(bench.run(&["report", JOURNAL]).stderr, "");
    undo(&bench);
    let import = bench.run(&["import", "rows.jsonl", "--quiet"]);
    for output in ["text", "json"] {
        let report = bench.run(&["report", JOURNAL, "--output", output]);
        assert_eq!((report.status, &report.stderr), (2, &import.stderr));
        assert!(report.stderr.contains(", by "), "{}", report.stderr);
    }
}

#[test]
fn without_anybody_to_ask_it_wants_to_be_told() {
    let emulator = Emulator::builder().start().unwrap();
    let other = named_rows(60).replace(GROUP, "@TGS#_other");
    let bench = bench(&emulator, named_rows(3) + &other).stdin("yes\n");
    import(&bench);
    let calls = emulator.state().calls_len();
    let origin = emulator.origin();
    bench.run(&["undo", JOURNAL]).assert(
        1,
        "",
        &format!(
            "topic-import: this destroys what the run in {JOURNAL} created in app 1400000000 at {origin}, with everything in it:\n\
             63 topics in 2 communities. It cannot be undone.\n\
             topic-import: nothing was destroyed: standard input is not a terminal, so nobody can confirm.\n\
             To destroy the topics without confirmation, give --yes.\n"
        ),
    );
    assert_eq!(emulator.state().calls_len(), calls);
    undo(&bench).assert_summary(0, "63 topics destroyed; 3 calls", "");
}

#[test]
fn topics_that_are_gone_already_count_as_destroyed() {
    let emulator = Emulator::builder().start().unwrap();
    let gone = named_rows(60).replace(GROUP, "@TGS#_gone");
    let bench = bench(&emulator, named_rows(3) + &gone);
    import(&bench);
    topics::destroy(&emulator, GROUP, &[&id("1")]);
    emulator.set_community("@TGS#_gone", Community::Deleted);
    assert_eq!(undo_json(&bench), (0, undone(63, 0)));
}

#[test]
fn topics_of_a_group_without_topics_are_left_until_it_has_them_again() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(2));
    import(&bench);
    emulator.set_community(GROUP, Community::WithoutTopics);
    let ran = undo(&bench);
    let lines: Vec<_> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 2);
    for (row, line) in lines.into_iter().enumerate() {
        assert!(
            line.starts_with(&format!(
                "line {}: {GROUP}@TOPIC#_{row}: left: 11000 the group does not support topics: ",
                row + 1
            )),
            "{line}"
        );
    }
    assert_eq!(ran.status, 2);
    assert!(
        ran.stdout
            .starts_with("0 topics destroyed, 2 left; 1 call in ")
    );
    emulator.set_community(GROUP, Community::Normal);
    assert_eq!(undo_json(&bench), (0, undone(2, 0)));
}

#[test]
fn what_is_refused_is_left_and_said() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(2));
    import(&bench);
    // The list, and one of its topics alone.
    emulator.set_faults("destroy_topic:code10004@1-2".parse().unwrap());
    let (status, undone) = undo_json(&bench);
    let topic = &emulator.state().topics()[0].topic_id;
    let line = 1 + u64::from(*topic == id("1"));
    let message = undone["left"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("10004 invalid parameter ("),
        "{message}"
    );
    assert_eq!(
        (status, &undone),
        (
            2,
            &json!({
                "destroyed": 1, "destroyed_before": 0, "not_tried": 0,
                "left": [{"line": line, "TopicId": topic, "code": 10004, "message": message}],
                "existing_left_alone": 0, "in_flight": 0, "unknown": 0,
            })
        )
    );
    assert_eq!(emulator.state().topics_len(), 1);
}

#[test]
fn answers_that_name_no_topic_destroy_none() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(2));
    import(&bench);
    emulator.set_faults("destroy_topic:no-topic-id@1-".parse().unwrap());
    let ran = bench.run(&["undo", JOURNAL, "--yes", "--give-up-after", "1s"]);
    assert_eq!(ran.status, 3);
    assert!(
        ran.stdout.starts_with("0 topics destroyed, 2 left; "),
        "{}",
        ran.stdout
    );
    // They were destroyed all the same, and the next one finds that out.
    emulator.set_faults("".parse().unwrap());
    assert_eq!(undo_json(&bench), (0, undone(2, 0)));
}

#[test]
fn lost_answers_are_asked_for_again() {
    let emulator = Emulator::builder().start().unwrap();
    let groups: String = (0..8)
        .map(|group| named_rows(60).replace(GROUP, &format!("@TGS#_{group}")))
        .collect();
    let bench = bench(&emulator, groups);
    bench.run(&["import", "rows.jsonl", "--quiet"]);
    emulator.set_faults("seed=5,destroy_topic:lost=0.3".parse().unwrap());
    assert_eq!(undo_json(&bench), (0, undone(480, 0)));
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn what_a_kill_leaves_behind_the_same_command_destroys() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(1500));
    import(&bench);
    emulator.set_faults("seed=5,destroy_topic:lost=0.3".parse().unwrap());
    let mut child = bench.start(&["undo", JOURNAL, "--yes", "--rate", "10", "--quiet"]);
    wait_until(|| emulator.state().topics_len() <= 1200);
    child.kill().unwrap();
    child.wait().unwrap();
    let (status, undone) = undo_json(&bench);
    let count = |name: &str| undone[name].as_u64().unwrap();
    assert_eq!(
        (status, count("destroyed") + count("destroyed_before")),
        (0, 1500)
    );
    assert!(count("destroyed_before") >= 100, "{undone}");
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
#[cfg(unix)]
fn ctrl_c_records_what_is_destroyed_and_the_same_command_goes_on() {
    let emulator = Emulator::builder()
        .latency(std::time::Duration::from_millis(50))
        .start()
        .unwrap();
    let bench = bench(&emulator, named_rows(600));
    import(&bench);
    let undo = ["undo", JOURNAL, "--yes", "--rate", "4", "--output", "json"];
    let child = bench.start(&undo);
    wait_until(|| emulator.state().topics_len() <= 500);
    crate::interrupt::send_interrupt(&child);
    let ran = ended(child);
    assert_eq!(
        (ran.status, &*ran.stderr),
        (
            3,
            &*(crate::interrupt::STOPPING.to_owned()
                + &crate::interrupt::as_asked(&undo)
                + "It will continue with the topics that are left.\n")
        )
    );
    let there = emulator.state().topics_len() as u64;
    assert_eq!(ran.json()["destroyed"], 600 - there);
    assert_eq!(ran.json()["not_tried"], there);
    assert_eq!(undo_json(&bench), (0, undone(there, 600 - there)));
}

#[test]
fn rows_of_which_nobody_knows_are_left_alone_and_said() {
    let emulator = Emulator::builder()
        .faults("import_topic:lost@2".parse().unwrap())
        .start()
        .unwrap();
    let rows = unnamed_row("a") + &unnamed_row("b") + &unnamed_row("c");
    let bench = bench(&emulator, rows).env("TOPIC_IMPORT_CONCURRENCY", "1");
    assert_eq!(bench.run(&["import", "rows.jsonl"]).status, 2);
    undo(&bench).assert_summary(
        2,
        "2 topics destroyed; 1 call",
        "topic-import: left alone: 1 row whose outcome is unknown: their topics may be there, or not. Look for them.\n",
    );
    assert_eq!(emulator.state().topics_len(), 1);
}

#[test]
fn another_app_is_refused() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_row("a"));
    import(&bench);
    let calls = emulator.state().calls_len();
    bench
        .run(&["undo", JOURNAL, "--yes", "--sdk-app-id", "7"])
        .assert(
            1,
            "",
            &format!(
                "topic-import: the journal {JOURNAL} was made for another run: the SDKAppID was 1400000000, and is 7 now.\n\
                 Give the earlier values, or name another journal.\n"
            ),
        );
    assert_eq!(emulator.state().calls_len(), calls);
}

#[test]
fn an_import_that_runs_is_not_undone() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = bench(&emulator, named_rows(400));
    let mut running = bench.start(&["import", "rows.jsonl", "--rate", "50", "--quiet"]);
    wait_until(|| emulator.state().topics_len() >= 60);
    let ran = undo(&bench);
    running.kill().unwrap();
    running.wait().unwrap();
    ran.assert(
        1,
        "",
        &format!(
            "topic-import: another process is working on the journal {JOURNAL}.\nWait until it has ended, or stop it.\n"
        ),
    );
    // What was in flight at the kill may be there.
    let ran = undo(&bench);
    assert_eq!(ran.status, 2, "{ran:?}");
    assert!(
        ran.stderr.ends_with(
            "in flight: their topics may be there, or not. Run the import again, which settles them and sends no other row, and undo again.\n"
        ),
        "{}",
        ran.stderr
    );
}
