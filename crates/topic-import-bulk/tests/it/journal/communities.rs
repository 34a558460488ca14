//! Communities among the rows: they come first, and topics wait for them.

use topic_import_bulk::input::InputCommunity;
use topic_import_bulk::journal::{
    Cause, FailureCount, Journal as _, Order, Record, Remaining, Rest, Role,
};
use topic_import_bulk::request::Kind;
use topic_import_bulk::{Outcome, Retry};
use topic_import_core::Code;

use super::kept::{Kept, community, marked, numbers, record, record_all, sound};
use crate::support::{claim, read_rows, wait};

const A: &str = "@TGS#_a";
const B: &str = "@TGS#_b";

/// Two communities, and four topics of which two are in a third one.
fn kept<K: Kept>() -> K {
    let rows = [
        sound(1, A),
        sound(2, B),
        sound(3, "@TGS#_c"),
        sound(4, "@TGS#_c"),
    ];
    K::with_communities(&rows, &[community(7, A), community(8, B)])
}

pub(crate) fn communities_come_first_and_topics_wait_for_them<K: Kept>() {
    let kept = kept::<K>();
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        let claimed = journal.claim(5).await.unwrap();
        assert_eq!(numbers(&claimed.rows), [-2, -1]);
        assert_eq!(claimed.rest, Rest::More);
        let [first, second] = &claimed.rows[..] else {
            panic!("{claimed:?}");
        };
        assert_eq!((first.place.line, second.place.line), (7, 8));
        assert_eq!(first.request.group_id().as_str(), A);
        assert_eq!(first.request.kind(), Kind::Community);
        for outcome in [None, Some(Outcome::Imported)] {
            if let Some(outcome) = outcome {
                record(&journal, &[-2], outcome).await;
            }
            let claimed = journal.claim(5).await.unwrap();
            assert!(claimed.rows.is_empty(), "{claimed:?}");
            assert!(
                matches!(claimed.rest, Rest::AskAgainAfter(_)),
                "{claimed:?}"
            );
        }
        record(&journal, &[-1], Outcome::Existing).await;
        let topics = claim(&journal, 5).await;
        assert_eq!(numbers(&topics), [1, 2, 3, 4]);
        assert!(topics.iter().all(|topic| !topic.is_blocked));
    });
}

pub(crate) fn topics_of_a_community_that_is_not_there_are_blocked<K: Kept>() {
    for outcome in [
        Outcome::Rejected,
        Outcome::Conflict,
        Outcome::Unknown,
        Outcome::Held,
    ] {
        let mut kept = kept::<K>();
        wait(async {
            let journal = kept.open().await;
            journal.begin(Role::Import(&[])).await.unwrap();
            claim(&journal, 5).await;
            record(&journal, &[-2], outcome).await;
            record(&journal, &[-1], Outcome::Imported).await;
            let blocked = |topics: &[_]| {
                let topics = topics.iter();
                let blocked =
                    topics.filter(|row: &&topic_import_bulk::journal::ClaimedRow| row.is_blocked);
                blocked.map(|row| row.number).collect::<Vec<_>>()
            };
            let topics = claim(&journal, 2).await;
            assert_eq!((numbers(&topics), blocked(&topics)), (vec![1, 2], vec![1]));
            record(&journal, &[1], Outcome::Held).await;

            // It stays so, whoever goes on.
            let journal = kept.killed(journal).await;
            journal.begin(Role::Import(&[])).await.unwrap();
            if outcome == Outcome::Held {
                let communities = claim(&journal, 5).await;
                assert_eq!(numbers(&communities), [-2]);
                record(&journal, &[-2], outcome).await;
            }
            let topics = claim(&journal, 5).await;
            assert_eq!(
                (numbers(&topics), blocked(&topics)),
                (vec![1, 2, 3, 4], vec![1])
            );
        });
    }
}

pub(crate) fn a_community_that_is_taken_up_again_comes_before_topics<K: Kept>() {
    let mut kept = kept::<K>();
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 5).await;
        record(&journal, &[-2], Outcome::Imported).await;
        let journal = kept.killed(journal).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        assert_eq!(marked(&claim(&journal, 5).await), [(-1, true)]);
        record(&journal, &[-1], Outcome::Rejected).await;
        assert_eq!(numbers(&claim(&journal, 1).await), [1]);
        record(&journal, &[1], Outcome::Imported).await;

        let journal = kept.killed(journal).await;
        journal
            .begin(Role::Import(&[Retry::Rejected]))
            .await
            .unwrap();
        assert_eq!(marked(&claim(&journal, 5).await), [(-1, false)]);
        assert!(claim(&journal, 5).await.is_empty());
        record(&journal, &[-1], Outcome::Imported).await;
        let topics = claim(&journal, 5).await;
        assert_eq!(numbers(&topics), [2, 3, 4]);
        assert!(topics.iter().all(|topic| !topic.is_blocked));
    });
}

pub(crate) fn what_remains_of_topics_whose_community_stays_away_is_blocked<K: Kept>() {
    let mut kept = kept::<K>();
    wait(async {
        let journal = kept.open().await;
        let remaining = journal.remaining(Role::Import(&[])).await.unwrap();
        assert_eq!((remaining.communities(), remaining.blocked), (2, 0));
        let topics = |remaining: &Remaining| {
            let topics = remaining.by_community.iter();
            let topics = topics.map(|(group_id, topics)| format!("{group_id}: {topics}"));
            topics.collect::<Vec<_>>().join(", ")
        };
        assert_eq!(topics(&remaining), "@TGS#_a: 1, @TGS#_b: 1, @TGS#_c: 2");
        let bytes: usize = ["a", "b", "c", "c"]
            .map(|group| sound(1, &format!("@TGS#_{group}")))
            .map(|row| serde_json::to_string(&row.topic.unwrap()).unwrap().len())
            .into_iter()
            .sum();
        assert_eq!(remaining.bytes, bytes as u64);

        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 5).await;
        record(&journal, &[-2], Outcome::Rejected).await;
        record(&journal, &[-1], Outcome::Imported).await;
        let journal = kept.killed(journal).await;
        let remaining = journal.remaining(Role::Import(&[])).await.unwrap();
        assert_eq!((remaining.communities(), remaining.blocked), (0, 1));
        assert_eq!(topics(&remaining), "@TGS#_b: 1, @TGS#_c: 2");
        let rejected = FailureCount::new(Kind::Community, None, Outcome::Rejected, 1);
        assert_eq!(remaining.left, [rejected]);
        let retry = Role::Import(&[Retry::Rejected]);
        let remaining = journal.remaining(retry).await.unwrap();
        assert_eq!((remaining.communities(), remaining.blocked), (1, 0));
        assert_eq!(topics(&remaining), "@TGS#_a: 1, @TGS#_b: 1, @TGS#_c: 2");
        assert_eq!(remaining.left, []);
    });
}

pub(crate) fn communities_are_counted_and_read_apart<K: Kept>() {
    let rows = [sound(1, A), sound(2, "@TGS#_c")];
    let bad = InputCommunity::invalid(9, "is wrong", Some("{}".into()));
    let kept = K::with_communities(&rows, &[community(7, A), community(8, B), bad]);
    wait(async {
        let journal = kept.open().await;
        let summary = journal.summary().await.unwrap();
        let communities = &summary.communities;
        assert_eq!((summary.rows, summary.pending), (2, 2));
        assert_eq!(communities.rows, 3);
        assert_eq!(communities.of(Outcome::Pending), 2);
        assert_eq!(communities.of(Outcome::Rejected), 1);

        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 5).await;
        let mut conflict = Record::new(-2, Outcome::Conflict);
        conflict.cause.code = Some(Code::new(10021));
        conflict.cause.what = Some("taken".to_owned());
        record_all(&journal, vec![conflict]).await;
        let summary = journal.summary().await.unwrap();
        let communities = &summary.communities;
        assert_eq!(communities.of(Outcome::Conflict), 1);
        assert_eq!(communities.of(Outcome::InFlight), 1);
        let by_code: Vec<_> = communities.by_code.clone().into_iter().collect();
        assert_eq!(by_code, [(Code::new(10021), 1)]);
        assert_eq!((summary.pending, summary.by_code.len()), (2, 0));
        assert!(!summary.is_complete());

        let numbers = |rows: Vec<topic_import_bulk::journal::StoredRow>| {
            rows.iter().map(|row| row.number).collect::<Vec<_>>()
        };
        let all = read_rows(&journal, &Outcome::ALL, Order::Input).await;
        assert_eq!(numbers(all), [-3, -2, -1, 1, 2]);
        let own = read_rows(&journal, &Outcome::ALL, Order::Communities).await;
        assert_eq!(own[0].community().unwrap().group_id().as_str(), A);
        assert_eq!(own[1].cause.what.as_deref(), Some("taken"));
        assert_eq!(own[2].cause, Cause::new("is wrong"));
        assert_eq!(
            (own[2].place.line, own[2].as_read.as_deref()),
            (9, Some("{}"))
        );
        assert_eq!(numbers(own), [-3, -2, -1]);
        let topics = read_rows(&journal, &Outcome::ALL, Order::Group).await;
        assert_eq!(numbers(topics), [1, 2]);

        let communities = journal.communities(9).await.unwrap();
        let listed: Vec<_> = communities
            .listed
            .iter()
            .map(|community| {
                let topics: u64 = community.rows.iter().sum();
                (community.group_id.as_deref(), community.own, topics)
            })
            .collect();
        assert_eq!(communities.count, 3);
        assert_eq!(
            listed,
            [
                (Some(A), Some(Outcome::InFlight), 1),
                (Some(B), Some(Outcome::Conflict), 0),
                (Some("@TGS#_c"), None, 1),
            ]
        );
        let course = journal.course().await.unwrap();
        assert!(
            course
                .failures
                .iter()
                .all(|failure| failure.kind == Kind::Community)
        );
    });
}
