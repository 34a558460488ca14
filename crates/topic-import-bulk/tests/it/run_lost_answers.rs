//! Answers that do not arrive.

use std::collections::BTreeSet;
use std::time::Duration;

use topic_import_bulk::Outcome;
use topic_import_bulk::calls::StopReason;

use crate::support::{Trial, lines, named_row, topic_id, unnamed_row};

/// Faults after which nobody can say whether the work was done, each for these calls.
fn in_doubt(calls: &str) -> impl Iterator<Item = String> {
    [
        "lost",
        "reset-after",
        "truncated",
        "cut-json",
        "not-json",
        "http502-done",
        "no-topic-id",
        "zero-with-fail",
    ]
    .into_iter()
    .map(move |fault| format!("{fault}@{calls}"))
}

#[test]
fn a_named_row_whose_answer_is_lost_is_settled() {
    for plan in in_doubt("2") {
        let trial = Trial::with_faults(&plan).one_at_a_time();
        let ran = trial.import(&lines((0..3).map(named_row)));
        let summary = &ran.end.summary;
        assert_eq!(summary.imported + summary.existing, 3, "{plan}");
        assert_eq!(trial.emulator.state().topics_len(), 3, "{plan}");
        assert!(ran.failures.is_empty(), "{plan}");
    }
}

#[test]
fn an_unnamed_row_whose_answer_is_lost_is_unknown_and_never_called_again() {
    for plan in in_doubt("2") {
        let trial = Trial::with_faults(&plan).one_at_a_time();
        let ran = trial.import(&lines([unnamed_row(), unnamed_row(), unnamed_row()]));
        assert_eq!(ran.counts(), [("imported", 2), ("unknown", 1)], "{plan}");
        assert_eq!(trial.calls(), 3, "{plan}");
        let [(line, outcome, _)] = &*ran.failures else {
            panic!("{plan}: {:?}", ran.failures);
        };
        assert_eq!((*line, *outcome), (2, Outcome::Unknown), "{plan}");
        assert!(ran.end.stopped.is_none(), "{plan}");
    }
}

#[test]
fn an_endpoint_that_never_answers_costs_one_unnamed_row_and_not_the_whole_input() {
    for plan in in_doubt("1-") {
        let trial = Trial::with_faults(&plan);
        let ran = trial.import(&lines((0..30).map(|_| unnamed_row())));
        assert_eq!(ran.counts(), [("unknown", 1), ("pending", 29)], "{plan}");
        assert_eq!(trial.calls(), 1, "{plan}");
        assert_eq!(ran.failures.len(), 1, "{plan}");
        let reason = ran.end.stopped.unwrap();
        assert!(
            matches!(reason, StopReason::GaveUp(_)),
            "{plan}: {reason:?}"
        );
        assert!(ran.end.may_have_sent, "{plan}");
    }
}

#[test]
fn a_service_that_falls_silent_does_not_leave_every_unnamed_row_in_doubt() {
    let trial = Trial::with_faults("lost@3-").one_at_a_time();
    let ran = trial.import(&lines((0..60).map(|_| unnamed_row())));
    assert_eq!(
        ran.counts(),
        [("imported", 2), ("unknown", 16), ("pending", 42)]
    );
    assert_eq!(trial.calls(), 18);
    assert_eq!(ran.failures.len(), 16);
    assert!(matches!(ran.end.stopped, Some(StopReason::GaveUp(_))));
}

#[test]
fn unknown_rows_with_answers_between_them_stop_nothing() {
    let lost: Vec<_> = (1..=20).map(|call| format!("lost@{}", call * 2)).collect();
    let trial = Trial::with_faults(&lost.join(",")).one_at_a_time();
    let ran = trial.import(&lines((0..40).map(|_| unnamed_row())));
    assert_eq!(ran.counts(), [("imported", 20), ("unknown", 20)]);
    assert!(ran.end.stopped.is_none());
}

#[test]
fn until_the_first_answer_only_one_row_is_in_flight() {
    let trial = Trial::with_faults("lost@1-").giving_up_after(Duration::from_secs(1));
    let ran = trial.import(&lines((0..5).map(named_row)));
    let called: BTreeSet<_> = trial.topic_ids_called().into_iter().collect();
    assert_eq!(called, BTreeSet::from([Some(topic_id(0))]));
    assert_eq!(ran.counts(), [("pending", 5)]);
    assert_eq!(ran.end.summary.in_flight, 1);
    assert!(matches!(ran.end.stopped, Some(StopReason::GaveUp(_))));
    assert!(ran.end.may_have_sent);
    assert!(ran.failures.is_empty());
}

#[test]
fn a_service_that_only_ever_says_too_frequent_rejects_no_row() {
    let trial = Trial::with_faults("code60007@2-").giving_up_after(Duration::from_secs(1));
    for row in [named_row as fn(u64) -> String, |_| unnamed_row()] {
        trial.emulator.set_faults("code60007@2-".parse().unwrap());
        let ran = trial.import(&lines((0..4).map(row)));
        assert_eq!(ran.end.summary.pending, 3, "{:?}", ran.end.summary);
        assert_eq!(ran.end.summary.rejected, 0);
        assert!(matches!(ran.end.stopped, Some(StopReason::GaveUp(_))));
    }
}
