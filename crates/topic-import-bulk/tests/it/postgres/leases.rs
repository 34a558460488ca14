//! Whose rows are whose, and what becomes of those of a process that is gone.

use std::collections::BTreeSet;
use std::num::NonZeroU64;

use topic_import_bulk::input::InputRow;
use topic_import_bulk::journal::{
    Journal as _, JournalError, Order, PostgresJournal, Record, Rest, Role,
};
use topic_import_bulk::{Outcome, Retry};
use topic_import_core::Code;

use super::Run;
use crate::journal::kept::{Kept as _, marked, numbers, record, record_all, sound_rows};
use crate::support::{claim, read_rows, runtime, wait};

const ROWS: u64 = 400;

async fn working(run: &Run, role: Role<'_>) -> PostgresJournal {
    let journal = Run::open(run).await;
    journal.begin(role).await.unwrap();
    journal
}

async fn outcomes(journal: &PostgresJournal) -> Vec<Outcome> {
    let rows = read_rows(journal, &Outcome::ALL, Order::Input).await;
    rows.iter().map(|row| row.outcome).collect()
}

#[test]
fn workers_that_claim_at_the_same_time_never_get_the_same_row() {
    let run = Run::of(&sound_rows(ROWS));
    wait(async {
        let mut claiming = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let journal = working(&run, Role::Join).await;
            claiming.spawn(async move {
                let mut all = Vec::new();
                loop {
                    let claimed = journal.claim(7).await.unwrap();
                    all.extend(numbers(&claimed.rows));
                    if claimed.rest != Rest::More {
                        record(&journal, &all, Outcome::Imported).await;
                        journal.leave().await.unwrap();
                        return all;
                    }
                }
            });
        }
        let claimed: Vec<i64> = claiming.join_all().await.concat();
        assert_eq!(claimed.len() as u64, ROWS);
        let each: BTreeSet<i64> = claimed.into_iter().collect();
        assert_eq!(each, (1..=ROWS.cast_signed()).collect());
        let journal = Run::open(&run).await;
        assert_eq!(journal.summary().await.unwrap().imported, ROWS);
    });
}

#[test]
fn the_last_rows_are_waited_for_while_another_worker_has_them() {
    let run = Run::of(&sound_rows(3));
    wait(async {
        let first = working(&run, Role::Import(&[])).await;
        let second = working(&run, Role::Join).await;
        assert_eq!(numbers(&claim(&first, 3).await), [1, 2, 3]);
        assert!(matches!(
            second.claim(3).await.unwrap().rest,
            Rest::AskAgainAfter(_)
        ));
        record(&first, &[1, 2], Outcome::Imported).await;
        assert!(matches!(
            second.claim(3).await.unwrap().rest,
            Rest::AskAgainAfter(_)
        ));
        // Released, it comes to the other one once this one leaves.
        record(&first, &[3], Outcome::Pending).await;
        assert!(matches!(
            second.claim(3).await.unwrap().rest,
            Rest::AskAgainAfter(_)
        ));
        assert_eq!(first.claim(3).await.unwrap().rest, Rest::Nothing);
        first.leave().await.unwrap();
        let claimed = second.claim(3).await.unwrap();
        assert_eq!(marked(&claimed.rows), [(3, false)]);
        record(&second, &[3], Outcome::Imported).await;
        assert_eq!(second.claim(3).await.unwrap().rest, Rest::Nothing);
    });
}

#[test]
fn rows_of_a_dead_worker_are_taken_over_as_maybe_once_its_lease_is_over() {
    let run = Run::of(&sound_rows(5));
    wait(async {
        let dead = working(&run, Role::Import(&[])).await;
        assert_eq!(numbers(&claim(&dead, 3).await), [1, 2, 3]);
        record(&dead, &[2], Outcome::Imported).await;
        drop(dead);
        let living = working(&run, Role::Join).await;
        assert_eq!(marked(&claim(&living, 9).await), [(4, false), (5, false)]);
        assert!(matches!(
            living.claim(9).await.unwrap().rest,
            Rest::AskAgainAfter(_)
        ));
        run.end_leases();
        let claimed = loop {
            let claimed = claim(&living, 9).await;
            if !claimed.is_empty() {
                break claimed;
            }
        };
        // Its own lease was ended as well: where it lost it, its rows came back to it in the same way.
        let mut marked = marked(&claimed);
        marked.retain(|(number, _)| *number < 4);
        assert_eq!(marked, [(1, true), (3, true)]);
    });
}

#[test]
fn a_worker_that_lost_its_lease_overwrites_nothing_and_can_go_on() {
    let run = Run::of(&sound_rows(4));
    // Nothing of the first one's is done while it is not waited for: it is paused.
    let paused = runtime();
    let first = paused.block_on(async {
        let first = working(&run, Role::Import(&[])).await;
        assert_eq!(numbers(&claim(&first, 2).await), [1, 2]);
        first
    });
    let lease = first.lease();
    assert!(lease.covers(0));
    run.end_leases();
    let living = runtime();
    let second = living.block_on(async {
        let second = working(&run, Role::Join).await;
        assert_eq!(marked(&claim(&second, 2).await), [(1, true), (2, true)]);
        record(&second, &[1], Outcome::Existing).await;
        second
    });
    paused.block_on(async {
        let mut late = Record::new(1, Outcome::Rejected);
        late.cause.code = Some(Code::new(10004));
        record_all(&first, vec![late, Record::new(2, Outcome::Imported)]).await;
        assert!(lease.is_lost(0) && !lease.covers(0));
        let [one, two, ..] = outcomes(&first).await[..] else {
            panic!();
        };
        assert_eq!((one, two), (Outcome::Existing, Outcome::InFlight));
        assert!(first.summary().await.unwrap().by_code.is_empty());
        // It goes on as another worker.
        let claimed = claim(&first, 9).await;
        assert_eq!(marked(&claimed), [(3, false), (4, false)]);
        let number = claimed[0].lease;
        assert!(number != 0 && lease.covers(number) && !lease.covers(0));
        record(&first, &[3, 4], Outcome::Imported).await;
        first.leave().await.unwrap();
    });
    living.block_on(async {
        record(&second, &[2], Outcome::Imported).await;
        let expected = [
            Outcome::Existing,
            Outcome::Imported,
            Outcome::Imported,
            Outcome::Imported,
        ];
        assert_eq!(outcomes(&second).await, expected);
    });
}

#[test]
fn rows_that_were_claimed_for_nobody_were_never_in_flight() {
    let run = Run::of(&sound_rows(4));
    wait(async {
        let journal = working(&run, Role::Import(&[])).await;
        assert_eq!(numbers(&claim(&journal, 1).await), [1]);
        // As if the answer to a second claim had been cut off.
        run.claim_for_nobody(2);
        journal.leave().await.unwrap();
        let pending = read_rows(&journal, &[Outcome::Pending], Order::Input).await;
        let pending: Vec<i64> = pending.iter().map(|row| row.number).collect();
        assert_eq!(pending, [2, 3, 4]);
        let next = working(&run, Role::Join).await;
        let claimed = claim(&next, 9).await;
        let in_doubt: Vec<_> = marked(&claimed)
            .into_iter()
            .filter(|(_, maybe)| *maybe)
            .collect();
        assert_eq!(in_doubt, [(1, true)]);
        assert_eq!(claimed.len(), 4);
    });
}

#[test]
fn a_run_is_in_use_while_the_lease_of_a_process_lasts() {
    let run = Run::of(&sound_rows(1));
    wait(async {
        let looking = Run::open(&run).await;
        assert!(!looking.is_in_use().await.unwrap());
        let journal = working(&run, Role::Import(&[])).await;
        assert!(looking.is_in_use().await.unwrap());
        journal.leave().await.unwrap();
        assert!(!looking.is_in_use().await.unwrap());
        drop(working(&run, Role::Import(&[])).await);
        assert!(looking.is_in_use().await.unwrap());
        run.end_leases();
        assert!(!looking.is_in_use().await.unwrap());
    });
}

#[test]
fn a_claim_whose_answer_was_cut_off_is_made_once() {
    let run = Run::of(&sound_rows(4));
    wait(async {
        let journal = working(&run, Role::Import(&[])).await;
        run.claim_for_nobody(1);
        assert_eq!(numbers(&claim(&journal, 2).await), [1, 2]);
        assert_eq!(numbers(&claim(&journal, 2).await), [3, 4]);
    });
}

#[test]
fn who_joins_leaves_held_rows_and_who_imports_takes_them_up() {
    let run = Run::of(&sound_rows(3));
    wait(async {
        let first = working(&run, Role::Import(&[])).await;
        claim(&first, 3).await;
        record(&first, &[1], Outcome::Held).await;
        record(&first, &[2], Outcome::Rejected).await;
        record(&first, &[3], Outcome::Imported).await;
        let helper = working(&run, Role::Join).await;
        assert_eq!(helper.claim(3).await.unwrap().rest, Rest::Nothing);
        let again = working(&run, Role::Import(&[Retry::Rejected])).await;
        assert_eq!(numbers(&claim(&again, 3).await), [1, 2]);
    });
}

#[test]
fn a_run_is_undone_only_by_one_and_while_nobody_works_on_it() {
    let run = Run::of(&sound_rows(2));
    wait(async {
        let worker = working(&run, Role::Import(&[])).await;
        claim(&worker, 1).await;
        record(&worker, &[1], Outcome::Imported).await;
        let undoer = Run::open(&run).await;
        let refused = undoer.begin(Role::Undo).await.unwrap_err();
        assert!(matches!(refused, JournalError::InUse { .. }), "{refused}");
        worker.leave().await.unwrap();
        undoer.begin(Role::Undo).await.unwrap();
        record(&undoer, &[1], Outcome::Destroyed).await;
        for role in [Role::Import(&[]), Role::Join, Role::Undo] {
            let refused = worker.begin(role).await.unwrap_err();
            assert!(matches!(refused, JournalError::InUse { .. }), "{refused}");
        }
        undoer.leave().await.unwrap();
        worker.begin(Role::Import(&[])).await.unwrap();
        assert_eq!(
            outcomes(&worker).await,
            [Outcome::Destroyed, Outcome::Pending]
        );
    });
}

#[test]
fn a_run_that_others_can_join_is_not_limited_to_its_first_rows() {
    let run = Run::of(&sound_rows(2));
    wait(async {
        let journal = Run::open(&run).await;
        let first = NonZeroU64::new(1).unwrap();
        let refused = journal.begin(Role::Trial(&[], first)).await.unwrap_err();
        assert!(matches!(refused, JournalError::NoTrial), "{refused}");
        let refused = journal.summary_of_first(first).await.unwrap_err();
        assert!(matches!(refused, JournalError::NoTrial), "{refused}");
    });
}

#[test]
fn texts_with_nul_are_kept_and_read() {
    let mut rows = sound_rows(1);
    let invalid = InputRow::invalid(1, "a\0b", Some("{\"a\0".into()));
    rows.insert(0, invalid);
    let run = Run::of(&rows);
    wait(async {
        let journal = working(&run, Role::Import(&[])).await;
        claim(&journal, 1).await;
        let mut refused = Record::new(2, Outcome::Rejected);
        refused.cause.said = Some("c\0d".into());
        refused.cause.what = Some("e\0f".into());
        record_all(&journal, vec![refused]).await;
        let rows = read_rows(&journal, &[Outcome::Rejected], Order::Input).await;
        assert_eq!(rows[0].as_read.as_deref(), Some("{\"a\0"));
        assert_eq!(rows[0].cause.what.as_deref(), Some("a\\u{0}b"));
        assert_eq!(rows[1].cause.said.as_deref(), Some("c\u{fffd}d"));
        assert_eq!(rows[1].cause.what.as_deref(), Some("e\u{fffd}f"));
    });
}
