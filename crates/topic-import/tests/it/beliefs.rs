//! docs/beliefs.md against what it speaks of: the table of codes, the limits and what the probe tries.

use topic_import_core::{
    CODES, CODES_BY_COMMAND, Code, CodeEntry, Escalation, Field, Recovery, Scope, Source,
};
use topic_import_emulator::Emulator;

use crate::support::{Bench, GROUP};

const BELIEFS: &str = include_str!("../../../../docs/beliefs.md");

/// The rows of the tables whose head begins with this cell, each as its cells.
fn tables(first: &str) -> Vec<Vec<&'static str>> {
    let cells = |line: &'static str| {
        let line = line.strip_prefix("| ")?.strip_suffix(" |")?;
        Some(line.split(" | ").collect::<Vec<_>>())
    };
    let mut rows = Vec::new();
    let mut head = None;
    for line in BELIEFS.lines() {
        match (cells(line), head) {
            (None, _) => head = None,
            (Some(row), None) => head = Some(row[0]),
            (Some(row), Some(head)) if head == first && row[0] != "---" => rows.push(row),
            _ => {}
        }
    }
    rows
}

/// What the document should say of a code: executed, affects, helps, source.
fn said(entry: &CodeEntry) -> [String; 4] {
    let executed = if entry.verdict.maybe_executed {
        "maybe"
    } else {
        "no"
    };
    let affects = match entry.verdict.scope {
        Scope::Nothing => "nothing",
        Scope::Row => "row",
        Scope::Group => "group",
        Scope::All => "run",
    };
    let escalation = match entry.escalation {
        Escalation::Never => "",
        Escalation::SecondGroup => "; the run at a second group in turn",
        Escalation::EveryGroup => "; the run where every group met it",
        Escalation::RowsInTurn(_) => "; the run after rows in turn",
    };
    let helps = match entry.verdict.recovery {
        Recovery::Retry => "repeat".to_owned(),
        Recovery::RetryAtMost(times) => {
            format!("repeat {times} time{}", if times == 1 { "" } else { "s" })
        }
        Recovery::SlowDown => "slow down".to_owned(),
        Recovery::NextDay => "repeat twice, then go on the next day".to_owned(),
        Recovery::RenewSignature => "sign anew".to_owned(),
        Recovery::ReadBack => "read back".to_owned(),
        _ => "fix".to_owned(),
    };
    let source = match entry.source {
        Source::ImportTopic => "S",
        Source::ErrorCodes => "E",
        Source::Topics => "T",
        Source::Groups => "IG",
        _ => "ours",
    };
    [
        executed.to_owned(),
        format!("{affects}{escalation}"),
        helps,
        source.to_owned(),
    ]
}

#[test]
fn every_code_of_the_table_is_a_belief_with_its_verdict_and_source() {
    let mut codes = Vec::new();
    for row in tables("codes") {
        for code in row[0].split(", ") {
            let code = Code::new(code.parse().unwrap());
            assert_eq!(row[1..], said(code.entry().unwrap()), "{code}");
            codes.push(code);
        }
    }
    codes.sort_unstable();
    assert!(codes.into_iter().eq(CODES.iter().map(|entry| entry.code)));
}

#[test]
fn every_code_that_differs_for_a_command_is_a_belief_with_its_verdict_and_source() {
    let mut codes = Vec::new();
    for row in tables("command") {
        for code in row[1].split(", ") {
            let code = Code::new(code.parse().unwrap());
            let is_meant = |entry: &&CodeEntry| {
                let command = entry.command.map(|command| format!("`{command}`"));
                entry.code == code && command.as_deref() == Some(row[0])
            };
            let entry = CODES_BY_COMMAND.iter().find(is_meant).unwrap();
            assert_eq!(row[2..], said(entry), "{code}");
            codes.push((row[0].to_owned(), code));
        }
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), CODES_BY_COMMAND.len());
}

#[test]
fn every_limit_is_a_belief_with_its_source() {
    let rows = tables("field");
    assert!(
        rows.iter()
            .map(|row| row[0])
            .eq(Field::ALL.map(|field| format!("`{field}`")))
    );
    for (row, field) in rows.iter().zip(Field::ALL) {
        let spec = field.spec();
        if let Some(bytes) = spec.max_bytes {
            assert_eq!(row[1], bytes.to_string(), "{field}");
        }
        let first = spec.source.split([',', ';']).next().unwrap();
        assert!(row[2].starts_with(first), "{field}: {}", row[2]);
    }
}

#[test]
fn every_belief_names_files_that_are_there() {
    for (column, crate_name) in [(2, "topic-import-core"), (3, "topic-import-emulator")] {
        for row in tables("belief") {
            for file in row[column].split(", ").filter(|file| *file != "–") {
                let file = file.split(' ').next().unwrap();
                let path = format!("{}/../{crate_name}/src/{file}", env!("CARGO_MANIFEST_DIR"));
                assert!(std::path::Path::new(&path).is_file(), "{path}");
            }
        }
    }
}

#[test]
fn what_the_probe_is_said_to_try_it_tries() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator);
    let ran = bench.run(&[
        "probe",
        "--group-id",
        GROUP,
        "--fill-up-to",
        "250",
        "--output",
        "json",
    ]);
    let report = ran.json();
    let tried: Vec<_> = report["beliefs"].as_array().unwrap().iter().collect();
    let is_tried = |name: &str| tried.iter().any(|belief| belief["belief"] == name);
    let rows = tables("belief").into_iter().chain(tables("field"));
    for name in rows.filter_map(|row| row.last().copied()) {
        assert!(name == "–" || is_tried(name), "{name}");
    }
}
