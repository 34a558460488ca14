//! Readers that have gone away.

use std::io::pipe;
use std::process::Stdio;

use topic_import_emulator::Emulator;

use crate::support::{Bench, Ran, named_rows};

/// The writing end of a pipe that nobody reads.
fn closed() -> Stdio {
    let (reader, writer) = pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn an_import_goes_on_when_nobody_reads_what_it_says() {
    let emulator = Emulator::builder()
        .faults("code10004@2-4".parse().unwrap())
        .start()
        .unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(8));
    let output = bench
        .command(&["import", "rows.jsonl", "--output", "json"])
        .stderr(closed())
        .output()
        .unwrap();
    let ran = Ran::from(output);
    assert_eq!(
        (ran.status, &*ran.counts()),
        (2, "8 rows: 5 imported 3 rejected")
    );
    assert_eq!(emulator.state().topics_len(), 5);

    let output = bench
        .command(&["import", "rows.jsonl", "--retry", "rejected", "--quiet"])
        .stdout(closed())
        .output()
        .unwrap();
    Ran::from(output).assert(0, "", "");
    assert_eq!(emulator.state().topics_len(), 8);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let bench = Bench::new().file("rows.jsonl", "[]\n".repeat(2000));
    for (arguments, status) in [(&["explain"][..], 0), (&["check", "rows.jsonl"], 2)] {
        let output = bench.command(arguments).stdout(closed()).output().unwrap();
        let ran = Ran::from(output);
        assert_eq!(ran.status, status, "{}", ran.stderr);
        assert!(!ran.stderr.contains("standard output"), "{}", ran.stderr);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_no_success() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file("rows.jsonl", named_rows(2));
    for (arguments, status) in [
        (&["sign"][..], 1),
        (&["check", "rows.jsonl", "--output", "json"], 1),
        (&["import", "rows.jsonl", "--output", "json"], 2),
    ] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = bench.command(arguments).stdout(full).output().unwrap();
        let ran = Ran::from(output);
        assert_eq!(ran.status, status, "{arguments:?}");
        assert!(
            ran.stderr.contains("cannot write to standard output"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(emulator.state().topics_len(), 2);
}
