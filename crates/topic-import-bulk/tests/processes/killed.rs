//! A process that is killed while it loads a journal.

use std::fs;
use std::thread;
use std::time::Duration;

use topic_import_bulk::JournalError;
use topic_import_bulk::input::InputRow;
use topic_import_bulk::journal::{Loading as _, SqliteJournal, SqliteLoading};
use topic_import_core::TopicDraft;

use crate::child::{self, identity};

fn append_rows(loading: &mut SqliteLoading) {
    let row = |line| {
        let topic = TopicDraft::new("@TGS#_a", "x").validate().unwrap();
        InputRow::sound(line, topic)
    };
    let rows: Vec<InputRow> = (1..=500).map(row).collect();
    loading.append(&rows).unwrap();
}

#[test]
fn a_journal_whose_loading_was_killed_counts_for_nothing() {
    let _turn = match child::part() {
        Ok(path) => {
            let mut loading = SqliteJournal::create(&path).unwrap();
            loop {
                append_rows(&mut loading);
            }
        }
        Err(turn) => turn,
    };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("topics.journal");
    let log = directory.path().join("topics.journal-wal");
    let mut child = child::of(
        "killed::a_journal_whose_loading_was_killed_counts_for_nothing",
        &path,
    )
    .spawn()
    .unwrap();
    while fs::metadata(&log).map_or(0, |metadata| metadata.len()) < 1_000_000 {
        assert_eq!(child.try_wait().unwrap(), None, "it ended by itself");
        thread::sleep(Duration::from_millis(1));
    }
    let error = SqliteJournal::open(&path).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();

    for error in [
        SqliteJournal::open(&path).unwrap_err(),
        SqliteJournal::open_to_read(&path).unwrap_err(),
    ] {
        assert!(matches!(error, JournalError::NotLoaded { .. }), "{error}");
    }
    let mut loading = SqliteJournal::create(&path).unwrap();
    append_rows(&mut loading);
    drop(loading.finish(&identity()).unwrap());
    SqliteJournal::open(&path).unwrap();
}
