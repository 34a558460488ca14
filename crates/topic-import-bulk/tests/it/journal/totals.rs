//! The counts of a journal.

use std::collections::BTreeMap;
use std::sync::Arc;

use topic_import_bulk::journal::{Journal, Record, Role, Summary, Usage};
use topic_import_bulk::{Outcome, Retry};
use topic_import_core::Code;

use super::kept::{Kept, invalid, record, record_all, sound, sound_rows};
use crate::support::{GROUP, claim, wait};

/// The summary, once it adds up.
async fn summary(journal: &impl Journal) -> Summary {
    let summary = journal.summary().await.unwrap();
    let sum: u64 = summary.counts().iter().map(|(_, count)| count).sum();
    assert_eq!(sum, summary.rows, "{summary:?}");
    assert!(summary.in_flight <= summary.pending, "{summary:?}");
    summary
}

fn counts(summary: &Summary) -> Vec<(Outcome, u64)> {
    let counts = summary.counts().into_iter();
    counts.filter(|(_, count)| *count > 0).collect()
}

pub(crate) fn the_counts_add_up_at_every_step<K: Kept>() {
    use Outcome::{Conflict, Held, Imported, Pending, Rejected, Unknown};
    let rows = [
        sound(1, GROUP),
        invalid(2),
        sound(3, GROUP),
        sound(4, GROUP),
        sound(5, GROUP),
    ];
    let mut kept = K::of(&rows);
    wait(async {
        let journal = kept.open().await;
        let loaded = summary(&journal).await;
        assert_eq!(counts(&loaded), [(Rejected, 1), (Pending, 4)]);
        assert_eq!((loaded.rows, loaded.in_flight), (5, 0));

        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 3).await;
        let claimed = summary(&journal).await;
        assert_eq!(counts(&claimed), [(Rejected, 1), (Pending, 4)]);
        assert_eq!(claimed.in_flight, 3);

        record(&journal, &[1], Imported).await;
        record(&journal, &[3], Held).await;
        let recorded = summary(&journal).await;
        let expected = [(Imported, 1), (Rejected, 1), (Held, 1), (Pending, 2)];
        assert_eq!(counts(&recorded), expected);
        assert_eq!(recorded.in_flight, 1);

        let journal = kept.killed(journal).await;
        assert_eq!(counts(&summary(&journal).await), expected);
        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 1).await;
        let taken_up = summary(&journal).await;
        assert_eq!(
            counts(&taken_up),
            [(Imported, 1), (Rejected, 1), (Pending, 3)]
        );
        assert_eq!(taken_up.in_flight, 2);

        claim(&journal, 9).await;
        record(&journal, &[3], Unknown).await;
        record(&journal, &[4], Conflict).await;
        record(&journal, &[5], Pending).await;
        let last = summary(&journal).await;
        assert_eq!(
            counts(&last),
            [
                (Imported, 1),
                (Rejected, 1),
                (Conflict, 1),
                (Unknown, 1),
                (Pending, 1)
            ]
        );
        assert_eq!(last.in_flight, 0);
    });
}

pub(crate) fn rows_are_counted_by_their_last_code<K: Kept>() {
    let mut kept = K::of(&sound_rows(5));
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 5).await;
        let with_code = |number, outcome, code| {
            let mut record = Record::new(number, outcome);
            record.cause.code = Some(Code::new(code));
            record
        };
        record_all(
            &journal,
            vec![
                with_code(1, Outcome::Rejected, 80001),
                with_code(2, Outcome::Held, 10010),
                with_code(3, Outcome::Rejected, 80001),
                with_code(4, Outcome::Conflict, 10021),
                Record::new(5, Outcome::Imported),
            ],
        )
        .await;
        let by_code = summary(&journal).await.by_code;
        assert_eq!(numbers(by_code), [(10010, 1), (10021, 1), (80001, 2)]);

        let journal = kept.killed(journal).await;
        journal
            .begin(Role::Import(&[Retry::Rejected]))
            .await
            .unwrap();
        claim(&journal, 5).await;
        record(&journal, &[1], Outcome::Imported).await;
        record_all(&journal, vec![with_code(2, Outcome::Rejected, -1)]).await;
        let by_code = summary(&journal).await.by_code;
        assert_eq!(numbers(by_code), [(-1, 1), (10021, 1), (80001, 1)]);
    });
}

pub(crate) fn calls_are_those_of_all_invocations<K: Kept>() {
    let mut kept = K::of(&sound_rows(1));
    wait(async {
        let mut journal = kept.open().await;
        assert_eq!(summary(&journal).await.calls, 0);
        for (invocation, expected) in [(1, 30), (2, 60), (3, 90)] {
            journal.begin(Role::Import(&[])).await.unwrap();
            for calls in [20, 30] {
                let mut usage = Usage::default();
                usage.calls = calls;
                usage.repeated = 1;
                usage.throttled = calls / 10;
                let nothing: Arc<[Record]> = Arc::from([]);
                journal.record(nothing, usage).await.unwrap();
            }
            let so_far = summary(&journal).await;
            assert_eq!(
                (so_far.calls, so_far.throttled),
                (expected, expected / 10),
                "{invocation}"
            );
            journal = kept.killed(journal).await;
            assert_eq!(summary(&journal).await.calls, expected, "{invocation}");
        }
    });
}

/// How many rows each code kept from being imported, by its number.
fn numbers(by_code: BTreeMap<Code, u64>) -> Vec<(i64, u64)> {
    let by_code = by_code.into_iter();
    by_code.map(|(code, rows)| (code.get(), rows)).collect()
}
