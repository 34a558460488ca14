//! A journal with more rows than memory should hold.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;

use topic_import_bulk::Outcome;
use topic_import_bulk::check::CheckSettings;
use topic_import_bulk::input::{Format, Input, RowSettings};
use topic_import_bulk::journal::{
    Identity, Journal as _, Loading as _, Order, Pages as _, Record, Role, SqliteJournal, Usage,
};
use topic_import_bulk::load::load;
use topic_import_core::{SdkAppId, Service};

use crate::peak;

const FEW: u64 = 2_000;
const MANY: u64 = 200_000;
/// So many rows are claimed at once.
const CLAIMED: usize = 1_000;
/// The many rows would need several times as much.
const MOST_MIB_MORE: u64 = 32;

/// An input whose rows have 400 bytes each.
fn write_rows(path: &Path, rows: u64) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    for row in 0..rows {
        let group = row % 1_000;
        writeln!(
            file,
            r#"{{"GroupId":"@TGS#_{group}","TopicId":"@TGS#_{group}@TOPIC#_{row}","TopicName":"x","CustomString":"{row:0300}"}}"#
        )
        .unwrap();
    }
}

/// Checks, loads, claims, records and reads so many rows.
fn migrate(rows: u64) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("rows.jsonl");
    write_rows(&path, rows);
    let input = Input::file(&path, Format::Jsonl, RowSettings::default());
    let identity = Identity::of_target(SdkAppId::new(1), "x", Service::default());
    let loading = SqliteJournal::create(&directory.path().join("journal")).unwrap();
    let (report, loading) = load(loading, &input, &CheckSettings::default(), |_| {}).unwrap();
    assert_eq!(report.problems, []);
    let journal = loading.unwrap().finish(&identity).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(async {
        journal.begin(Role::Import(&[])).await.unwrap();
        loop {
            let claimed = journal.claim(CLAIMED).await.unwrap().rows;
            let imported = |row| Record::new(row, Outcome::Imported);
            let records: Arc<[Record]> = claimed.iter().map(|row| imported(row.number)).collect();
            journal.record(records, Usage::default()).await.unwrap();
            if claimed.len() < CLAIMED {
                break;
            }
        }
        assert_eq!(journal.summary().await.unwrap().imported, rows);
        for order in [Order::Input, Order::Group] {
            let mut pages = journal.rows(&Outcome::ALL, order).await.unwrap();
            let mut read = 0;
            loop {
                let page = pages.next_page().await.unwrap();
                if page.is_empty() {
                    break;
                }
                read += page.len() as u64;
            }
            assert_eq!(read, rows);
        }
    });
}

#[test]
fn a_long_input_takes_hardly_more_memory_than_a_short_one() {
    migrate(FEW);
    let few = peak::memory_mib();
    migrate(MANY);
    let many = peak::memory_mib();
    assert!(many < few + MOST_MIB_MORE, "{few} MiB, then {many} MiB");
}
