//! How the work went, by the journal.

use std::future;
use std::num::NonZeroU32;
use std::sync::Arc;

use topic_import_bulk::calls::CallSettings;
use topic_import_bulk::journal::{Course, Journal as _};
use topic_import_bulk::sweep::undo;
use topic_import_bulk::{Outcome, Retry};
use topic_import_core::Code;
use topic_import_core::Rate;

use crate::support::{GROUP, JournalFile, Trial, json_row, lines, named_row, wait};

fn course(file: &JournalFile) -> Course {
    wait(file.open().course()).unwrap()
}

/// The calls in each of the two counts, which must be the same.
#[track_caller]
fn counted(course: &Course) -> u64 {
    let calls = course.pace.iter().map(|pace| pace.calls).sum();
    assert_eq!(course.latencies.calls(), calls);
    let imports: u64 = course.invocations.iter().map(|span| span.imports).sum();
    assert_eq!(imports, calls);
    calls
}

#[test]
fn calls_to_import_are_counted_over_all_invocations() {
    let mut trial = Trial::with_faults("code10004@2,http502@3").one_at_a_time();
    let file = JournalFile::new();
    let rows = ["a", "b", "c"].map(named_row);
    let journal = trial.load(&file, &lines(rows));
    let loaded = wait(journal.course()).unwrap();
    assert_eq!((counted(&loaded), loaded.invocations.len()), (0, 0));
    trial.rate = Rate::PerSecond(NonZeroU32::new(150).unwrap());
    trial.run(&journal);
    drop(journal);
    let first = course(&file);
    // One of the three is repeated.
    assert_eq!(counted(&first), 4);
    let [invocation] = &first.invocations[..] else {
        panic!("{first:?}");
    };
    assert_eq!(invocation.rate, NonZeroU32::new(150));
    assert!(invocation.began_at <= invocation.at);
    for pace in &first.pace {
        assert_eq!((pace.from % 10_000, pace.to - pace.from), (0, 10_000));
        assert!(pace.from <= invocation.at && pace.to > invocation.began_at);
    }
    let failures = first.failures.iter();
    let failures: Vec<_> = failures
        .map(|failure| (failure.code, failure.outcome, failure.rows))
        .collect();
    assert_eq!(failures, [(Some(Code::new(10004)), Outcome::Rejected, 1)]);

    trial.settings.retry = vec![Retry::Rejected];
    trial.rate = Rate::Unlimited;
    trial.run(&file.open());
    let second = course(&file);
    assert_eq!(counted(&second), 5);
    assert_eq!(second.invocations[1].rate, None);
    assert!(second.failures.is_empty());
}

#[test]
fn what_undoing_calls_is_no_call_to_import() {
    let trial = Trial::with_faults("").one_at_a_time();
    let file = JournalFile::new();
    let journal = trial.load(&file, &lines([named_row("a"), named_row("b")]));
    trial.run(&journal);
    let (client, progress) = (trial.client(), Arc::default());
    let settings = CallSettings::default();
    let never = future::pending();
    let undone = undo(&client, &journal, &settings, &progress, never, |_| {});
    assert_eq!(wait(undone).unwrap().destroyed, 2);
    let course = wait(journal.course()).unwrap();
    assert_eq!(counted(&course), 2);
    let imports: Vec<_> = course
        .invocations
        .iter()
        .map(|span| (span.imports, span.rate.is_some()))
        .collect();
    assert_eq!(imports, [(2, false), (0, false)]);
}

#[test]
fn communities_with_most_failures_come_first() {
    let trial = Trial::with_faults("code10004@3").one_at_a_time();
    let file = JournalFile::new();
    let other = json_row("").replace(GROUP, "@TGS#_other");
    let rows = [named_row("a"), named_row("b"), other, "{}".into()];
    let journal = trial.load(&file, &lines(rows));
    trial.run(&journal);
    let listed = |at_most| {
        let communities = wait(journal.communities(at_most)).unwrap();
        let listed = communities.listed.into_iter().map(|community| {
            let rows = Outcome::ALL.into_iter().zip(community.rows);
            let rows: Vec<_> = rows.filter(|(_, rows)| *rows > 0).collect();
            (community.group_id, rows)
        });
        (communities.count, listed.collect::<Vec<_>>())
    };
    let expected = [
        (None, vec![(Outcome::Rejected, 1)]),
        (Some("@TGS#_other".to_owned()), vec![(Outcome::Rejected, 1)]),
        (Some(GROUP.to_owned()), vec![(Outcome::Imported, 2)]),
    ];
    assert_eq!(listed(9), (2, expected.to_vec()));
    assert_eq!(listed(2), (2, expected[..2].to_vec()));
}
