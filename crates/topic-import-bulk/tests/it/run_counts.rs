//! Every row of a run has one place, and what is reported is what is there.

use std::future;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use topic_import_bulk::calls::WorkProgress;
use topic_import_bulk::input::{Format, Input, RowSettings};
use topic_import_core::{GroupId, Rate};
use topic_import_emulator::{Community, Emulator};

use crate::support::{
    GROUP, JournalFile, Trial, json_row, lines, named_row, topic_id, unnamed_row, wait,
};

#[test]
fn sound_rows_are_imported_once_each_with_one_call_each() {
    let trial = Trial::new();
    let text = lines((0..50).map(named_row).chain([unnamed_row(), unnamed_row()]));
    let ran = trial.import(&text);
    assert_eq!(ran.counts(), [("imported", 52)]);
    assert_eq!(ran.end.summary.calls, 52);
    assert_eq!(trial.calls(), 52);
    assert_eq!(trial.emulator.state().topics_len(), 52);
    assert!(ran.end.stopped.is_none() && ran.failures.is_empty());
}

#[test]
fn rows_that_the_check_refused_are_rejected_and_not_sent() {
    let trial = Trial::new();
    let text = lines([
        named_row("a"),
        "{".into(),
        named_row("a"),
        json_row(r#""Type":"Public""#),
        named_row("b"),
    ]);
    let ran = trial.import(&text);
    assert_eq!(ran.counts(), [("imported", 2), ("rejected", 3)]);
    assert_eq!(trial.calls(), 2);
    assert!(ran.end.stopped.is_none());
}

#[test]
fn rows_of_csv_with_lone_carriage_returns_are_told_apart() {
    let trial = Trial::new();
    let row = |custom: &str| format!("x,{},{GROUP}", topic_id(custom));
    let text = [
        "TopicName,TopicId,GroupId".into(),
        row("a"),
        row("b"),
        row("a"),
        row("c"),
    ]
    .join("\r");
    let input = Input::bytes(text.as_bytes(), Format::Csv, RowSettings::default());
    let ran = trial.import_input(&input);
    assert_eq!(ran.counts(), [("imported", 3), ("rejected", 1)]);
}

#[test]
fn no_rows_are_nothing_to_do() {
    let ran = Trial::new().import("");
    assert_eq!(ran.counts(), []);
    assert!(ran.end.stopped.is_none() && ran.end.summary.is_complete());
    assert!(!ran.end.may_have_sent);
}

#[test]
fn a_refused_row_is_reported_with_its_line_and_its_code_and_the_others_go_on() {
    let trial = Trial::with_faults("code10004@2,code80001@3,code31337@4").one_at_a_time();
    let ran = trial.import(&lines((0..5).map(named_row)));
    assert_eq!(ran.counts(), [("imported", 2), ("rejected", 3)]);
    assert_eq!(ran.by_code(), [(10004, 1), (31337, 1), (80001, 1)]);
    let reported: Vec<_> = ran.failures.iter().map(|(line, ..)| *line).collect();
    assert_eq!(reported, [2, 3, 4]);
    assert!(
        ran.failures[0]
            .2
            .starts_with("the service refused: 10004 invalid parameter")
    );
}

#[test]
fn a_deleted_group_holds_its_rows_with_one_call_and_others_go_on() {
    let builder = Emulator::builder()
        .community("@TGS#_gone", Community::Deleted)
        .community("@TGS#_plain", Community::WithoutTopics);
    let trial = Trial::of(builder).one_at_a_time();
    let in_group = |group: &str| unnamed_row().replace(GROUP, group);
    let ran = trial.import(&lines(
        [
            "@TGS#_gone",
            "@TGS#_ok",
            "@TGS#_plain",
            "@TGS#_gone",
            "@TGS#_plain",
            "@TGS#_gone",
            "@TGS#_ok",
        ]
        .map(in_group),
    ));
    assert_eq!(ran.counts(), [("imported", 2), ("held", 5)]);
    assert_eq!(ran.by_code(), [(10010, 1), (11000, 1)]);
    assert_eq!(trial.calls(), 4);
    assert!(ran.end.stopped.is_none());
    let blocked: Vec<(GroupId, u64)> = ran
        .end
        .blocked_groups
        .into_iter()
        .map(|group| (group.group_id, group.rows))
        .collect();
    assert_eq!(
        blocked,
        [
            ("@TGS#_gone".parse().unwrap(), 2),
            ("@TGS#_plain".parse().unwrap(), 1)
        ]
    );
}

#[test]
fn counts_add_up_and_no_unnamed_row_is_repeated_under_any_mix_of_lost_answers() {
    for seed in 0..6 {
        let faults = "lost=0.1,truncated=0.1,not-json=0.1,http502-done=0.1,zero-with-fail=0.05,no-topic-id=0.05";
        let trial = Trial::with_faults(&format!("seed={seed},{faults}"))
            .giving_up_after(Duration::from_secs(5));
        let rows = (0..24).map(|row| match row % 2 {
            0 => named_row(row),
            _ => unnamed_row(),
        });
        let ran = trial.import(&lines(rows));
        let summary = &ran.end.summary;
        let calls = trial.topic_ids_called();
        // Every call that names no topic is an import of its own: reading back is only for those that do.
        let state = trial.emulator.state();
        let unnamed_imports = state
            .calls()
            .iter()
            .filter(|call| call.command == Some(topic_import_emulator::Command::ImportTopic))
            .filter(|call| call.topic_id.is_none())
            .count();
        assert!(unnamed_imports <= 12, "{seed}: {unnamed_imports}");
        assert_eq!(summary.calls, calls.len() as u64, "{seed}");
        // Every fault of the plan comes after the work: what is unknown is there as well.
        let there = summary.imported + summary.existing + summary.unknown;
        let topics = state.topics_len() as u64;
        assert!(
            topics >= there && topics <= there + summary.in_flight,
            "{seed}: {summary:?}"
        );
    }
}

#[test]
fn slow_answers_make_no_crowd_of_rows_that_wait_for_their_turn() {
    let mut trial = Trial::with_faults("delay-2s@2-9");
    trial.rate = Rate::PerSecond(NonZeroU32::new(50).unwrap());
    let file = JournalFile::new();
    let journal = trial.load(&file, &lines((0..200).map(named_row)));
    let client = trial.client_with_quota(trial.rate);
    let progress = Arc::new(WorkProgress::default());
    let most = wait(async {
        let run = topic_import_bulk::import::import(
            &client,
            &journal,
            &trial.settings,
            &progress,
            future::pending(),
            |failure| panic!("{failure:?}"),
        );
        let mut run = pin!(run);
        let mut most = 0;
        loop {
            tokio::select! {
                end = &mut run => {
                    assert_eq!(end.unwrap().summary.imported, 200);
                    return most;
                }
                () = tokio::time::sleep(Duration::from_millis(5)) => {
                    most = progress.snapshot().in_flight.max(most);
                }
            }
        }
    });
    // Eight that are slow, as many that are on their way, and eight that wait. By the average latency, more than a
    // hundred would be asked for.
    assert!(most < 80, "{most} rows in flight at once");
}
