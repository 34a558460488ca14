//! The first import in `docs/first-import.md` prints what stands there.
//!
//! It also writes the document anew, with what is printed now, where a variable asks for it: so does `cargo xtask pictures`.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::Bench;

/// Asks for the document to be written instead of compared.
const WRITE: &str = "TOPIC_IMPORT_WRITE_DOCUMENT";
/// Commands that take the network and minutes: what stands there stays.
const NOT_RUN: [&str; 2] = ["$ git clone ", "$ cargo build "];
/// Stands in what the shell prints before the part of each command.
const MARK: &str = "\u{1e}\n";

/// A part of the document.
enum Part<'a> {
    /// A line outside of what a terminal shows.
    Text(&'a str),
    Command {
        /// Its lines, with their prompts.
        typed: Vec<&'a str>,
        printed: Vec<&'a str>,
    },
}

fn parts(document: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut is_console = false;
    for line in document.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
            parts.push(Part::Text(line));
        } else if is_console && line.starts_with("$ ") {
            parts.push(Part::Command {
                typed: vec![line],
                printed: Vec::new(),
            });
        } else if let Some(Part::Command { typed, printed }) = parts.last_mut() {
            let lines = if line.starts_with("> ") {
                typed
            } else {
                printed
            };
            lines.push(line);
        } else {
            parts.push(Part::Text(line));
        }
    }
    parts
}

fn is_run(typed: &[&str]) -> bool {
    !NOT_RUN
        .iter()
        .any(|beginning| typed[0].starts_with(beginning))
}

/// Runs the commands in one shell, and returns what each of them prints.
fn run(parts: &[Part<'_>]) -> Vec<String> {
    let mut script = "trap 'kill $! 2>/dev/null' EXIT\n".to_owned();
    for part in parts {
        let Part::Command { typed, .. } = part else {
            continue;
        };
        // The next command finds the status of the one before.
        writeln!(script, "status=$?; printf '{MARK}'; (exit $status)").unwrap();
        for line in typed.iter().filter(|_| is_run(typed)) {
            writeln!(script, "{}", &line[2..]).unwrap();
        }
    }
    let bench = Bench::new();
    for name in ["bin", "clone"] {
        fs::create_dir(bench.path(name)).unwrap();
    }
    let program = bench.path("bin/topic-import");
    symlink(env!("CARGO_BIN_EXE_topic-import"), program).unwrap();
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", bench.path("bin").display());
    // Both into one file: as in a terminal, lines stand in the order in which they were printed.
    let printed = bench.path("printed");
    let output = fs::File::options()
        .create(true)
        .append(true)
        .open(&printed)
        .unwrap();
    Command::new("sh")
        .args(["-c", &script])
        .current_dir(bench.path("clone"))
        .env_clear()
        .env("PATH", path)
        .stdin(Stdio::null())
        .stdout(output.try_clone().unwrap())
        .stderr(output)
        .status()
        .unwrap();
    let printed = fs::read_to_string(printed).unwrap();
    let of_commands = printed.split(MARK).skip(1);
    of_commands.map(ToOwned::to_owned).collect()
}

/// The document with what its commands print now.
fn written(parts: &[Part<'_>], printed_now: Vec<String>) -> String {
    let mut printed_now = printed_now.into_iter();
    let mut document = String::new();
    for part in parts {
        match part {
            Part::Text(line) => writeln!(document, "{line}").unwrap(),
            Part::Command { typed, printed } => {
                let now = printed_now.next().unwrap();
                let now: Vec<&str> = now.lines().collect();
                let printed = if is_run(typed) { &now } else { printed };
                for line in typed.iter().chain(printed) {
                    writeln!(document, "{line}").unwrap();
                }
            }
        }
    }
    document
}

/// A text with each number as `0`: how many calls there were in how many seconds differs.
fn without_numbers(text: &str) -> String {
    let mut without = String::new();
    for char in text.chars() {
        match char {
            '0'..='9' if without.ends_with('0') => {}
            '0'..='9' => without.push('0'),
            char => without.push(char),
        }
    }
    without
}

#[test]
fn the_first_import_prints_what_the_document_shows() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/first-import.md");
    let document = fs::read_to_string(&path).unwrap();
    let parts = parts(&document);
    let written = written(&parts, run(&parts));
    if std::env::var_os(WRITE).is_some() {
        fs::write(path, written).unwrap();
        return;
    }
    assert!(
        without_numbers(&document) == without_numbers(&written),
        "`{WRITE}=1 cargo test -p topic-import --test it first_import` writes docs/first-import.md anew. Now it is:\n{written}"
    );
}
