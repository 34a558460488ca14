//! `destroy_group`, through a call that is driven by hand.

use serde_json::json;
use topic_import_core::http::HttpResponse;
use topic_import_core::{Call, CallError, DestroyGroup, DestroyedGroup, GroupId, Scope};

use crate::support::{Driver, GROUP, Reply, Run, answer, body, refusal, session};

const LOST: Reply = Reply::MaybeSent;

/// A call whose attempts come to these; the last one repeats.
fn run<const N: usize>(replies: &[Reply; N]) -> Run<DestroyedGroup> {
    let request = DestroyGroup::new(GroupId::parse(GROUP).unwrap());
    let mut position = 0;
    Driver::new(session()).run(Call::new(request), |_| {
        let reply = replies[position.min(N - 1)].clone();
        position += 1;
        reply
    })
}

fn done() -> Reply {
    answer(&json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0})).into()
}

#[test]
fn a_community_is_named_under_the_groups_service_and_is_destroyed() {
    let run = run(&[done()]);
    assert_eq!(
        run.sent[0].url_and_query().0,
        "https://chat.example.com/v4/group_open_http_svc/destroy_group"
    );
    assert_eq!(body(&run.sent[0]), json!({"GroupId": GROUP}));
    assert_eq!(run.outcome.unwrap(), DestroyedGroup::Destroyed);
}

#[test]
fn a_lost_answer_is_asked_for_again_and_what_is_gone_then_is_as_wanted() {
    for (lost, end, outcome) in [
        (LOST, refusal(10010).into(), DestroyedGroup::Absent),
        (LOST, done(), DestroyedGroup::Destroyed),
        (
            refusal(10002).into(),
            refusal(10010).into(),
            DestroyedGroup::Absent,
        ),
        (
            HttpResponse::new(502, Vec::new()).into(),
            done(),
            DestroyedGroup::Destroyed,
        ),
    ] {
        let run = run(&[lost, end]);
        assert_eq!(run.commands(), ["destroy_group"; 2]);
        assert_eq!(run.outcome.unwrap(), outcome);
    }
}

#[test]
fn what_was_not_there_is_told_from_what_was_destroyed() {
    let run = run(&[refusal(10010).into()]);
    assert_eq!(run.sent.len(), 1);
    assert_eq!(run.outcome.unwrap(), DestroyedGroup::Absent);
}

#[test]
fn every_documented_refusal_is_one() {
    for (code, scope) in [
        (10003, Scope::All),
        (10004, Scope::Row),
        (10007, Scope::Group),
        (10015, Scope::Group),
    ] {
        let run = run(&[refusal(code).into()]);
        assert_eq!(run.sent.len(), 1, "{code}");
        let error = run.outcome.unwrap_err();
        assert_eq!(error.scope(), scope, "{code}");
        assert!(matches!(error, CallError::Rejected(refusal) if refusal.code.get() == code));
    }
}

#[test]
fn a_refusal_after_a_lost_answer_leaves_open_whether_the_community_is_there() {
    let error = run(&[LOST, refusal(10007).into()]).outcome.unwrap_err();
    assert!(error.maybe_executed() && error.is_repeatable(), "{error:?}");
}
