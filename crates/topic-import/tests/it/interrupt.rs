//! Ctrl-C during an import.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use topic_import_emulator::Emulator;

use crate::support::{Bench, GROUP, Ran, named_rows, unnamed_row};

/// What a terminal does on Ctrl-C.
pub(crate) fn send_interrupt(child: &Child) {
    let kill = format!("kill -INT {}", child.id());
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
}

fn wait_for_calls(emulator: &Emulator, calls: u64) {
    while emulator.state().calls_len() < calls {
        std::thread::yield_now();
    }
}

/// Imports, is interrupted after some calls, and says so.
fn interrupted(emulator: &Emulator, bench: &Bench) -> Ran {
    let child = bench
        .command(&["import", "rows.jsonl", "--output", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_calls(emulator, emulator.state().calls_len() + 5);
    send_interrupt(&child);
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.assert_keeps_secrets();
    assert_eq!(ran.status, 3);
    ran.counts();
    ran
}

#[test]
fn ctrl_c_lets_calls_in_flight_end_and_reports_what_is_there() {
    let emulator = Emulator::builder()
        .topics_per_community(None)
        .latency(Duration::from_millis(20))
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", named_rows(2000));
    let ran = interrupted(&emulator, &bench);
    let json = ran.json();
    assert_eq!(json["rows"], 2000);
    assert_eq!(json["imported"], emulator.state().topics_len());
    assert_eq!(json["calls"], emulator.state().calls_len());
    assert_eq!(
        json["pending"].as_u64().unwrap() + json["imported"].as_u64().unwrap(),
        2000
    );
    assert_eq!(
        ran.stderr,
        "stopping: waiting for the calls in flight; a second Ctrl-C stops at once\n\
         topic-import: stopped as asked.\nTo continue, run the same command again.\n"
    );
}

#[test]
fn after_ctrl_c_rows_without_an_id_are_imported_once() {
    let emulator = Emulator::builder()
        .topics_per_community(None)
        .latency(Duration::from_millis(20))
        .start()
        .unwrap();
    let equal_rows = unnamed_row("a").repeat(200);
    let of_community = |number| equal_rows.replace(GROUP, &format!("@TGS#_{number}"));
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_RATE", "0")
        .file("rows.jsonl", (0..10).map(of_community).collect::<String>());
    let ran = interrupted(&emulator, &bench);
    assert_eq!(ran.json()["imported"], emulator.state().topics_len());
    assert_eq!(bench.run(&["import", "rows.jsonl"]).status, 0);
    assert_eq!(emulator.state().topics_len(), 2000);
}

#[test]
fn a_second_ctrl_c_ends_the_import_at_once() {
    let plan = "delay-60s@3-".parse().unwrap();
    let emulator = Emulator::builder().faults(plan).start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(50));
    let mut child = bench
        .command(&["import", "rows.jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_for_calls(&emulator, 3);
    send_interrupt(&child);
    let mut said = std::io::BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    std::io::BufRead::read_line(&mut said, &mut line).unwrap();
    assert_eq!(
        line,
        "stopping: waiting for the calls in flight; a second Ctrl-C stops at once\n"
    );
    // Until the program ends: it may take a signal over a little later than it says so.
    while child.try_wait().unwrap().is_none() {
        send_interrupt(&child);
    }
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.assert(3, "", "");
}
