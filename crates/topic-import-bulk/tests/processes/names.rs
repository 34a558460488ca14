//! Names that SQLite knows as something else than a file's; only a relative path can be one.

use topic_import_bulk::journal::{Loading as _, SqliteJournal};

use crate::child::{self, identity};

#[test]
fn a_name_that_sqlite_takes_for_something_else_is_a_files_name_all_the_same() {
    if let Some(path) = child::part() {
        let loading = SqliteJournal::create(&path).unwrap();
        drop(loading.finish(&identity()).unwrap());
        SqliteJournal::open(&path).unwrap();
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    for name in [":memory:", "file:topics.journal", "file::memory:"] {
        let child = child::of(
            "names::a_name_that_sqlite_takes_for_something_else_is_a_files_name_all_the_same",
            name,
        )
        .current_dir(directory.path())
        .status()
        .unwrap();
        assert!(child.success(), "{name}");
        SqliteJournal::open(&directory.path().join(name)).unwrap();
    }
}
