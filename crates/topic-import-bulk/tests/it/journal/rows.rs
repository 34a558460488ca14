//! Rows that are read from a journal.

use std::collections::BTreeSet;

use topic_import_bulk::Outcome;
use topic_import_bulk::input::InputRow;
use topic_import_bulk::journal::{Cause, Journal, Order, Pages as _, Record, Role, StoredRow};
use topic_import_core::Code;
use topic_import_core::KnownTopicId;

use super::kept::{Kept, invalid, numbers, record, record_all, sound, topic};
use crate::support::{GROUP, claim, read_rows, wait};

/// More than a page, and no multiple of one.
const MANY: i64 = 3_456;

fn group(number: i64) -> String {
    format!("@TGS#_{}", number * 7 % 5)
}

/// Rows of five groups, every tenth of them invalid.
fn rows_of_groups() -> Vec<InputRow> {
    (1..=MANY)
        .map(|number| match number % 10 {
            0 => invalid(number.unsigned_abs()),
            _ => sound(number.unsigned_abs(), &group(number)),
        })
        .collect()
}

fn is_sound(number: i64) -> bool {
    number % 10 != 0
}

fn places(rows: &[StoredRow]) -> Vec<i64> {
    rows.iter().map(|row| row.number).collect()
}

/// Claims two of three sound rows, and leaves half of them in flight.
async fn work_on(journal: &impl Journal) -> [BTreeSet<i64>; 2] {
    journal.begin(Role::Import(&[])).await.unwrap();
    let claimed = numbers(&claim(journal, 2_000).await);
    let (imported, in_flight) = claimed.split_at(1_000);
    record(journal, imported, Outcome::Imported).await;
    [imported, in_flight].map(|numbers| numbers.iter().copied().collect())
}

pub(crate) fn every_row_is_read_once_in_the_order_of_the_input<K: Kept>() {
    let kept = K::of(&rows_of_groups());
    wait(async {
        let journal = kept.open().await;
        let all: Vec<i64> = (1..=MANY).collect();
        assert_eq!(
            places(&read_rows(&journal, &Outcome::ALL, Order::Input).await),
            all
        );
        let [imported, in_flight] = work_on(&journal).await;
        let rows = read_rows(&journal, &Outcome::ALL, Order::Input).await;
        assert_eq!(places(&rows), all);
        for row in rows {
            let expected = match row.number {
                number if !is_sound(number) => Outcome::Rejected,
                number if imported.contains(&number) => Outcome::Imported,
                number if in_flight.contains(&number) => Outcome::InFlight,
                _ => Outcome::Pending,
            };
            assert_eq!(row.outcome, expected, "{}", row.number);
        }
    });
}

pub(crate) fn only_rows_with_the_outcomes_are_read<K: Kept>() {
    let kept = K::of(&rows_of_groups());
    wait(async {
        let journal = kept.open().await;
        let [imported, in_flight] = work_on(&journal).await;
        let is_pending = |number: &i64| {
            is_sound(*number) && !imported.contains(number) && !in_flight.contains(number)
        };
        let pending: Vec<i64> = (1..=MANY).filter(is_pending).collect();
        let in_order = |numbers: &BTreeSet<i64>| -> Vec<i64> { numbers.iter().copied().collect() };
        let both = in_order(&imported.union(&in_flight).copied().collect());
        for (outcomes, expected) in [
            (vec![Outcome::Imported], in_order(&imported)),
            (vec![Outcome::InFlight], in_order(&in_flight)),
            (vec![Outcome::InFlight, Outcome::Imported], both),
            (vec![Outcome::Pending], pending),
            (vec![Outcome::Held, Outcome::Destroyed], vec![]),
            (vec![], vec![]),
        ] {
            let in_input = read_rows(&journal, &outcomes, Order::Input).await;
            assert_eq!(places(&in_input), expected, "{outcomes:?}");
            let mut by_group = places(&read_rows(&journal, &outcomes, Order::Group).await);
            by_group.sort_unstable();
            assert_eq!(by_group, expected, "{outcomes:?}");
        }
    });
}

pub(crate) fn sound_rows_are_read_once_with_those_of_their_group<K: Kept>() {
    let kept = K::of(&rows_of_groups());
    wait(async {
        let journal = kept.open().await;
        work_on(&journal).await;
        let rows = read_rows(&journal, &Outcome::ALL, Order::Group).await;
        let groups: Vec<_> = rows
            .iter()
            .map(|row| (row.topic().unwrap().group_id().to_string(), row.number))
            .collect();
        // Neither a group nor, within it, a row comes twice or out of turn.
        assert!(groups.is_sorted());
        let mut expected: Vec<_> = (1..=MANY)
            .filter(|number| is_sound(*number))
            .map(|number| (group(number), number))
            .collect();
        expected.sort_unstable();
        assert_eq!(groups, expected);
    });
}

pub(crate) fn rows_that_are_read_while_others_are_recorded_come_once_each<K: Kept>() {
    let kept = K::of(&rows_of_groups());
    for order in [Order::Input, Order::Group] {
        wait(async {
            let journal = kept.open().await;
            journal.begin(Role::Import(&[])).await.unwrap();
            let mut pages = journal.rows(&Outcome::ALL, order).await.unwrap();
            let mut seen = Vec::new();
            loop {
                let page = pages.next_page().await.unwrap();
                if page.is_empty() {
                    break;
                }
                seen.extend(places(&page));
                let claimed = numbers(&claim(&journal, 500).await);
                record(&journal, &claimed, Outcome::Held).await;
            }
            seen.sort_unstable();
            let is_expected = |number: &i64| order == Order::Input || is_sound(*number);
            let expected: Vec<i64> = (1..=MANY).filter(is_expected).collect();
            assert_eq!(seen, expected);
        });
    }
}

pub(crate) fn a_row_that_is_read_is_what_was_loaded_and_recorded<K: Kept>() {
    let unnamed = topic(&format!(r#"{{"GroupId":"{GROUP}","TopicName":"y"}}"#));
    let derived = InputRow::sound(4, unnamed.clone()).derived();
    let kept = K::of(&[sound(3, GROUP), derived, invalid(8)]);
    wait(async {
        let journal = kept.open().await;
        journal.begin(Role::Import(&[])).await.unwrap();
        claim(&journal, 2).await;
        let mut refused = Record::new(1, Outcome::Rejected);
        refused.cause.code = Some(Code::new(10004));
        refused.cause.said = Some("no such field".into());
        let mut imported = Record::new(2, Outcome::Imported);
        let chosen = KnownTopicId::parse("@TGS#_riverside@TOPIC#_@TOPIC#c1").unwrap();
        imported.topic_id = Some(chosen.clone());
        record_all(&journal, vec![refused, imported]).await;
        // What was destroyed is known by its ID still.
        record(&journal, &[2], Outcome::Destroyed).await;

        let rows = read_rows(&journal, &Outcome::ALL, Order::Input).await;
        let [refused, destroyed, invalid] = &*rows else {
            panic!("{rows:?}");
        };
        assert_eq!(
            (refused.place.line, refused.outcome),
            (3, Outcome::Rejected)
        );
        assert_eq!(refused.cause.code, Some(Code::new(10004)));
        assert_eq!(refused.cause.said.as_deref(), Some("no such field"));
        assert_eq!((refused.is_derived, &refused.topic_id), (false, &None));
        assert_eq!(
            refused.topic().unwrap().topic_id().unwrap().as_str(),
            format!("{GROUP}@TOPIC#_3")
        );

        assert_eq!(
            (destroyed.place.line, destroyed.outcome),
            (4, Outcome::Destroyed)
        );
        assert_eq!(destroyed.topic().unwrap(), unnamed);
        assert!(destroyed.is_derived);
        assert_eq!(destroyed.topic_id, Some(chosen));
        assert!(destroyed.cause.is_empty());

        assert_eq!(
            (invalid.place.line, invalid.outcome),
            (8, Outcome::Rejected)
        );
        assert_eq!(invalid.request, None);
        assert_eq!(invalid.as_read.as_deref(), Some("{}"));
        assert_eq!(invalid.cause, Cause::new("GroupId: is missing"));
        assert!(invalid.topic().is_err());
    });
}
