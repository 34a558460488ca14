//! Doubtful ends are settled by reading the topic back, and only by that.

use std::time::Duration;

use serde_json::{Value, json};
use topic_import_core::http::HttpResponse;
use topic_import_core::{Call, CallError, Code, Failure, Imported, Scope};

use crate::support::{
    Driver, Reply, Run, TOPIC, answer, command, named, read_back, refusal, run_through, session,
    shown,
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
        read_back(&json!([{"ErrorCode": 10010, "ErrorInfo": "no such topic"}])).into(),
        refusal(10010).into(),
    ]
}

/// An answer to `get_topic` by which the topic could not be asked for.
fn not_asked(code: i64) -> HttpResponse {
    read_back(&json!([{"ErrorCode": code, "ErrorInfo": "busy", "TopicInfo": {"TopicId": TOPIC}}]))
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
fn a_topic_is_read_back_at_once_and_that_repeats_nothing() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    for reply in [LOST, LOST, LOST, refusal(IN_USE).into()] {
        assert_eq!(command(&driver.request(&mut call)), "import_topic");
        let _ = driver.report(&mut call, reply);
    }
    assert!(call.last_failure().is_none());
    let answered = driver.elapsed;
    assert_eq!(command(&driver.request(&mut call)), "get_topic");
    assert_eq!(driver.elapsed, answered);
    let _ = driver.report(&mut call, LOST);
    driver.request(&mut call);
    let waited = driver.elapsed - answered;
    assert!(waited <= Duration::from_millis(200), "{waited:?}");
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
    assert_eq!((error.maybe_executed(), error.scope()), (false, Scope::Row));
    assert_eq!(error.code(), Some(Code::ID_IN_USE));
    assert_eq!(
        error.to_string(),
        "the ID is taken: @TGS#_riverside@TOPIC#_welcome exists with different content: TopicName is \"Other\", not \
         \"Welcome\"; choose another ID, or send the content that is already there"
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
            CallError::OutcomeUnknown {
                failure: Failure::NotShown,
                ..
            }
        ));
    }
}

#[test]
fn what_is_not_shown_is_looked_for_again_only_when_the_service_can_have_finished() {
    let mut driver = Driver::new(session());
    let mut call = Call::new(named());
    driver.request(&mut call);
    let _ = driver.report(&mut call, refusal(IN_USE).into());
    driver.request(&mut call);
    for shortest in [800, 1_600, 2_500].map(Duration::from_millis) {
        let _ = driver.report(&mut call, read_back(&json!([])).into());
        let before = driver.elapsed;
        driver.request(&mut call);
        assert!(driver.elapsed - before >= shortest);
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
    let run = settled_by([LOST, refusal(10010).into()], &refusal(10010).into());
    assert_eq!(run.commands()[2..], ["get_topic"; 4]);
    let error = error(run);
    assert_eq!(error.code(), Some(Code::NOT_THERE));
    assert_eq!(
        (error.maybe_executed(), error.scope()),
        (false, Scope::Group)
    );
}

#[test]
fn a_full_community_after_a_lost_answer_does_not_hide_the_topic() {
    let run = settled_by([LOST, refusal(10037).into()], &shown(&wanted()).into());
    assert!(is_existing(&run));
    let run = settled_by([LOST, refusal(10037).into()], &absences()[0]);
    let error = error(run);
    assert!(matches!(&error, CallError::Rejected(refusal) if refusal.code.get() == 10037));
    assert_eq!(error.scope(), Scope::Group);
}

#[test]
fn a_refusal_after_a_lost_answer_stays_unknown_where_reading_back_fails() {
    for (reading, scope) in [
        (Reply::from(refusal(10004)), Scope::Row),
        (refusal(10007).into(), Scope::Group),
        (refusal(10015).into(), Scope::Group),
        (refusal(11000).into(), Scope::Group),
        (LOST, Scope::Row),
        (not_asked(10002).into(), Scope::Row),
        (not_asked(10006).into(), Scope::Row),
        (not_asked(10007).into(), Scope::Group),
        (read_back(&json!([{"ErrorCode": 0}])).into(), Scope::Row),
        (
            read_back(&json!([{"ErrorCode": 0, "TopicInfo": null}])).into(),
            Scope::Row,
        ),
        (HttpResponse::new(403, Vec::new()).into(), Scope::All),
        (answer(&json!({})).into(), Scope::Row),
        (refusal(70003).into(), Scope::All),
        (refusal(70001).into(), Scope::All),
    ] {
        let run = settled_by([LOST, refusal(TEXT_REFUSED).into()], &reading);
        let error = error(run);
        assert_eq!(
            (error.maybe_executed(), error.scope()),
            (true, scope),
            "{reading:?}"
        );
        assert!(
            matches!(error, CallError::OutcomeUnknown { .. }),
            "{reading:?}"
        );
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
    assert!(unreadable.maybe_executed());
}

#[test]
fn a_refusal_that_stands_in_the_way_of_reading_too_leaves_a_lost_answer_unknown() {
    for code in [10003, 10008, 60004, 60010, 70001, 70003, 70050] {
        let run = settled_by([LOST], &refusal(code).into());
        let commands = run.commands();
        assert!(
            commands.len() <= 5 && commands.contains(&"get_topic"),
            "{code}"
        );
        let error = error(run);
        assert_eq!(error.code(), Some(Code::new(code)));
        assert_eq!((error.maybe_executed(), error.scope()), (true, Scope::All));
    }
}

#[test]
fn a_topic_that_could_not_be_asked_for_is_asked_for_again() {
    for code in [10002, 10006, 10008] {
        let run = run(&[
            refusal(IN_USE).into(),
            not_asked(code).into(),
            shown(&wanted()).into(),
        ]);
        assert_eq!(run.commands(), ["import_topic", "get_topic", "get_topic"]);
        assert!(is_existing(&run), "{code}");
    }
}

#[test]
fn beside_items_the_envelope_means_nothing() {
    for envelope in [
        json!({"ActionStatus": "FAIL", "ErrorCode": 10002, "ErrorInfo": "ok"}),
        json!({"ActionStatus": "OK", "ErrorCode": 10010}),
        json!({"ErrorInfo": "ok"}),
    ] {
        let mut body = envelope;
        body["TopicAndSelfInfo"] = json!([{"ErrorCode": 0, "TopicInfo": wanted()}]);
        assert!(
            is_existing(&run(&[refusal(IN_USE).into(), answer(&body).into()])),
            "{body}"
        );
    }
}

#[test]
fn without_items_the_envelope_counts() {
    let body = json!({"ActionStatus": "FAIL", "ErrorCode": 10002, "TopicAndSelfInfo": []});
    let run = run(&[
        refusal(IN_USE).into(),
        answer(&body).into(),
        shown(&wanted()).into(),
    ]);
    assert!(is_existing(&run));
}

/// Answers to `get_topic` by which a topic of the ID has been deleted.
fn deletions() -> [Reply; 3] {
    let item = |topic: Value| {
        read_back(&json!([{"ErrorCode": 110_003, "ErrorInfo": "", "TopicInfo": topic}])).into()
    };
    [item(wanted()), item(Value::Null), refusal(110_003).into()]
}

#[test]
fn an_id_in_use_by_a_deleted_topic_is_used_up() {
    for code in [IN_USE, 10025] {
        for deleted in deletions() {
            let run = run(&[refusal(code).into(), deleted]);
            assert_eq!(run.commands(), ["import_topic", "get_topic"]);
            let error = error(run);
            assert_eq!((error.maybe_executed(), error.scope()), (false, Scope::Row));
            assert_eq!(error.code(), Some(Code::TOPIC_DELETED));
            let text = error.to_string();
            assert!(text.contains("choose another TopicId"), "{text}");
        }
    }
}

#[test]
fn a_deleted_topic_may_be_that_of_a_lost_answer() {
    for refused in [IN_USE, TEXT_REFUSED] {
        for deleted in deletions() {
            let error = error(run(&[LOST, refusal(refused).into(), deleted]));
            assert!(
                matches!(
                    error,
                    CallError::OutcomeUnknown {
                        failure: Failure::IdUsedUp,
                        ..
                    }
                ),
                "{refused}: {error:?}"
            );
        }
    }
}

#[test]
fn a_status_that_reaches_every_call_leaves_a_lost_answer_unknown() {
    let not_found = HttpResponse::new(404, Vec::new());
    let error = error(run(&[LOST, not_found.into()]));
    assert!(matches!(
        error,
        CallError::OutcomeUnknown {
            failure: Failure::Status { status: 404 },
            ..
        }
    ));
    assert_eq!(error.scope(), Scope::All);
}
