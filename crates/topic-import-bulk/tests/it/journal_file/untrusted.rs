//! A journal that this program did not write, or that was changed: it is refused, and runs nothing.

use std::fs;

use rusqlite::Connection;
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{
    Journal as _, JournalError, Order, Pages as _, Role, SqliteJournal,
};

use crate::support::{JournalFile, Trial, json_row, lines, named_row, wait};

/// A run of which one row was refused, one is invalid, and one got its ID from the service.
fn finished(rows: usize) -> JournalFile {
    let file = JournalFile::new();
    let trial = Trial::with_faults("code10004@2").one_at_a_time();
    let first = [json_row(""), named_row("refused"), "{}".into()];
    let rows = first.into_iter().chain((3..rows).map(named_row));
    let journal = trial.load(&file, &lines(rows));
    trial.run(&journal);
    file
}

fn change(file: &JournalFile, script: &str) {
    let connection = Connection::open(file.path()).unwrap();
    connection
        .execute_batch("PRAGMA foreign_keys = off")
        .unwrap();
    connection.execute_batch(script).unwrap();
}

/// Reads what a report shows; gives how many rows there are.
fn report(file: &JournalFile) -> Result<u64, JournalError> {
    wait(async {
        let journal = SqliteJournal::open_to_read(&file.path())?;
        let summary = journal.summary().await?;
        let mut read = 0;
        for order in [Order::Group, Order::Input] {
            let mut pages = journal.rows(&Outcome::ALL, order).await?;
            read = 0;
            loop {
                let page = pages.next_page().await?;
                if page.is_empty() {
                    break;
                }
                read += page.len() as u64;
                for row in page.iter().filter(|row| row.request.is_some()) {
                    row.topic()?;
                }
            }
        }
        journal.course().await?;
        journal.communities(9).await?;
        let counts = summary.counts().iter().map(|(_, count)| count).sum();
        assert_eq!([read, counts], [summary.rows; 2]);
        Ok(summary.rows)
    })
}

/// Reads what an import does that goes on with it.
fn go_on(file: &JournalFile) -> Result<(), JournalError> {
    wait(async {
        let journal = SqliteJournal::open(&file.path())?;
        journal.begin(Role::Import(&[])).await?;
        journal.claim(1_000).await?;
        journal.summary().await.map(drop)
    })
}

#[test]
fn what_no_journal_has_is_refused_by_its_name() {
    for (script, what) in [
        (
            "CREATE TRIGGER t AFTER INSERT ON progress BEGIN DELETE FROM input; END",
            "the trigger t",
        ),
        ("CREATE VIEW v AS SELECT 1", "the view v"),
        ("CREATE TABLE notes (text)", "the table notes"),
        (
            "CREATE TABLE \"a\u{1b}[2J\" (text)",
            "the table a\\u{1b}[2J",
        ),
        ("CREATE INDEX i ON progress (state)", "the index i"),
        ("ANALYZE", "the table sqlite_stat1"),
        ("DROP VIEW report", "the view report"),
        (
            "ALTER TABLE invocation DROP COLUMN rate",
            "the table invocation",
        ),
        (
            "DROP TABLE loaded; CREATE VIEW loaded AS \
             WITH RECURSIVE endless (rows) AS (SELECT 1 UNION ALL SELECT rows FROM endless) \
             SELECT max(rows) AS rows FROM endless",
            "the view loaded",
        ),
        (
            "PRAGMA writable_schema = on; INSERT INTO sqlite_schema VALUES \
             ('table', 'v', 'v', 0, 'CREATE VIRTUAL TABLE v USING csv(filename=secret)')",
            "the table v",
        ),
    ] {
        let file = finished(3);
        change(&file, script);
        let before = fs::read(file.path()).unwrap();
        for error in [
            SqliteJournal::open(&file.path()).unwrap_err(),
            SqliteJournal::open_to_read(&file.path()).unwrap_err(),
        ] {
            let is_named =
                matches!(&error, JournalError::Altered { what: found, .. } if found == what);
            assert!(is_named, "{script}: {error}");
        }
        assert_eq!(fs::read(file.path()).unwrap(), before, "{script}");
    }
}

#[test]
fn tables_of_no_version_are_no_journal_and_that_is_said_in_a_line() {
    for version in [0, -1] {
        let file = finished(3);
        change(&file, &format!("PRAGMA user_version = {version}"));
        for error in [
            SqliteJournal::open(&file.path()).unwrap_err(),
            SqliteJournal::open_to_read(&file.path()).unwrap_err(),
        ] {
            let is_so = matches!(error, JournalError::NotAJournal { .. });
            assert!(is_so, "{error}");
            assert_eq!(error.to_string().lines().count(), 1);
        }
    }
}

#[test]
fn a_value_that_is_never_written_is_refused_by_its_row() {
    for (script, number) in [
        ("UPDATE progress SET state = 'imparted' WHERE number = 2", 2),
        ("UPDATE progress SET state = x'00ff' WHERE number = 2", 2),
        ("UPDATE progress SET code = 'ten' WHERE number = 2", 2),
        ("UPDATE progress SET code = 1.5 WHERE number = 2", 2),
        (
            "UPDATE progress SET cause = CAST(x'ff' AS TEXT) WHERE number = 3",
            3,
        ),
        ("UPDATE progress SET topic_id = '' WHERE number = 1", 1),
        ("UPDATE input SET line = 'first' WHERE number = 2", 2),
        ("UPDATE input SET line = -1 WHERE number = 2", 2),
        ("UPDATE input SET request = x'7b7d' WHERE number = 2", 2),
        ("UPDATE input SET request = '{}' WHERE number = 2", 2),
        ("UPDATE input SET is_derived = 'maybe' WHERE number = 2", 2),
        ("UPDATE input SET as_read = x'00' WHERE number = 3", 3),
    ] {
        let file = finished(4);
        change(&file, script);
        let error = report(&file).expect_err(script);
        let is_named = matches!(error, JournalError::Damaged { number: found } if found == number);
        assert!(is_named, "{script}: {error:?}");
    }
}

#[test]
fn tables_that_do_not_fit_together_are_refused() {
    for script in [
        "UPDATE loaded SET rows = 7",
        "UPDATE loaded SET rows = -1",
        "UPDATE loaded SET rows = 'all'",
        "INSERT INTO loaded VALUES (4, 0, 4)",
        "UPDATE loaded SET communities = 1",
        "UPDATE loaded SET communities = -1",
        "UPDATE input SET number = -1 WHERE number = 1",
        "DELETE FROM input WHERE number = 2",
        "DELETE FROM input WHERE number = 4",
        "UPDATE input SET number = 0 WHERE number = 1",
        "INSERT INTO progress (number, state) VALUES (5, 'imported')",
        "INSERT INTO progress (number, state) VALUES (-5, 'imported')",
        "UPDATE invocation SET at = 9223372036854775807",
        "UPDATE invocation SET began_at = -9223372036854775808",
        "UPDATE invocation SET imports = -1",
        "UPDATE invocation SET rate = 'fast'",
        "UPDATE invocation SET calls = 'many'",
        "UPDATE pace SET at = 9223372036854775807 WHERE at = (SELECT min(at) FROM pace)",
        "UPDATE pace SET calls = 9223372036854775807",
        "UPDATE latency SET calls = 9223372036854775807",
        "UPDATE latency SET micros = -1 WHERE micros = (SELECT min(micros) FROM latency)",
        "UPDATE identity SET value = x'ff'",
        "UPDATE input SET request = '}' WHERE number = 2",
    ] {
        let file = finished(4);
        change(&file, script);
        let error = report(&file).expect_err(script);
        let is_so = matches!(error, JournalError::Corrupt { .. });
        assert!(is_so, "{script}: {error:?}");
    }
}

#[test]
fn who_goes_on_reads_no_other_values_either() {
    for script in [
        "UPDATE progress SET state = 'in_flight' WHERE number = 2; \
         UPDATE input SET request = x'00' WHERE number = 2",
        "UPDATE progress SET state = 'held' WHERE number = 2; UPDATE input SET line = -2",
        "INSERT INTO progress (number, state) VALUES (9, 'pending')",
        "UPDATE loaded SET rows = 5",
    ] {
        let file = finished(4);
        change(&file, script);
        let error = go_on(&file).expect_err(script);
        let is_so = matches!(
            error,
            JournalError::Corrupt { .. } | JournalError::Damaged { number: 2 }
        );
        assert!(is_so, "{script}: {error:?}");
    }
}

#[test]
fn pages_that_lead_in_a_circle_come_to_an_end() {
    let file = finished(3_000);
    let mut bytes = fs::read(file.path()).unwrap();
    let connection = Connection::open(file.path()).unwrap();
    let root: usize = connection
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'input'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    drop(connection);
    // The root of a large table: its cells begin with the number of the page below.
    let page = &mut bytes[(root - 1) * 4096..root * 4096];
    assert_eq!(page[0], 5, "an interior page of a table");
    let cells = usize::from(u16::from_be_bytes([page[3], page[4]]));
    assert!(cells > 10, "{cells}");
    let itself = u32::try_from(root).unwrap().to_be_bytes();
    for cell in 1..cells {
        let place = 12 + 2 * cell;
        let cell = usize::from(u16::from_be_bytes([page[place], page[place + 1]]));
        page[cell..cell + 4].copy_from_slice(&itself);
    }
    fs::write(file.path(), bytes).unwrap();
    let error = report(&file).unwrap_err();
    assert!(matches!(error, JournalError::Corrupt { .. }), "{error:?}");
}

#[test]
fn whatever_bit_is_flipped_a_report_is_whole_or_refused() {
    const FLIPS: u32 = 400;
    let file = finished(40);
    let whole = fs::read(file.path()).unwrap();
    assert_eq!(report(&file).unwrap(), 40);
    let mut random: u64 = 0x544f_5049;
    let mut next = || {
        // xorshift64
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 8).unwrap()
    };
    let mut refused = 0;
    for flip in 0..FLIPS {
        let mut bytes = whole.clone();
        // Half of them where SQLite keeps what it finds its way by.
        let page = next() % (whole.len() / 4096) * 4096;
        let within = if next().is_multiple_of(2) { 128 } else { 4096 };
        let place = page + next() % within;
        let bit = next() % 8;
        bytes[place] ^= 1 << bit;
        let changed = JournalFile::new();
        fs::write(changed.path(), &bytes).unwrap();
        match report(&changed) {
            Ok(rows) => assert_eq!(rows, 40, "byte {place}, bit {bit}"),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
        }
        // An import waits for the disk several times, where a report only reads.
        if flip.is_multiple_of(16)
            && let Err(error) = go_on(&changed)
        {
            assert!(!matches!(error, JournalError::Storage { .. }), "{error}");
        }
    }
    assert!(refused > FLIPS / 10, "{refused}");
}
