//! Who may open a journal, and what is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{
    Journal as _, JournalError, Record, Role, SqliteJournal, SqliteLoading, Usage,
};

use crate::support::{JournalFile, Trial, claim, lines, named_row, wait};

fn create(path: &Path) -> Result<SqliteLoading, JournalError> {
    SqliteJournal::create(path)
}

/// Why a journal can be opened neither to go on with it, nor to read it, nor to be begun anew.
fn refusals(path: &Path) -> [JournalError; 3] {
    [
        SqliteJournal::open(path).unwrap_err(),
        SqliteJournal::open_to_read(path).unwrap_err(),
        create(path).unwrap_err(),
    ]
}

fn assert_names(error: &JournalError, path: &Path) {
    let path = path.display().to_string();
    assert!(error.to_string().contains(&path), "{error}");
}

fn three_rows() -> String {
    lines((0..3).map(named_row))
}

#[test]
fn one_process_at_a_time_works_on_a_journal_and_others_read_it() {
    let file = JournalFile::new();
    let journal = Trial::new().load(&file, &three_rows());
    assert!(SqliteJournal::is_in_use(&file.path()).unwrap());
    for error in [
        SqliteJournal::open(&file.path()).unwrap_err(),
        create(&file.path()).unwrap_err(),
    ] {
        assert!(matches!(error, JournalError::InUse { .. }), "{error}");
        assert_names(&error, &file.path());
    }

    wait(async {
        let reader = SqliteJournal::open_to_read(&file.path()).unwrap();
        assert_eq!(reader.summary().await.unwrap().pending, 3);
        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 2).await;
        assert_eq!(reader.summary().await.unwrap().in_flight, 2);
    });
    drop(journal);
    let _reader = SqliteJournal::open_to_read(&file.path()).unwrap();
    assert!(!SqliteJournal::is_in_use(&file.path()).unwrap());
    file.open();
}

#[test]
fn a_journal_that_is_still_being_loaded_is_in_use_as_well() {
    let file = JournalFile::new();
    assert!(!SqliteJournal::is_in_use(&file.path()).unwrap());
    let _loading = create(&file.path()).unwrap();
    assert!(SqliteJournal::is_in_use(&file.path()).unwrap());
    let error = SqliteJournal::open(&file.path()).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    let error = create(&file.path()).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
}

#[test]
fn readers_change_nothing_and_hold_up_nobody() {
    let file = JournalFile::new();
    drop(Trial::new().load(&file, &three_rows()));
    wait(async {
        let reader = SqliteJournal::open_to_read(&file.path()).unwrap();
        let journal = file.open();
        journal.begin(Role::Import(&[])).await.unwrap();
        assert!(reader.begin(Role::Import(&[])).await.is_err());
        assert_eq!(claim(&journal, 3).await.len(), 3);
        assert_eq!(reader.summary().await.unwrap().in_flight, 3);
    });
}

#[test]
fn pages_by_group_can_be_read_by_a_reader() {
    let file = JournalFile::new();
    drop(Trial::new().load(&file, &three_rows()));
    wait(async {
        use topic_import_bulk::journal::{Order, Pages as _};
        let reader = SqliteJournal::open_to_read(&file.path()).unwrap();
        let pages = reader.rows(&Outcome::ALL, Order::Group).await;
        assert_eq!(pages.unwrap().next_page().await.unwrap().len(), 3);
    });
}

#[test]
fn a_journal_that_is_not_there_is_missing_and_nothing_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("none.journal");
    for error in [
        SqliteJournal::open(&path).unwrap_err(),
        SqliteJournal::open_to_read(&path).unwrap_err(),
    ] {
        assert!(matches!(error, JournalError::Missing { .. }), "{error}");
        assert_names(&error, &path);
    }
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn another_file_is_no_journal_and_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other");
    let database = directory.path().join("database");
    let connection = Connection::open(&database).unwrap();
    connection
        .execute_batch("CREATE TABLE topic (number); PRAGMA user_version = 1")
        .unwrap();
    drop(connection);
    for content in [
        b"x".to_vec(),
        three_rows().into_bytes(),
        vec![0; 100_000],
        fs::read(database).unwrap(),
    ] {
        fs::write(&path, &content).unwrap();
        for error in refusals(&path) {
            let is_none = matches!(error, JournalError::NotAJournal { .. });
            assert!(is_none, "{} bytes: {error}", content.len());
            assert_names(&error, &path);
        }
        assert_eq!(fs::read(&path).unwrap(), content);
    }
}

#[test]
fn a_directory_is_no_journal_and_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("directory");
    fs::create_dir(&path).unwrap();
    for error in refusals(&path) {
        let is_none = matches!(error, JournalError::NotAJournal { .. });
        assert!(is_none, "{error}");
        assert_names(&error, &path);
    }
    assert!(path.is_dir());
}

#[test]
fn an_empty_file_is_a_journal_that_was_not_loaded() {
    let file = JournalFile::new();
    fs::write(file.path(), "").unwrap();
    for error in [
        SqliteJournal::open(&file.path()).unwrap_err(),
        SqliteJournal::open_to_read(&file.path()).unwrap_err(),
    ] {
        assert!(matches!(error, JournalError::NotLoaded { .. }), "{error}");
    }
    Trial::new().load(&file, &three_rows());
}

/// The version that is known, by how a journal of another version is refused.
fn known_version(file: &JournalFile, version: i64, who: &str) -> i64 {
    let mut last = 0;
    for error in refusals(&file.path()) {
        assert!(error.to_string().contains(who), "{error}");
        let JournalError::AnotherVersion { found, known, .. } = error else {
            panic!("{error}");
        };
        assert_eq!(found, version);
        last = known;
    }
    last
}

#[test]
fn a_journal_of_another_version_is_refused_and_stays_as_it_is() {
    let file = JournalFile::new();
    drop(Trial::new().load(&file, &three_rows()));
    let connection = Connection::open(file.path()).unwrap();
    connection
        .pragma_update(None, "user_version", 2_000)
        .unwrap();
    let known = known_version(&file, 2_000, "a later version");
    connection
        .pragma_update(None, "user_version", known - 1)
        .unwrap();
    assert_eq!(known_version(&file, known - 1, "an earlier version"), known);
    connection
        .pragma_update(None, "user_version", known)
        .unwrap();
    drop(connection);
    let pending = wait(file.open().summary()).unwrap().pending;
    assert_eq!(pending, 3);
}

#[test]
fn a_journal_with_rows_is_never_begun_anew() {
    let file = JournalFile::new();
    drop(Trial::new().load(&file, &three_rows()));
    let error = create(&file.path()).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    assert_names(&error, &file.path());
    let pending = wait(file.open().summary()).unwrap().pending;
    assert_eq!(pending, 3);
}

#[test]
fn where_nothing_can_be_written_the_journal_is_named_and_why() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let mut places: Vec<PathBuf> = vec![
        directory.path().join("missing").join("topics.journal"),
        file.join("topics.journal"),
    ];
    if cfg!(target_os = "linux") {
        // Nobody may write there, whoever runs the tests.
        places.push("/sys/topics.journal".into());
    }
    for path in places {
        let error = create(&path).unwrap_err();
        let JournalError::Storage { source, .. } = &error else {
            panic!("{error}");
        };
        assert_names(&error, &path);
        assert!(!source.is_full());
        assert!(!source.to_string().is_empty());
    }
}

#[test]
#[cfg(unix)]
fn a_journal_has_one_lock_under_all_its_names() {
    let file = JournalFile::new();
    let journal = Trial::new().load(&file, &three_rows());
    let link = file.path().with_file_name("link");
    std::os::unix::fs::symlink(file.path(), &link).unwrap();
    let error = SqliteJournal::open(&link).unwrap_err();
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    drop(journal);
    assert_eq!(
        wait(SqliteJournal::open(&link).unwrap().summary())
            .unwrap()
            .rows,
        3
    );
}

#[test]
fn who_was_overtaken_writes_no_more() {
    let file = JournalFile::new();
    let first = Trial::new().load(&file, &three_rows());
    wait(first.begin(Role::Import(&[]))).unwrap();
    wait(first.claim(1)).unwrap();
    let mut lock = file.path().into_os_string();
    lock.push("-lock");
    fs::remove_file(lock).unwrap();
    let second = file.open();
    wait(second.begin(Role::Import(&[]))).unwrap();
    let records: Arc<[Record]> = [Record::new(1, Outcome::Imported)].into();
    for error in [
        wait(first.claim(1)).unwrap_err(),
        wait(first.record(records, Usage::default())).unwrap_err(),
    ] {
        assert!(matches!(error, JournalError::InUse { .. }), "{error}");
    }
    assert_eq!(wait(claim(&second, 9)).len(), 3);
}

#[test]
fn no_lock_is_put_beside_what_is_no_journal() {
    let directory = tempfile::tempdir().unwrap();
    let notes = directory.path().join("notes.txt");
    fs::write(&notes, "no journal").unwrap();
    let error = SqliteJournal::open(&notes).unwrap_err();
    assert!(matches!(error, JournalError::NotAJournal { .. }), "{error}");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}
