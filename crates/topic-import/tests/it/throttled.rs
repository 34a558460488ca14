//! A service that allows fewer calls than `--rate` asks for: it is said while it goes on, and afterwards.

use std::io::{BufRead as _, BufReader};

use topic_import_emulator::Emulator;

use crate::interrupt::send_interrupt;
use crate::support::{Bench, Ran, ended, named_rows, wait_until};

/// The number in front of a word.
fn number_of(line: &str, word: &str) -> u64 {
    let (before, _) = line.split_once(word).unwrap();
    let number = before.trim_end().rsplit(' ').next().unwrap();
    number.replace(',', "").parse().unwrap()
}

#[test]
fn throttling_is_said_live_and_counted_afterwards_and_a_resumed_run_adds_up() {
    let emulator = Emulator::builder().quota(Some(10)).start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", named_rows(3000));
    let import = ["import", "rows.jsonl", "--output", "json"];
    let child = bench.start(&import);
    wait_until(|| emulator.state().topics_len() >= 30);
    send_interrupt(&child);
    let first = ended(child);
    let before = first.json()["imported"].as_u64().unwrap();

    let mut child = bench.start(&import);
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let slowed = "; 60007: calls are refused as too frequent; slowed to ";
    let is_told = |line: &String| line.contains(" of 3,000 rows, ") && line.contains(slowed);
    let line = lines.find_map(|line| line.ok().filter(is_told)).unwrap();
    let done = number_of(&line, " of 3,000 rows");
    assert_eq!(number_of(&line, " of them before"), before);
    assert_eq!(number_of(&line, " imported"), done - before);
    send_interrupt(&child);
    drop(lines);
    let second = ended(child);

    let throttled = |ran: &Ran| ran.json()["throttled"].as_u64().unwrap();
    let all = throttled(&first) + throttled(&second);
    assert!(throttled(&first) > 0 && throttled(&second) > 0);
    let report = ["report", "rows.jsonl.journal", "--html", "report.html"];
    let report = bench.run(&report);
    assert!(
        report
            .stdout
            .contains(&format!(" calls ({all} refused as too frequent) in ")),
        "{}",
        report.stdout
    );
    let cost = "% of all calls were refused as too frequent and sent again";
    let page = std::fs::read_to_string(bench.path("report.html")).unwrap();
    assert!(report.stdout.contains(cost) && page.contains(cost));
}
