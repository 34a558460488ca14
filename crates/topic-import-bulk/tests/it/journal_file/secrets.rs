//! No secret stands in a journal, whatever the service says.

use std::fs;
use std::sync::Mutex;

use crate::service::{Request, answering};
use crate::support::{JournalFile, Trial, json_row, lines, named_row, unnamed_row};

const KEY: &str = "canary-key-that-must-not-be-written-anywhere-0123456789";

/// The URLs that the service was asked with.
static ASKED: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// Repeats the URL: as a refusal, or as something that is no answer.
fn echo(request: &Request) -> String {
    let target = &request.target;
    ASKED.lock().unwrap().push(target.clone());
    if request.body.contains("refuse") {
        format!(r#"{{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":"bad {target}"}}"#)
    } else {
        format!("<p>cannot serve {target}</p>")
    }
}

fn signature(target: &str) -> String {
    let after = target.split_once("usersig=").unwrap().1;
    after.split('&').next().unwrap().to_owned()
}

/// A query's value without its percent signs.
fn decoded(value: &str) -> String {
    let (first, rest) = value.split_once('%').unwrap_or((value, ""));
    if rest.is_empty() {
        return first.to_owned();
    }
    let byte = u8::from_str_radix(&rest[..2], 16).unwrap();
    format!("{first}{}{}", char::from(byte), decoded(&rest[2..]))
}

fn holds(bytes: &[u8], text: &str) -> bool {
    let mut windows = bytes.windows(text.len());
    windows.any(|window| window == text.as_bytes())
}

/// Every byte of every file beside the journal, and of itself.
fn bytes_of(file: &JournalFile) -> Vec<u8> {
    let directory = file.path().parent().unwrap().to_owned();
    let files = fs::read_dir(directory).unwrap();
    files
        .flat_map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn neither_the_key_nor_a_signature_is_in_the_journal() {
    let trial = Trial::new()
        .at(answering(echo))
        .signing_with(KEY)
        .one_at_a_time();
    let file = JournalFile::new();
    let rows = [
        named_row("refuse"),
        json_row(r#""Introduction":"refuse""#),
        unnamed_row(),
    ];
    let journal = trial.load(&file, &lines(rows));
    let ran = trial.run(&journal);
    assert_eq!(ran.counts(), [("rejected", 2), ("unknown", 1)]);

    let asked = ASKED.lock().unwrap();
    assert_eq!(asked.len(), 3);
    let with_log = bytes_of(&file);
    drop(journal);
    for bytes in [with_log, bytes_of(&file)] {
        assert!(!holds(&bytes, KEY));
        assert!(holds(&bytes, "[UserSig]"), "what the service said is kept");
        for target in &*asked {
            let signature = signature(target);
            assert!(signature.len() > 100, "{target}");
            assert!(!holds(&bytes, &signature));
            assert!(!holds(&bytes, &decoded(&signature)));
        }
    }
}
