//! Ctrl-C and other signals, in every phase of a command.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, Command};
use std::time::Duration;

use topic_import_emulator::Emulator;

use crate::support::{Bench, GROUP, Ran, ended, named_rows, start, unnamed_row, wait_until};

/// What a terminal does on Ctrl-C.
pub(crate) fn send_interrupt(child: &Child) {
    send("INT", child);
}

/// By the shell's own command: some machines have no program `kill`.
pub(crate) fn send(signal: &str, child: &Child) {
    let kill = format!("kill -{signal} {}", child.id());
    assert!(
        Command::new("sh")
            .args(["-c", &kill])
            .status()
            .unwrap()
            .success()
    );
}

pub(crate) fn wait_for_calls(emulator: &Emulator, calls: u64) {
    wait_until(|| emulator.state().calls_len() >= calls);
}

/// Imports, is interrupted after some calls, and says so.
fn interrupted(emulator: &Emulator, bench: &Bench) -> Ran {
    let child = bench.start(&["import", "rows.jsonl", "--output", "json"]);
    wait_for_calls(emulator, emulator.state().calls_len() + 5);
    send_interrupt(&child);
    let ran = ended(child);
    assert_eq!(ran.status, 3);
    ran.counts();
    ran
}

#[test]
fn ctrl_c_lets_calls_in_flight_end_and_reports_what_is_there() {
    let emulator = Emulator::builder()
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
        STOPPING.to_owned()
            + &as_asked(&[
                "import",
                "rows.jsonl",
                "--output",
                "json",
                "--skip-preflight"
            ])
    );
}

#[test]
fn after_ctrl_c_rows_without_an_id_are_imported_once() {
    let emulator = Emulator::builder()
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

/// What the program says first when it is asked to stop while calls are in flight.
pub(crate) const STOPPING: &str =
    "topic-import: stopping: waiting for the calls in flight; a second Ctrl-C stops at once\n";

/// The line that is printed where a command is ended at once, with the command that goes on.
fn at_once(said: &str, arguments: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_topic-import");
    format!(
        "topic-import: stopped {said}: {program} {}\n",
        arguments.join(" ")
    )
}

/// What is said where a command stops as asked, with the command that goes on.
pub(crate) fn as_asked(arguments: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_topic-import");
    format!(
        "topic-import: stopped as asked.\nTo continue: {program} {}\n",
        arguments.join(" ")
    )
}

/// Asks a command twice to stop, of which the first request makes it wait for calls that do not end.
pub(crate) fn stop_twice(mut child: Child) -> Ran {
    send_interrupt(&child);
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut stderr = String::new();
    said.read_line(&mut stderr).unwrap();
    assert_eq!(stderr, STOPPING);
    // Until the program ends: signals in quick succession are one.
    while child.try_wait().unwrap().is_none() {
        send_interrupt(&child);
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut ran = Ran::from(child.wait_with_output().unwrap());
    said.read_to_string(&mut ran.stderr).unwrap();
    ran.assert_keeps_secrets();
    ran
}

#[test]
fn a_second_ctrl_c_ends_an_import_at_once_and_says_where_it_stands() {
    let plan = "delay-60s@3-".parse().unwrap();
    let emulator = Emulator::builder().faults(plan).start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", named_rows(3));
    let arguments = ["import", "rows.jsonl", "--skip-preflight"];
    let child = bench.start(&arguments[..2]);
    wait_for_calls(&emulator, 3);
    let said = "at once: 2 of 3 rows done, 1 call on the way. To continue";
    stop_twice(child).assert(3, "", &at_once(said, &arguments));
    emulator.set_faults("seed=1".parse().unwrap());
    bench.run(&arguments[..2]).assert_summary(
        0,
        "3 rows: 2 imported, 1 existing; 2 calls",
        "topic-import: continuing with rows.jsonl.journal\n",
    );
}

#[test]
fn a_second_ctrl_c_ends_verify_and_undo_at_once_and_says_where_they_stand() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(3));
    assert_eq!(bench.run(&["import", "rows.jsonl"]).status, 0);
    emulator.set_faults("delay-60s@1-".parse().unwrap());
    for (arguments, said) in [
        (
            &["verify", "rows.jsonl.journal"][..],
            "at once: 0 of 3 topics compared. To compare again",
        ),
        (
            &["undo", "rows.jsonl.journal", "--yes"],
            "at once: 0 of 3 topics done, 1 call on the way. To continue",
        ),
    ] {
        let before = emulator.state().calls_len();
        let child = bench.start(arguments);
        wait_for_calls(&emulator, before + 1);
        stop_twice(child).assert(3, "", &at_once(said, arguments));
    }
}

#[test]
fn sigterm_and_sighup_let_calls_in_flight_end() {
    for signal in ["TERM", "HUP"] {
        let emulator = Emulator::builder()
            .latency(Duration::from_millis(20))
            .start()
            .unwrap();
        let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(2000));
        let child = bench.start(&["import", "rows.jsonl", "--output", "json"]);
        wait_for_calls(&emulator, 20);
        send(signal, &child);
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!(
            (ran.status, &*ran.stderr),
            (
                3,
                &*(STOPPING.to_owned() + &as_asked(&["import", "rows.jsonl", "--output", "json"]))
            )
        );
        assert_eq!(ran.json()["imported"], emulator.state().topics_len());
    }
}

/// The same command, started by another program.
pub(crate) fn started_by(starter: &[&str], command: &Command) -> Child {
    let mut starts = Command::new(starter[0]);
    starts
        .args(&starter[1..])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap())
        .env_clear()
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
    start(starts)
}

#[test]
fn an_import_that_is_to_outlive_its_terminal_does() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(100));
    let child = started_by(&["nohup"], &bench.command(&["import", "rows.jsonl"]));
    wait_for_calls(&emulator, 10);
    send("HUP", &child);
    assert_eq!(Ran::from(child.wait_with_output().unwrap()).status, 0);
    assert_eq!(emulator.state().topics_len(), 100);
}

/// `timeout` signals the program, and then the group of processes to which it belongs.
#[test]
fn a_signal_that_comes_twice_within_a_blink_lets_calls_in_flight_end() {
    let emulator = Emulator::builder()
        .latency(Duration::from_millis(20))
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_RATE", "0")
        .file("rows.jsonl", named_rows(2000));
    let import = bench.command(&["import", "rows.jsonl"]);
    let timeout = ["timeout", "--preserve-status", "-s", "INT", "3600"];
    let child = started_by(&timeout, &import);
    wait_for_calls(&emulator, 20);
    // As if its time had run out.
    send("ALRM", &child);
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.status, 3);
    assert!(ran.stderr.contains("stopped as asked"), "{}", ran.stderr);
    assert_eq!(bench.run(&["import", "rows.jsonl"]).status, 0);
    assert_eq!(emulator.state().topics_len(), 2000);
}

#[test]
fn before_anything_is_sent_one_signal_ends_a_command_and_says_so() {
    const READING: &str = "while the rows were read and checked: none was sent. To begin again";
    const CHECKING: &str = "before all rows were checked: nothing is changed. To check again";
    let bench = Bench::calling("http://127.0.0.1:9");
    for (arguments, signal, said) in [
        (&["import", "-", "--format", "jsonl"][..], "INT", READING),
        (&["import", "-", "--format", "jsonl"], "TERM", READING),
        (&["import", "-", "--format", "jsonl"], "HUP", READING),
        (&["check", "-", "--format", "jsonl"], "INT", CHECKING),
        (&["check", "-", "--format", "jsonl"], "TERM", CHECKING),
    ] {
        let mut child = bench.start(arguments);
        let mut rows = child.stdin.take().unwrap();
        // More than a pipe holds: once it is written, it is being read.
        rows.write_all(named_rows(2000).as_bytes()).unwrap();
        send(signal, &child);
        let ran = Ran::from(child.wait_with_output().unwrap());
        ran.assert(1, "", &at_once(said, arguments));
        drop(rows);
    }
}

#[test]
fn while_the_account_is_tried_one_signal_ends_an_import_and_says_so() {
    let plan = "delay-60s@1-".parse().unwrap();
    let emulator = Emulator::builder().faults(plan).start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(3));
    let arguments = ["import", "rows.jsonl"];
    let child = bench.start(&arguments);
    wait_for_calls(&emulator, 1);
    send("TERM", &child);
    let ran = Ran::from(child.wait_with_output().unwrap());
    let said = "at once: 0 of 1 community looked up, no row sent. To begin again";
    ran.assert(1, "", &at_once(said, &arguments));
}

#[test]
fn a_report_that_is_ended_says_that_it_is_not_complete() {
    let bench = Bench::new().file("rows.jsonl", "{}\n".repeat(5000) + &named_rows(1));
    let arguments = ["report", "rows.jsonl.journal", "--output", "json"];
    let import = ["import", "rows.jsonl", "--skip-invalid", "--emulator"];
    let journal = ["--journal", "rows.jsonl.journal"];
    assert_eq!(bench.run(&[&import[..], &journal].concat()).status, 2);
    let mut child = bench.start(&arguments);
    // More follows than a pipe holds.
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    send("INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let ran = Ran::from(child.wait_with_output().unwrap());
    let said = "before the report was complete: the journal is unchanged. To report again";
    assert_eq!(ran.stderr, at_once(said, &arguments));
}
