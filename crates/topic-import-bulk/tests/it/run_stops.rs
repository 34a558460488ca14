//! What stops a run, and what is left when it has stopped.

use std::time::Duration;

use topic_import_bulk::calls::StopReason;
use topic_import_bulk::import::ImportEnd;
use topic_import_core::Code;
use topic_import_emulator::{Community, Emulator};

use crate::support::{GROUP, JournalFile, Ran, Trial, lines, named_row, unnamed_row};

fn five_rows() -> String {
    lines((0..5).map(named_row))
}

/// A row of another group.
fn in_group(group: &str, name: u64) -> String {
    lines([named_row(name).replace(GROUP, group)])
}

/// The code that spoiled the run.
fn spoiled_by(end: &ImportEnd) -> Option<i64> {
    match &end.stopped {
        Some(StopReason::EveryCallFails(error)) => error.code().map(Code::get),
        other => panic!("{other:?}"),
    }
}

fn assert_interrupted(ran: &Ran) {
    let reason = &ran.end.stopped;
    assert!(
        matches!(reason, Some(StopReason::Interrupted)),
        "{reason:?}"
    );
}

#[test]
fn a_full_community_holds_its_own_rows_alone() {
    let builder = Emulator::builder().community(GROUP, Community::FullAt(2));
    let trial = Trial::of(builder).one_at_a_time();
    let rows = five_rows() + &in_group("@TGS#_other", 5);
    let ran = trial.import(&rows);
    assert!(ran.end.stopped.is_none());
    assert_eq!(ran.counts(), [("imported", 3), ("held", 3)]);
    assert_eq!(ran.by_code(), [(10037, 1)]);
    assert_eq!(trial.calls(), 4);

    trial.emulator.set_community(GROUP, Community::Normal);
    let resumed = trial.import(&rows);
    assert_eq!(resumed.counts(), [("imported", 3), ("existing", 3)]);
}

#[test]
fn a_second_full_community_in_turn_stops_the_run() {
    let builder = Emulator::builder()
        .community(GROUP, Community::FullAt(1))
        .community("@TGS#_full", Community::FullAt(0));
    let trial = Trial::of(builder).one_at_a_time();
    let rows =
        lines((0..3).map(named_row)) + &in_group("@TGS#_full", 3) + &in_group("@TGS#_other", 4);
    let ran = trial.import(&rows);
    assert_eq!(spoiled_by(&ran.end), Some(10037));
    assert_eq!(ran.counts(), [("imported", 1), ("held", 3), ("pending", 1)]);
    assert_eq!(trial.calls(), 3);
}

#[test]
fn an_app_without_the_topic_feature_stops_the_run_at_its_second_community() {
    let builder = Emulator::builder()
        .community(GROUP, Community::WithoutTopics)
        .community("@TGS#_other", Community::WithoutTopics);
    let trial = Trial::of(builder).one_at_a_time();
    let rows = lines((0..3).map(named_row)) + &in_group("@TGS#_other", 3) + &in_group("@TGS#_b", 4);
    let ran = trial.import(&rows);
    assert_eq!(spoiled_by(&ran.end), Some(11000));
    assert_eq!(ran.counts(), [("held", 4), ("pending", 1)]);
    assert_eq!(trial.calls(), 2);
}

#[test]
fn an_unknown_public_code_is_no_verdict_on_a_row_and_stops_the_run_when_it_stays() {
    let trial = Trial::with_faults("import_topic:code60999@2-").one_at_a_time();
    let ran = trial.import(&lines((0..10).map(named_row)));
    assert_eq!(spoiled_by(&ran.end), Some(60999));
    assert_eq!(ran.counts(), [("imported", 1), ("held", 5), ("pending", 4)]);
    assert_eq!(trial.calls(), 6);

    let trial = Trial::with_faults("import_topic:code60999@2").one_at_a_time();
    let ran = trial.import(&lines((0..3).map(named_row)));
    assert!(ran.end.stopped.is_none());
    assert_eq!(ran.counts(), [("imported", 2), ("held", 1)]);
}

#[test]
fn wrong_credentials_and_a_wrong_plan_stop_the_run_at_once() {
    for (code, calls) in [
        (60004, 2),
        (60005, 2),
        (70002, 1),
        (70005, 1),
        (70403, 1),
        (10026, 1),
        (10058, 1),
    ] {
        let trial = Trial::with_faults(&format!("import_topic:code{code}@1-"));
        let ran = trial.import(&lines((0..40).map(named_row)));
        assert_eq!(spoiled_by(&ran.end), Some(code));
        assert_eq!(ran.counts(), [("held", 1), ("pending", 39)], "{code}");
        assert_eq!(trial.calls(), calls, "{code}");
    }
}

#[test]
fn a_wrong_key_stops_the_run_at_its_first_call() {
    let trial = Trial::new().signing_with("another key");
    let ran = trial.import(&five_rows());
    assert_eq!(ran.counts(), [("held", 1), ("pending", 4)]);
    assert_eq!(spoiled_by(&ran.end), Some(70009));
    assert_eq!(trial.calls(), 1);
}

#[test]
fn a_status_that_says_that_the_request_was_not_passed_on_stops_the_run_with_nothing_sent() {
    for status in [301, 302, 303, 307, 308, 401, 404, 405, 407, 421] {
        for row in [named_row("a"), unnamed_row()] {
            let trial = Trial::with_faults(&format!("http{status}@1-"));
            let ran = trial.import(&lines([row, named_row("b")]));
            assert_eq!(ran.counts(), [("held", 1), ("pending", 1)], "{status}");
            assert_eq!(spoiled_by(&ran.end), None, "{status}");
            assert!(!ran.end.may_have_sent, "{status}");
            assert_eq!(trial.calls(), 1, "{status}");
        }
    }
}

#[test]
fn any_other_status_stops_the_run_and_its_row_may_be_imported() {
    for status in [203, 206, 400, 403, 408, 409, 499] {
        for (row, outcome, in_flight) in [
            (named_row("a"), "pending", 1),
            (unnamed_row(), "unknown", 0),
        ] {
            let trial = Trial::with_faults(&format!("http{status}@1-"));
            let ran = trial.import(&lines([row]));
            assert_eq!(ran.counts(), [(outcome, 1)], "{status}");
            assert_eq!(ran.end.summary.in_flight, in_flight, "{status}");
            let spoiled = matches!(ran.end.stopped, Some(StopReason::EveryCallFails(_)));
            assert!(spoiled && ran.end.may_have_sent, "{status}");
            assert_eq!(trial.calls(), 1, "{status}");
        }
    }
}

#[test]
fn a_row_whose_executed_call_ended_with_a_foreign_status_is_not_imported_twice() {
    for row in [named_row("a"), unnamed_row()] {
        let trial = Trial::with_faults("http403-done@1");
        let file = JournalFile::new();
        trial.run(&trial.load(&file, &lines([row])));
        trial.run(&file.open());
        assert_eq!(trial.emulator.state().topics_len(), 1);
    }
}

#[test]
fn a_request_to_stop_lets_the_call_in_flight_end_and_starts_no_other() {
    for row in [named_row as fn(u64) -> String, |_| unnamed_row()] {
        let trial = Trial::with_faults("delay-100ms@1");
        let ran = trial.import_until(&lines((0..5).map(row)), trial.called());
        assert_eq!(ran.counts(), [("imported", 1), ("pending", 4)]);
        assert_interrupted(&ran);
        assert_eq!(trial.calls(), 1);
        assert_eq!(trial.emulator.state().topics_len(), 1);
    }
}

#[test]
fn a_request_to_stop_takes_back_what_has_not_left() {
    for row in [named_row as fn(u64) -> String, |_| unnamed_row()] {
        let trial = Trial::new();
        let ran = trial.import_until(&lines((0..5).map(row)), tokio::task::yield_now());
        assert_eq!(ran.counts(), [("pending", 5)]);
        assert_interrupted(&ran);
        assert_eq!(trial.calls(), 0);
        assert!(!ran.end.may_have_sent);
    }
}

#[test]
fn a_call_that_does_not_end_after_the_stop_is_in_flight_if_named_and_unknown_if_not() {
    for (row, outcome, in_flight) in [
        (named_row as fn(u64) -> String, "pending", 1),
        (|_| unnamed_row(), "unknown", 0),
    ] {
        let trial = Trial::with_faults("delay-60s@1-").draining_for(Duration::from_millis(100));
        let ran = trial.import_until(&lines([row(0)]), trial.called());
        assert_eq!(ran.counts(), [(outcome, 1)]);
        assert_eq!(ran.end.summary.in_flight, in_flight);
        assert_interrupted(&ran);
        assert!(ran.end.may_have_sent);
    }
}

#[test]
fn a_request_to_stop_that_comes_with_the_last_row_changes_nothing() {
    let trial = Trial::with_faults("delay-100ms@1");
    let ran = trial.import_until(&lines([named_row("a")]), trial.called());
    assert_eq!(ran.counts(), [("imported", 1)]);
    assert!(ran.end.stopped.is_none(), "{:?}", ran.end.stopped);
}

#[test]
fn an_endpoint_where_nobody_listens_is_given_up_with_nothing_sent() {
    let trial = Trial::new().giving_up_after(Duration::from_secs(1));
    let closed = Trial::of(Emulator::builder()).emulator.address();
    let trial = trial.at(closed);
    for row in [named_row as fn(u64) -> String, |_| unnamed_row()] {
        let ran = trial.import(&lines((0..3).map(row)));
        assert_eq!(ran.counts(), [("pending", 3)]);
        assert!(matches!(ran.end.stopped, Some(StopReason::GaveUp(_))));
        assert!(!ran.end.may_have_sent);
    }
}
