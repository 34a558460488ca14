//! Doubtful ends are settled by reading the topic back, and only by that.

use std::error::Error as _;

use serde_json::{Value, json};
use topic_import_core::http::HttpResponse;
use topic_import_core::{Call, CallError, Code, Executed, Failure, Imported, Spoils};

use crate::support::{
    Driver, Reply, Run, TOPIC, answer, named, read_back, refusal, run_through, session, shown,
};

const LOST: Reply = Reply::MaybeSent;
const IN_USE: i64 = 10021;
const TEXT_REFUSED: i64 = 80001;

fn wanted() -> Value {
    serde_json::to_value(named()).unwrap()
}

fn wanted_with(field: &str, value: Value) -> Value {
    let mut topic = wanted();
    topic[field] = value;
    topic
}

fn wanted_without(fields: &[&str]) -> Value {
    let mut topic = wanted();
    topic
        .as_object_mut()
        .unwrap()
        .retain(|name, _| !fields.contains(&name.as_str()));
    topic
}

/// Answers to `get_topic` that show no topic of the ID.
fn absences() -> Vec<Reply> {
    let item = |code: i64, topic: &Value| json!([{"ErrorCode": code, "ErrorInfo": "", "TopicInfo": topic}]);
    vec![
        read_back(&json!([])).into(),
        read_back(&item(10010, &wanted())).into(),
        read_back(&item(
            0,
            &wanted_with("TopicId", json!("@TGS#_riverside@TOPIC#_other")),
        ))
        .into(),
        read_back(&item(0, &Value::Null)).into(),
        read_back(&json!([{"ErrorCode": 10010, "ErrorInfo": "no such topic"}])).into(),
    ]
}

/// A call whose attempts come to these; the last one repeats.
fn run<const N: usize>(replies: &[Reply; N]) -> Run<Imported> {
    run_through(named(), replies)
}

/// The same up to the point from which it reads back.
fn settled_by<const N: usize>(before: [Reply; N], read: &Reply) -> Run<Imported> {
    let mut replies = before.into_iter();
    let mut driver = Driver::new(session());
    driver.run(Call::new(named()), |_| {
        replies.next().unwrap_or_else(|| read.clone())
    })
}

fn is_existing(run: &Run<Imported>) -> bool {
    matches!(&run.outcome, Ok(Imported::Existing(id)) if id.as_str() == TOPIC)
}

fn error(run: Run<Imported>) -> CallError {
    run.outcome.expect_err("a call that fails")
}

#[test]
fn a_topic_that_is_there_as_wanted_is_a_success_whatever_was_answered_before() {
    let as_wanted = || shown(&wanted()).into();
    assert!(is_existing(&run(&[refusal(IN_USE).into(), as_wanted()])));
    assert!(is_existing(&run(&[
        LOST,
        refusal(IN_USE).into(),
        as_wanted()
    ])));
    assert!(is_existing(&run(&[
        LOST,
        refusal(TEXT_REFUSED).into(),
        as_wanted()
    ])));
}

#[test]
fn a_field_that_is_not_shown_is_not_compared() {
    for hidden in [
        &["CreateTime"][..],
        &["FaceUrl", "Introduction"],
        &[
            "TopicName",
            "CustomString",
            "FaceUrl",
            "Notification",
            "Introduction",
            "CreateTime",
        ],
    ] {
        let topic = wanted_without(hidden);
        assert!(is_existing(&run(&[
            refusal(IN_USE).into(),
            shown(&topic).into()
        ])));
    }
}

#[test]
fn a_field_that_was_not_sent_is_not_compared() {
    let mut request = named();
    request.custom_string = None;
    request.create_time = None;
    let replies = [refusal(IN_USE).into(), shown(&wanted()).into()];
    assert!(is_existing(&run_through(request, &replies)));
}

#[test]
fn every_field_that_differs_makes_a_conflict_that_names_it() {
    for (field, sent, other) in [
        ("TopicName", "Welcome", json!("welcome")),
        ("CustomString", "custom", json!("")),
        (
            "FaceUrl",
            "https://example.com/face",
            json!("https://example.com/face "),
        ),
        ("Notification", "notice", json!("notıce")),
        ("Introduction", "introduction", json!("introduction\0")),
        ("CreateTime", "1448357837", json!(1_448_357_838)),
    ] {
        let topic = shown(&wanted_with(field, other.clone()));
        let CallError::Conflict(conflict) = error(run(&[refusal(IN_USE).into(), topic.into()]))
        else {
            panic!("{field}: no conflict")
        };
        let [difference] = &conflict.differences[..] else {
            panic!("{field}: {conflict:?}")
        };
        let found = other
            .as_str()
            .map_or_else(|| other.to_string(), str::to_owned);
        assert_eq!(difference.field.name(), field);
        assert_eq!((&*difference.wanted, &difference.found), (sent, &found));
    }
}

#[test]
fn a_conflict_is_the_trouble_of_its_row_alone() {
    let other = shown(&wanted_with("TopicName", json!("Other")));
    let error = error(run(&[refusal(IN_USE).into(), other.into()]));
    assert_eq!(
        (error.executed(), error.spoils()),
        (Executed::No, Spoils::Row)
    );
    assert_eq!(error.code(), Some(Code::TOPIC_ID_IN_USE));
    assert_eq!(
        error.source().unwrap().to_string(),
        "TopicId @TGS#_riverside@TOPIC#_welcome belongs to another topic: TopicName is \"Other\", not \"Welcome\""
    );
}

#[test]
fn an_id_in_use_whose_topic_is_not_shown_is_asked_for_again_and_then_unknown() {
    for absence in absences() {
        let run = settled_by([refusal(IN_USE).into()], &absence);
        assert_eq!(
            run.commands(),
            [
                "import_topic",
                "get_topic",
                "get_topic",
                "get_topic",
                "get_topic"
            ]
        );
        assert!(matches!(
            error(run),
            CallError::OutcomeUnknown(Failure::NotShown)
        ));
    }
}

#[test]
fn an_id_in_use_whose_topic_shows_late_is_settled() {
    let nothing = || read_back(&json!([])).into();
    let replies = [
        refusal(IN_USE).into(),
        nothing(),
        LOST,
        nothing(),
        shown(&wanted()).into(),
    ];
    assert!(is_existing(&run(&replies)));
}

#[test]
fn a_refusal_after_a_lost_answer_counts_once_the_topic_is_shown_to_be_absent() {
    for absence in absences() {
        let run = settled_by([LOST, refusal(TEXT_REFUSED).into()], &absence);
        assert_eq!(run.commands()[..2], ["import_topic"; 2]);
        assert_eq!(run.commands()[2..], ["get_topic"; 4]);
        let error = error(run);
        assert!(
            matches!(error, CallError::Rejected(refusal) if refusal.code.get() == TEXT_REFUSED)
        );
    }
}

#[test]
fn where_the_group_itself_is_gone_the_topic_is_not_there() {
    for code in [10010, 10015, 11000] {
        let run = settled_by([LOST, refusal(code).into()], &refusal(code).into());
        assert_eq!(run.commands()[2..], ["get_topic"; 4]);
        let error = error(run);
        assert_eq!(error.code(), Some(Code::new(code)));
        assert_eq!(
            (error.executed(), error.spoils()),
            (Executed::No, Spoils::Group)
        );
    }
}

#[test]
fn a_full_app_after_a_lost_answer_does_not_hide_the_topic() {
    let run = settled_by([LOST, refusal(10037).into()], &shown(&wanted()).into());
    assert!(is_existing(&run));
    let run = settled_by([LOST, refusal(10037).into()], &absences()[0]);
    let error = error(run);
    assert!(matches!(&error, CallError::Rejected(refusal) if refusal.code.get() == 10037));
    assert_eq!(error.spoils(), Spoils::Run);
}

#[test]
fn a_refusal_after_a_lost_answer_stays_unknown_where_reading_back_fails() {
    for (reading, spoils) in [
        (Reply::from(refusal(10004)), Spoils::Row),
        (refusal(10007).into(), Spoils::Group),
        (LOST, Spoils::Row),
        (answer(&json!({})).into(), Spoils::Row),
        (refusal(70003).into(), Spoils::Run),
        (refusal(70001).into(), Spoils::Run),
    ] {
        let run = settled_by([LOST, refusal(TEXT_REFUSED).into()], &reading);
        let error = error(run);
        assert_eq!(
            (error.executed(), error.spoils()),
            (Executed::Maybe, spoils),
            "{reading:?}"
        );
        assert!(matches!(error, CallError::OutcomeUnknown(_)), "{reading:?}");
    }
}

#[test]
fn a_resumed_call_believes_a_refusal_only_once_the_topic_was_read_back() {
    let resumed = |read: Reply| {
        let mut replies = [Reply::from(refusal(TEXT_REFUSED))].into_iter();
        Driver::new(session()).run(Call::new(named()).resumed(), |_| {
            replies.next().unwrap_or_else(|| read.clone())
        })
    };
    assert!(is_existing(&resumed(shown(&wanted()).into())));
    let absent = error(resumed(absences()[0].clone()));
    assert!(matches!(absent, CallError::Rejected(_)), "{absent:?}");
    let unreadable = error(resumed(LOST));
    assert_eq!(unreadable.executed(), Executed::Maybe);
}

#[test]
fn a_refusal_that_stands_in_the_way_of_reading_too_is_not_worth_reading_back() {
    for code in [10003, 10008, 60010, 70001, 70003, 70050] {
        let run = settled_by([LOST], &refusal(code).into());
        assert!(
            run.commands()
                .iter()
                .all(|command| *command == "import_topic")
        );
        let error = error(run);
        assert_eq!(error.code(), Some(Code::new(code)));
        assert_eq!(
            (error.executed(), error.spoils()),
            (Executed::Maybe, Spoils::Run)
        );
    }
}

#[test]
fn a_status_that_spoils_the_run_leaves_a_lost_answer_unknown() {
    let not_found = HttpResponse::new(404, Vec::new());
    let error = error(run(&[LOST, not_found.into()]));
    assert!(matches!(
        error,
        CallError::OutcomeUnknown(Failure::Status { status: 404 })
    ));
    assert_eq!(error.spoils(), Spoils::Run);
}
