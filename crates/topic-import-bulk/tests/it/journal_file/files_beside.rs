//! What is made beside a journal: for whose eyes, under which name, and never over what somebody else made.

use std::fs;
use std::path::{Path, PathBuf};

use topic_import_bulk::check::CheckSettings;
use topic_import_bulk::input::Fingerprint;
use topic_import_bulk::journal::{Journal as _, JournalError, Loading as _, Role, SqliteJournal};

use crate::support::{JournalFile, Trial, claim, identity, jsonl_input, lines, named_row, wait};

fn rows() -> String {
    lines((0..3).map(named_row))
}

fn beside(file: &JournalFile, suffix: &str) -> PathBuf {
    let mut path = file.path().into_os_string();
    path.push(suffix);
    path.into()
}

fn create(path: &Path) -> Result<SqliteJournal, JournalError> {
    let identity = identity(
        &jsonl_input(""),
        Fingerprint::default(),
        &CheckSettings::default(),
    );
    SqliteJournal::create(path)?.finish(&identity)
}

/// What lies in the journal's directory.
fn names(file: &JournalFile) -> Vec<String> {
    let entries = fs::read_dir(file.path().parent().unwrap()).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

#[test]
fn a_file_that_has_the_name_of_one_of_its_own_is_in_the_way_and_stays_as_it_is() {
    let text = rows().into_bytes();
    let pages = [&text[..], &vec![b'\n'; 8192 - text.len()]].concat();
    for (suffix, content) in [
        ("-lock", &text),
        ("-journal", &text),
        ("-journal", &Vec::new()),
        ("-wal", &text),
        ("-wal", &pages),
        ("-shm", &text),
        ("-shm", &pages),
    ] {
        let file = JournalFile::new();
        let other = beside(&file, suffix);
        fs::write(&other, content).unwrap();
        let error = create(&file.path()).unwrap_err();
        assert!(
            matches!(&error, JournalError::InTheWay { file, .. } if *file == other.canonicalize().unwrap()),
            "{suffix}: {error}"
        );
        assert_eq!(fs::read(&other).unwrap(), *content, "{suffix}");
        assert!(!file.path().exists());

        // With a journal that is there: what SQLite would have there while it works is told by its size alone.
        if (suffix, content) == ("-shm", &pages) {
            continue;
        }
        let file = JournalFile::new();
        drop(Trial::new().load(&file, &rows()));
        let other = beside(&file, suffix);
        fs::write(&other, content).unwrap();
        for error in [
            SqliteJournal::open(&file.path()).unwrap_err(),
            SqliteJournal::open_to_read(&file.path()).unwrap_err(),
        ] {
            let is_named = matches!(error, JournalError::InTheWay { .. });
            assert!(is_named, "{suffix}: {error}");
        }
        assert_eq!(fs::read(&other).unwrap(), *content, "{suffix}");
    }
}

#[test]
fn a_file_that_only_looks_like_one_of_its_own_is_no_hindrance_and_stays_as_it_is() {
    let file = JournalFile::new();
    for suffix in ["-spare", "-wal.jsonl", ".lock"] {
        fs::write(beside(&file, suffix), rows()).unwrap();
    }
    let trial = Trial::new();
    trial.run(&trial.load(&file, &rows()));
    for suffix in ["-spare", "-wal.jsonl", ".lock"] {
        let content = fs::read_to_string(beside(&file, suffix)).unwrap();
        assert_eq!(content, rows(), "{suffix}");
    }
}

#[test]
#[cfg(unix)]
fn no_link_is_followed() {
    for suffix in ["-lock", "-wal", "-shm", "-journal"] {
        for content in [None, Some("")] {
            let file = JournalFile::new();
            let target = file.path().with_file_name("target");
            if let Some(content) = content {
                fs::write(&target, content).unwrap();
            }
            std::os::unix::fs::symlink(&target, beside(&file, suffix)).unwrap();
            let error = create(&file.path()).unwrap_err();
            let is_named = matches!(error, JournalError::InTheWay { .. });
            assert!(is_named, "{suffix}: {error}");
            assert_eq!(fs::read_to_string(&target).ok().as_deref(), content);
        }
    }
    // The room that is kept free has no name, and so no link can be there.
    let file = JournalFile::new();
    let target = file.path().with_file_name("target");
    fs::write(&target, "kept").unwrap();
    std::os::unix::fs::symlink(&target, beside(&file, "-spare")).unwrap();
    let trial = Trial::new();
    trial.run(&trial.load(&file, &rows()));
    assert_eq!(fs::read_to_string(&target).unwrap(), "kept");
    assert!(beside(&file, "-spare").is_symlink());
}

#[test]
#[cfg(target_os = "linux")]
fn the_room_that_is_kept_free_is_on_the_real_journals_disk_and_leaves_nothing() {
    let file = JournalFile::new();
    let elsewhere = JournalFile::new();
    let trial = Trial::new();
    drop(trial.load(&file, &rows()));
    std::os::unix::fs::symlink(file.path(), elsewhere.path()).unwrap();

    let spare = || {
        let directory = file.path().parent().unwrap().canonicalize().unwrap();
        let own_files = fs::read_dir("/proc/self/fd").unwrap();
        own_files
            .filter_map(|entry| {
                let entry = entry.unwrap().path();
                // Another test may have closed it.
                let target = fs::read_link(&entry).ok()?;
                let is_removed = target.to_string_lossy().ends_with(" (deleted)");
                (target.starts_with(&directory) && is_removed).then(|| fs::metadata(entry))
            })
            .map(|metadata| metadata.unwrap().len())
            .collect::<Vec<_>>()
    };
    let journal = SqliteJournal::open(&elsewhere.path()).unwrap();
    wait(journal.begin(Role::Import(&[]))).unwrap();
    assert_eq!(spare(), [1 << 20]);
    assert_eq!(names(&elsewhere), ["topics.journal"]);
    let own = ["", "-lock", "-shm", "-wal"].map(|suffix| format!("topics.journal{suffix}"));
    assert_eq!(names(&file), own);
    drop(journal);
    assert!(spare().is_empty());
    assert_eq!(names(&file), own[..2]);
}

#[test]
#[cfg(unix)]
fn what_is_made_is_for_its_owner_alone_and_what_was_there_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for (before, expected) in [(None, 0o600), (Some(0o640), 0o640)] {
        let file = JournalFile::new();
        if let Some(mode) = before {
            fs::write(file.path(), "").unwrap();
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
        }
        let journal = Trial::new().load(&file, &rows());
        wait(async {
            journal.begin(Role::Import(&[])).await.unwrap();
            claim(&journal, 1).await;
        });
        for suffix in ["", "-wal", "-shm"] {
            assert_eq!(mode(&beside(&file, suffix)), expected, "{suffix}");
        }
        assert_eq!(mode(&beside(&file, "-lock")), 0o600);
    }
    // So does one that is begun anew.
    let file = JournalFile::new();
    drop(SqliteJournal::create(&file.path()).unwrap());
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o660)).unwrap();
    Trial::new().load(&file, &rows());
    assert_eq!(mode(&file.path()), 0o660);
}

#[test]
#[cfg(unix)]
fn a_journal_of_two_names_is_refused_under_both() {
    let file = JournalFile::new();
    drop(Trial::new().load(&file, &rows()));
    let second = file.path().with_file_name("second");
    fs::hard_link(file.path(), &second).unwrap();
    for path in [file.path(), second.clone()] {
        for error in [
            SqliteJournal::open(&path).unwrap_err(),
            SqliteJournal::open_to_read(&path).unwrap_err(),
            create(&path).unwrap_err(),
        ] {
            let is_so = matches!(error, JournalError::SeveralNames { names: 2, .. });
            assert!(is_so, "{error}");
        }
    }
    fs::remove_file(second).unwrap();
    file.open();

    // An empty file counts as none, but not under two names.
    let file = JournalFile::new();
    fs::write(file.path(), "").unwrap();
    fs::hard_link(file.path(), file.path().with_file_name("second")).unwrap();
    let error = create(&file.path()).unwrap_err();
    assert!(
        matches!(error, JournalError::SeveralNames { .. }),
        "{error}"
    );
}

#[test]
#[cfg(unix)]
fn a_name_that_a_journal_gets_while_it_is_worked_on_is_of_no_use() {
    let file = JournalFile::new();
    let journal = Trial::new().load(&file, &rows());
    wait(journal.begin(Role::Import(&[]))).unwrap();
    let second = file.path().with_file_name("second");
    fs::hard_link(file.path(), &second).unwrap();
    let error = SqliteJournal::open(&second).unwrap_err();
    assert!(
        matches!(error, JournalError::SeveralNames { .. }),
        "{error}"
    );
    assert_eq!(wait(claim(&journal, 1)).len(), 1);
    // Once it is the only one, others may work under it, and this one no longer.
    fs::remove_file(file.path()).unwrap();
    let error = wait(journal.claim(1)).unwrap_err();
    assert!(matches!(error, JournalError::Moved { .. }), "{error}");
    fs::write(file.path(), "another").unwrap();
    let error = wait(journal.claim(1)).unwrap_err();
    assert!(matches!(error, JournalError::Moved { .. }), "{error}");
}

#[test]
#[cfg(unix)]
fn links_that_lead_in_a_circle_lead_nowhere() {
    let file = JournalFile::new();
    std::os::unix::fs::symlink(file.path(), file.path()).unwrap();
    for error in [
        SqliteJournal::open(&file.path()).unwrap_err(),
        create(&file.path()).unwrap_err(),
    ] {
        assert!(matches!(error, JournalError::Storage { .. }), "{error}");
    }
}
