//! Inputs on their way through a journal.

use std::num::NonZeroU64;

use topic_import_bulk::Outcome;
use topic_import_bulk::check::{CheckSettings, TopicIds};
use topic_import_bulk::input::{AccountDigits, Format, Input, RowSettings};
use topic_import_bulk::journal::{
    Identity, Journal, Loading as _, Order, Pages as _, SqliteJournal, StoredRow,
};
use topic_import_bulk::load::load;
use topic_import_bulk::report::RowFormat;
use topic_import_core::{GroupId, SdkAppId, Service};

use crate::choices::Choices;
use crate::sound::{EXPORTS, read, written};

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let format = match choices.byte() % 4 {
        0 => Format::Jsonl,
        1 => Format::Csv,
        2 => Format::Json,
        _ => Format::Export(choices.of(&EXPORTS)),
    };
    let chosen = choices.byte();
    let mut settings = RowSettings::default();
    settings.group_id = (chosen & 1 > 0).then(|| GroupId::parse("@TGS#_a").unwrap());
    settings.fit = chosen & 2 > 0;
    settings.create_communities = chosen & 4 > 0;
    let mut check = CheckSettings::default();
    check.topic_ids = choices.of(&[TopicIds::Derived, TopicIds::OfExports, TopicIds::Service]);
    check.topics_per_community = NonZeroU64::new(3).unwrap();
    check.keep_problems = chosen & 8 > 0;
    through_a_journal(&format, settings, &check, choices.rest());
}

fn through_a_journal(format: &Format, settings: RowSettings, check: &CheckSettings, bytes: &[u8]) {
    let group_id = settings.group_id.clone();
    let input = Input::bytes(bytes, format.clone(), settings);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal");
    let loading = SqliteJournal::create(&path).unwrap();
    let mut seen = 0;
    let Ok((report, loading)) = load(loading, &input, check, |_| seen += 1) else {
        return;
    };
    assert_eq!(report.rows, seen);
    assert!(report.invalid <= report.rows);
    let (invalid, made) = (
        report.invalid,
        report.own_communities.as_ref().map_or(0, |own| own.rows),
    );
    let Some(loading) = loading else {
        assert!(!path.exists());
        return;
    };
    let identity = Identity::of_target(SdkAppId::new(1), "http://localhost", Service::default());
    let identity = identity.with_input(&input, report.fingerprint, check);
    let journal = loading.finish(&identity).unwrap();
    let rows = stored(&journal);
    let topics: Vec<&StoredRow> = rows.iter().filter(|row| row.number > 0).collect();
    assert_eq!(topics.len() as u64, seen);
    assert_eq!((rows.len() - topics.len()) as u64, made);
    let rejected: Vec<&StoredRow> = topics
        .into_iter()
        .filter(|row| row.outcome == Outcome::Rejected)
        .collect();
    assert_eq!(rejected.len() as u64, invalid);
    for row in &rows {
        assert_eq!(
            row.request.is_none(),
            row.outcome == Outcome::Rejected,
            "{row:?}"
        );
        assert!(row.request.is_none() || row.request().is_ok(), "{row:?}");
        assert_eq!(
            row.cause.is_empty(),
            row.outcome != Outcome::Rejected,
            "{row:?}"
        );
    }

    // Whatever is kept of an invalid row is one row again.
    for format in [RowFormat::Jsonl, RowFormat::Csv] {
        let rows = rejected.iter().map(|row| ((), (*row).clone()));
        let (kept, text, digits) = written(format, rows);
        let mut settings = RowSettings::default();
        settings.group_id.clone_from(&group_id);
        settings.account_digits = digits;
        let input = match format {
            RowFormat::Jsonl => Format::Jsonl,
            _ => Format::Csv,
        };
        let (again, _) = read(&input, &settings, &text).unwrap();
        assert_eq!(
            again.len(),
            kept.len(),
            "{}",
            String::from_utf8_lossy(&text)
        );
        assert!(digits == AccountDigits::Text || !kept.is_empty());
    }
}

fn stored(journal: &SqliteJournal) -> Vec<StoredRow> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut all = Vec::new();
        for order in [Order::Communities, Order::Input] {
            let mut pages = journal.rows(&Outcome::ALL, order).await.unwrap();
            loop {
                let page = pages.next_page().await.unwrap();
                if page.is_empty() {
                    break;
                }
                all.extend(page);
            }
        }
        all.sort_by_key(|row| row.number);
        all.dedup_by_key(|row| row.number);
        let summary = journal.summary().await.unwrap();
        let communities = summary.communities.rows;
        assert_eq!(all.len() as u64, summary.rows + communities);
        all
    })
}
