//! A journal that was damaged, or changed by somebody else.

use std::num::NonZeroU64;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use rusqlite::Connection;
use rusqlite::types::Value;
use topic_import_bulk::Outcome;
use topic_import_bulk::check::{CheckSettings, TopicIds};
use topic_import_bulk::input::{Communities, CommunitiesFormat, Format, Input, RowSettings};
use topic_import_bulk::journal::{
    Cause, Identity, Journal as _, JournalError, Loading as _, Order, Pages as _, Record, Role,
    SqliteJournal, Usage,
};
use topic_import_bulk::load::load;
use topic_import_bulk::report::{ReportedRow, RowFormat, RowsToCorrect};
use topic_import_core::{KnownTopicId, SdkAppId, Service};

use crate::choices::Choices;

/// The names of tables and columns, as SQL has them.
const COLUMNS: &[(&str, &str)] = &[
    ("identity", "name"),
    ("identity", "value"),
    ("loaded", "rows"),
    ("loaded", "communities"),
    ("loaded", "at"),
    ("input", "number"),
    ("input", "line"),
    ("input", "request"),
    ("input", "is_derived"),
    ("input", "as_read"),
    ("progress", "number"),
    ("progress", "state"),
    ("progress", "code"),
    ("progress", "said"),
    ("progress", "cause"),
    ("progress", "topic_id"),
    ("progress", "at"),
    ("invocation", "id"),
    ("invocation", "began_by"),
    ("invocation", "began_at"),
    ("invocation", "at"),
    ("invocation", "calls"),
    ("invocation", "repeated"),
    ("invocation", "throttled"),
    ("invocation", "imports"),
    ("invocation", "rate"),
    ("pace", "at"),
    ("pace", "calls"),
    ("latency", "micros"),
    ("latency", "calls"),
];

/// Numbers at which counting ends.
const EDGES: &[i64] = &[i64::MIN, i64::MAX, -1, 0, 1, 4_102_444_800_000];

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal");
    match choices.byte() % 4 {
        0 => std::fs::write(&path, choices.rest()).unwrap(),
        1 => std::fs::write(&path, with_other_bytes(choices)).unwrap(),
        _ => {
            std::fs::write(&path, &*WHOLE).unwrap();
            if with_other_values(&path, choices).is_err() {
                return;
            }
        }
    }
    let bytes = std::fs::read(&path).unwrap();
    let looked_at = runtime().block_on(look_at(&path));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    let gone_on = runtime().block_on(go_on_with(&path));
    for error in [looked_at, gone_on].into_iter().filter_map(Result::err) {
        assert_refused(&error);
    }
}

/// A journal that is not as it was written is refused in words, and is never taken for a fault of the machine.
fn assert_refused(error: &JournalError) {
    let said = error.to_string();
    assert!(!said.is_empty() && said.lines().count() == 1, "{said:?}");
    let is_typed = matches!(
        error,
        JournalError::Altered { .. }
            | JournalError::AnotherVersion { .. }
            | JournalError::Corrupt { .. }
            | JournalError::Damaged { .. }
            | JournalError::InTheWay { .. }
            | JournalError::NotAJournal { .. }
            | JournalError::NotLoaded { .. }
    );
    assert!(is_typed, "{error:?}");
}

/// Reads all that a report shows.
async fn look_at(path: &Path) -> Result<(), JournalError> {
    let journal = SqliteJournal::open_to_read(path)?;
    let summary = journal.summary().await?;
    journal.summary_of_first(NonZeroU64::MIN).await?;
    journal.course().await?;
    journal.communities(3).await?;
    for order in [Order::Communities, Order::Group, Order::Input] {
        let mut to_correct = [RowFormat::Jsonl, RowFormat::Csv]
            .map(|format| RowsToCorrect::new(std::io::sink(), format));
        let mut pages = journal.rows(&Outcome::ALL, order).await?;
        let mut numbers = Vec::new();
        loop {
            let page = pages.next_page().await?;
            if page.is_empty() {
                break;
            }
            numbers.extend(page.iter().map(|row| row.number));
            for row in page {
                if row.request.is_some() {
                    row.request()?;
                }
                for rows in &mut to_correct {
                    let _ = rows.write(&row);
                }
                ReportedRow::try_from(row)?;
            }
        }
        if order == Order::Input {
            let topics = numbers.iter().filter(|number| **number > 0).count() as u64;
            let sum = |counts: &[(Outcome, u64)]| counts.iter().map(|(_, count)| count).sum();
            assert_eq!([topics, sum(&summary.counts())], [summary.rows; 2]);
            let communities = numbers.len() as u64 - topics;
            let counts: u64 = sum(&summary.communities.counts());
            assert_eq!([communities, counts], [summary.communities.rows; 2]);
        }
    }
    Ok(())
}

/// Does what an import does that goes on with it.
async fn go_on_with(path: &Path) -> Result<(), JournalError> {
    let journal = SqliteJournal::open(path)?;
    match journal.belongs_to(&identity()).await {
        Ok(()) | Err(JournalError::AnotherRun { .. }) => {}
        Err(error) => return Err(error),
    }
    journal.begin(Role::Import(&[])).await?;
    let claimed = journal.claim(100).await?;
    let records = claimed.rows.iter().map(|row| {
        let mut record = Record::new(row.number, Outcome::Rejected);
        record.cause = Cause::new("it was refused");
        record
    });
    journal
        .record(records.collect::<Vec<_>>().into(), Usage::default())
        .await?;
    journal.summary().await?;
    journal.leave().await
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap()
}

fn identity() -> Identity {
    Identity::of_target(SdkAppId::new(1), "http://localhost", Service::default())
}

/// A journal of communities and topics with every outcome.
static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal");
    runtime().block_on(write(&path)).unwrap();
    std::fs::read(&path).unwrap()
});

async fn write(path: &Path) -> Result<(), JournalError> {
    let communities = "{\"GroupId\":\"@TGS#_a\",\"Name\":\"A\"}\n{\"GroupId\":\"@TGS#_b\"}\n";
    let communities = Communities::read(communities.as_bytes(), CommunitiesFormat::Jsonl, false);
    let rows = (0..12).map(|row| format!("{{\"GroupId\":\"@TGS#_a\",\"TopicName\":\"{row}\"}}\n"));
    let rows: String = rows.chain(["{\"TopicName\":7}\n".to_owned()]).collect();
    let input = Input::bytes(rows.into_bytes(), Format::Jsonl, RowSettings::default());
    let input = input.with_communities(communities.unwrap());
    let mut settings = CheckSettings::default();
    settings.topic_ids = TopicIds::Service;
    let loaded = load(SqliteJournal::create(path)?, &input, &settings, |_| {});
    let (report, loading) = loaded.unwrap();
    let identity = identity().with_input(&input, report.fingerprint, &settings);
    let journal = loading.unwrap().finish(&identity)?;
    journal.begin(Role::Import(&[])).await?;
    for outcomes in [&Outcome::ALL[..], &Outcome::ALL[..]] {
        let claimed = journal.claim(10).await?;
        let records = claimed.rows.iter().zip(outcomes.iter().cycle().skip(2));
        let records = records.map(|(row, outcome)| {
            let mut record = Record::new(row.number, *outcome);
            record.cause = Cause::new("the service said so");
            let id = "@TGS#_a@TOPIC#_@TOPIC#c1";
            record.topic_id = (row.number > 0).then(|| KnownTopicId::parse(id).unwrap());
            record
        });
        let mut usage = Usage::default();
        usage.calls = 7;
        let records: Arc<[Record]> = records.collect();
        journal.record(records, usage).await?;
    }
    journal.leave().await
}

/// The journal with other bytes in some places, and perhaps without its end.
fn with_other_bytes(mut choices: Choices<'_>) -> Vec<u8> {
    let mut bytes = WHOLE.clone();
    if choices.byte() & 7 == 7 {
        let length = usize::try_from(choices.number(3)).unwrap() % bytes.len();
        bytes.truncate(length);
    }
    while !choices.is_empty() && !bytes.is_empty() {
        let place = usize::try_from(choices.number(3)).unwrap() % bytes.len();
        bytes[place] = choices.byte();
    }
    bytes
}

/// The journal with other values in some columns, or without some rows.
fn with_other_values(path: &Path, mut choices: Choices<'_>) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA foreign_keys = off; PRAGMA journal_mode = delete")?;
    while !choices.is_empty() {
        let (table, column) = choices.of(COLUMNS);
        let all: i64 =
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
                row.get(0)
            })?;
        // One of the rows, or one beyond them: all.
        let row = i64::from(choices.byte()) % (all + 1);
        let which = if row == all {
            String::new()
        } else {
            let key = match table {
                "identity" => "name",
                "loaded" | "invocation" => "rowid",
                "pace" => "at",
                "latency" => "micros",
                _ => "number",
            };
            format!(
                " WHERE {key} = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row})"
            )
        };
        let value = match choices.byte() % 8 {
            0 => Value::Null,
            1 => Value::Integer(choices.of(EDGES)),
            2 => Value::Integer(i64::from(choices.byte()) - 16),
            3 => Value::Real(f64::from_bits(choices.number(8))),
            4 => {
                let length = usize::from(choices.byte());
                Value::Blob(choices.take(length).to_vec())
            }
            5 => {
                // Whatever is refused by the tables themselves cannot stand in them.
                let _ = connection.execute(&format!("DELETE FROM {table}{which}"), []);
                continue;
            }
            _ => {
                let length = usize::from(choices.byte());
                let text = String::from_utf8_lossy(choices.take(length)).into_owned();
                Value::Text(text)
            }
        };
        let _ = connection.execute(&format!("UPDATE {table} SET {column} = ?1{which}"), [value]);
    }
    connection.close().map_err(|(_, error)| error)
}
