//! Which rows are claimed, in which order, and which never again.

use std::sync::Arc;
use topic_import_bulk::input::InputRow;

use topic_import_bulk::journal::{Journal as _, Role};
use topic_import_bulk::request::Request;
use topic_import_bulk::{Outcome, Retry};

use super::kept::{Kept, claim_all, invalid, marked, numbers, record, sound, sound_rows, topic};
use crate::support::{GROUP, claim, wait};

pub(crate) fn rows_are_claimed_once_each_in_the_order_of_the_input<K: Kept>() {
    let kept = K::of(&sound_rows(10));
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        let mut claimed = Vec::new();
        for expected in [4, 4, 2, 0, 0] {
            let rows = claim(&journal, 4).await;
            assert_eq!(rows.len(), expected);
            claimed.extend(marked(&rows));
        }
        let expected: Vec<_> = (1..=10).map(|number| (number, false)).collect();
        assert_eq!(claimed, expected);
    });
}

pub(crate) fn a_claimed_row_is_what_was_loaded<K: Kept>() {
    let full = r#"{"Type":"Community","GroupId":"@TGS#_a","TopicId":"@TGS#_a@TOPIC#_x","TopicName":"话题 \u0000\"","From_Account":7,"CustomString":"{}","FaceUrl":"f","Notification":"n","Introduction":" i\n","CreateTime":1448357837}"#;
    let topics = [
        topic(full),
        topic(r#"{"GroupId":"@TGS#_a","TopicName":"x","From_Account":"7"}"#),
        topic(r#"{"GroupId":"@TGS#_a","TopicName":"x","Introduction":"","CreateTime":0}"#),
    ];
    let row = |(line, topic)| InputRow::sound(line, topic);
    let rows: Vec<_> = (7..).zip(topics.clone()).map(row).collect();
    let kept = K::of(&rows);
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        let claimed = claim(&journal, 5).await;
        let claimed: Vec<_> = claimed
            .into_iter()
            .map(|row| (row.number, row.place.line, row.request))
            .collect();
        let [first, second, third] = topics.map(|topic| Request::Topic(Arc::new(topic)));
        assert_eq!(claimed, [(1, 7, first), (2, 8, second), (3, 9, third)]);
    });
}

pub(crate) fn rows_in_flight_at_a_kill_come_again_before_new_ones_and_say_so<K: Kept>() {
    let mut kept = K::of(&sound_rows(8));
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        assert_eq!(numbers(&claim(&journal, 5).await), [1, 2, 3, 4, 5]);
        record(&journal, &[2, 4], Outcome::Imported).await;
        record(&journal, &[3], Outcome::Pending).await;

        let journal = kept.killed(journal).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        let claimed = claim(&journal, 4).await;
        assert_eq!(
            marked(&claimed),
            [(1, true), (3, false), (5, true), (6, false)]
        );

        // Whatever has been in flight stays so.
        let journal = kept.killed(journal).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        let claimed = claim_all(&journal, 3).await;
        assert_eq!(
            marked(&claimed),
            [
                (1, true),
                (3, true),
                (5, true),
                (6, true),
                (7, false),
                (8, false)
            ]
        );
    });
}

pub(crate) fn another_invocation_of_the_same_process_takes_up_what_is_in_flight<K: Kept>() {
    let kept = K::of(&sound_rows(3));
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 2).await;
        record(&journal, &[1], Outcome::Existing).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        let claimed = claim_all(&journal, 2).await;
        assert_eq!(marked(&claimed), [(2, true), (3, false)]);
    });
}

pub(crate) fn released_and_held_rows_come_again_in_the_next_invocation_and_not_in_this<K: Kept>() {
    let mut kept = K::of(&sound_rows(5));
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        assert_eq!(numbers(&claim(&journal, 3).await), [1, 2, 3]);
        record(&journal, &[1], Outcome::Pending).await;
        record(&journal, &[2], Outcome::Held).await;
        record(&journal, &[3], Outcome::Imported).await;
        assert_eq!(numbers(&claim_all(&journal, 2).await), [4, 5]);
        record(&journal, &[4, 5], Outcome::Imported).await;

        let journal = kept.killed(journal).await;
        journal.begin(Role::Import(&[])).await.unwrap();
        let claimed = claim_all(&journal, 10).await;
        assert_eq!(marked(&claimed), [(1, false), (2, false)]);
    });
}

const FINAL: [Outcome; 6] = [
    Outcome::Imported,
    Outcome::Existing,
    Outcome::Rejected,
    Outcome::Conflict,
    Outcome::Unknown,
    Outcome::Destroyed,
];

pub(crate) fn a_row_with_an_outcome_is_claimed_again_only_if_it_is_asked_for<K: Kept>() {
    let mut kept = K::of(&sound_rows(7));
    wait(async {
        let mut journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 6).await;
        for (number, outcome) in (1..).zip(FINAL) {
            record(&journal, &[number], outcome).await;
        }
        for _ in 0..2 {
            journal = kept.killed(journal).await;
            journal.begin(Role::Import(&[])).await.unwrap();
            assert_eq!(numbers(&claim_all(&journal, 3).await), [7]);
        }

        let retry = [Retry::Unknown, Retry::Rejected, Retry::Conflict];
        let journal = kept.killed(journal).await;
        journal.begin(Role::Import(&retry)).await.unwrap();
        let claimed = claim_all(&journal, 2).await;
        assert_eq!(
            marked(&claimed),
            [(3, false), (4, false), (5, false), (7, true)]
        );
    });
}

pub(crate) fn invalid_rows_are_never_claimed<K: Kept>() {
    let rows = [
        invalid(1),
        sound(2, GROUP),
        invalid(3),
        sound(4, GROUP),
        invalid(5),
    ];
    let mut kept = K::of(&rows);
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&Retry::ALL)).await.unwrap();
        assert_eq!(numbers(&claim(&journal, 1).await), [2]);
        record(&journal, &[2], Outcome::Rejected).await;
        assert_eq!(numbers(&claim_all(&journal, 2).await), [4]);

        let journal = kept.killed(journal).await;
        journal.begin(Role::Import(&Retry::ALL)).await.unwrap();
        let claimed = claim_all(&journal, 2).await;
        assert_eq!(marked(&claimed), [(2, false), (4, true)]);
    });
}

pub(crate) fn a_journal_without_sound_rows_is_over_at_once<K: Kept>() {
    for rows in [vec![], vec![invalid(1), invalid(2)]] {
        let kept = K::of(&rows);
        wait(async {
            let journal = kept.open().await;
            journal.begin(Role::Import(&[])).await.unwrap();
            assert!(claim(&journal, 1).await.is_empty());
        });
    }
}
