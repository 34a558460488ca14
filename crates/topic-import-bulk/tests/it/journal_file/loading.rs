//! A journal that is not loaded to its end is as good as none.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use topic_import_bulk::{
    Fingerprint, Journal as _, JournalError, Loading, NewRow, SqliteJournal, TopicIds,
};

use crate::support::{
    JournalFile, Trial, identity, jsonl_input, lines, named_row, only_topic, wait,
};

fn begin(path: &Path) -> Loading {
    let input = jsonl_input("");
    let identity = identity(&input, Fingerprint::default(), TopicIds::Derived);
    SqliteJournal::create(path, &identity).unwrap()
}

fn append_rows(loading: &mut Loading) {
    let row = |number| NewRow::Sound {
        line: number,
        topic: only_topic(&named_row(number)),
        is_derived: false,
    };
    let rows: Vec<NewRow> = (0..500).map(row).collect();
    loading.append(&rows).unwrap();
}

/// Nobody can go on with it, nor read it, and it can be begun anew.
fn assert_counts_for_nothing(file: &JournalFile) {
    for error in [
        SqliteJournal::open(&file.path()).unwrap_err(),
        SqliteJournal::open_to_read(&file.path()).unwrap_err(),
    ] {
        assert!(matches!(error, JournalError::NotLoaded { .. }), "{error}");
    }
    let journal = Trial::new().load(file, &lines([named_row("a"), named_row("b")]));
    let summary = wait(journal.summary()).unwrap();
    assert_eq!((summary.rows, summary.pending), (2, 2));
}

#[test]
fn a_journal_whose_loading_was_given_up_counts_for_nothing() {
    for batches in [0, 1, 30] {
        let file = JournalFile::new();
        let mut loading = begin(&file.path());
        for _ in 0..batches {
            append_rows(&mut loading);
        }
        drop(loading);
        assert_counts_for_nothing(&file);
    }
}

/// Says to a copy of this program, run by the test below, where to load rows into until it is killed.
const LOADS_INTO: &str = "TOPIC_IMPORT_TEST_LOADS_INTO";

#[test]
fn a_journal_whose_loading_was_killed_counts_for_nothing() {
    if let Some(path) = env::var_os(LOADS_INTO) {
        let mut loading = begin(Path::new(&path));
        // Not for ever: whoever is to kill it may have ended before.
        for _ in 0..1000 {
            append_rows(&mut loading);
        }
        panic!("nobody killed it");
    }
    let module = module_path!().split_once("::").unwrap().1;
    let name = format!("{module}::a_journal_whose_loading_was_killed_counts_for_nothing");
    let file = JournalFile::new();
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", &name])
        .env(LOADS_INTO, file.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut log = file.path().into_os_string();
    log.push("-wal");
    while fs::metadata(&log).map_or(0, |metadata| metadata.len()) < 1_000_000 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
        thread::sleep(Duration::from_millis(1));
    }
    let error = SqliteJournal::open(&file.path()).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_counts_for_nothing(&file);
}
