//! What one worker finds reaches the others.

use std::future;

use topic_import_bulk::Outcome;
use topic_import_bulk::calls::StopReason;
use topic_import_bulk::journal::{Cause, Hold, Journal as _, Notice, Role};
use topic_import_core::Code;
use topic_import_emulator::{Community, Emulator};

use super::Run;
use crate::journal::kept::{Kept as _, sound_rows};
use crate::support::{GROUP, Trial, lines, named_row, wait};

fn of_group() -> Hold {
    let group_id = GROUP.parse().unwrap();
    let mut cause = Cause::default();
    cause.code = Some(Code::new(10010));
    cause.said = Some("gone\0".to_owned());
    Hold::new(Some(group_id), 7, cause)
}

fn of_run() -> Hold {
    Hold::new(None, 9, Cause::new("a status that is none of the API's\0"))
}

/// A hold as others hear of it: PostgreSQL can keep no NUL.
fn next_notice(mut hold: Hold) -> Notice {
    for text in [&mut hold.cause.said, &mut hold.cause.what] {
        *text = text.as_ref().map(|text| text.replace('\0', "\u{fffd}"));
    }
    Notice::Held(hold)
}

#[test]
fn a_worker_hears_what_others_hold_and_not_what_it_holds_itself() {
    let run = Run::of(&sound_rows(1));
    wait(async {
        let first = Run::open(&run).await;
        let second = Run::open(&run).await;
        first.begin(Role::Import(&[])).await.unwrap();
        second.begin(Role::Join).await.unwrap();
        first.hold(of_group());
        assert_eq!(second.next_notice().await, next_notice(of_group()));
        second.hold(of_run());
        assert_eq!(first.next_notice().await, next_notice(of_run()));
        // Who comes later hears all of it, before anything else.
        let third = Run::open(&run).await;
        third.begin(Role::Join).await.unwrap();
        assert_eq!(third.next_notice().await, next_notice(of_group()));
        assert_eq!(third.next_notice().await, next_notice(of_run()));
    });
}

#[test]
fn what_is_told_with_the_last_breath_is_heard() {
    let run = Run::of(&sound_rows(1));
    wait(async {
        let first = Run::open(&run).await;
        first.begin(Role::Import(&[])).await.unwrap();
        first.hold(of_run());
        first.hold(of_group());
        first.leave().await.unwrap();
        assert_eq!(run.count("topic_import.hold"), 2);
        // An import begins anew.
        first.begin(Role::Import(&[])).await.unwrap();
        assert_eq!(run.count("topic_import.hold"), 0);
    });
}

#[test]
fn a_run_that_another_worker_finds_spoiled_stops_with_nothing_called() {
    let trial = Trial::new();
    let run = Run::new();
    let journal = trial.load(&run, &lines((0..5).map(named_row)));
    wait(async {
        let other = Run::open(&run).await;
        other.begin(Role::Import(&[])).await.unwrap();
        other.hold(of_group());
        other.hold(of_run());
        other.leave().await.unwrap();
    });
    let mut trial = trial;
    trial.settings.joins = true;
    let ran = trial.run_until(&journal, future::pending());
    let Some(StopReason::EveryCallFailsElsewhere(hold)) = &ran.end.stopped else {
        panic!("{:?}", ran.end.stopped);
    };
    assert_eq!((hold.line, hold.cause.code), (9, None));
    assert_eq!(trial.calls(), 0);
    assert_eq!(ran.end.summary.in_flight, 0);
}

#[test]
fn rows_of_a_group_that_another_worker_finds_blocked_are_held_without_a_call() {
    let builder = Emulator::builder().community(GROUP, Community::Deleted);
    let mut trial = Trial::of(builder).one_at_a_time();
    let run = Run::new();
    let of_other = |row: String| row.replace(GROUP, "@TGS#_other");
    let rows = (0..3).map(named_row).chain([of_other(named_row("x"))]);
    let journal = trial.load(&run, &lines(rows));
    wait(async {
        let other = Run::open(&run).await;
        other.begin(Role::Import(&[])).await.unwrap();
        other.hold(of_group());
        other.leave().await.unwrap();
    });
    trial.settings.joins = true;
    let ran = trial.run(&journal);
    assert_eq!(ran.counts(), [("imported", 1), ("held", 3)]);
    assert_eq!(trial.calls(), 1);
    assert_eq!(ran.end.blocked_groups.len(), 1);
    assert!(
        ran.failures
            .iter()
            .all(|(_, outcome, _)| *outcome != Outcome::Held)
    );
}

#[test]
fn a_run_tells_the_others_what_it_finds() {
    let builder = Emulator::builder().community(GROUP, Community::Deleted);
    let trial = Trial::of(builder).one_at_a_time();
    let run = Run::new();
    let journal = trial.load(&run, &lines((0..3).map(named_row)));
    assert_eq!(trial.run(&journal).counts(), [("held", 3)]);
    let told = run.sql_of_run("SELECT group_id, code, said <> '' FROM topic_import.hold");
    assert_eq!(told, format!("{GROUP}|10010|t"));

    let trial = Trial::new();
    trial.emulator.set_faults("code60017@1".parse().unwrap());
    let run = Run::new();
    let journal = trial.load(&run, &lines((0..3).map(named_row)));
    let ran = trial.run(&journal);
    assert!(matches!(
        ran.end.stopped,
        Some(StopReason::EveryCallFails(_))
    ));
    let told = run.sql_of_run("SELECT group_id IS NULL, line, code FROM topic_import.hold");
    assert_eq!(told, "t|1|60017");
}

#[test]
fn a_wrong_key_stops_nobody_else() {
    let trial = Trial::new().signing_with("another key");
    let run = Run::new();
    let journal = trial.load(&run, &lines((0..3).map(named_row)));
    let ran = trial.run(&journal);
    assert!(matches!(
        ran.end.stopped,
        Some(StopReason::EveryCallFails(_))
    ));
    assert_eq!(run.count("topic_import.hold"), 0);
}
