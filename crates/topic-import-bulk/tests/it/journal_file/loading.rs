//! A journal that is not loaded to its end is as good as none.

use std::path::Path;

use topic_import_bulk::input::InputRow;
use topic_import_bulk::journal::{
    Journal as _, JournalError, Loading as _, SqliteJournal, SqliteLoading,
};

use crate::support::{JournalFile, Trial, lines, named_row, only_topic, wait};

fn begin(path: &Path) -> SqliteLoading {
    SqliteJournal::create(path).unwrap()
}

fn append_rows(loading: &mut SqliteLoading) {
    let row = |number| InputRow::sound(number, only_topic(&named_row(number)));
    let rows: Vec<InputRow> = (0..500).map(row).collect();
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
