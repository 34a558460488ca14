//! Requests that nobody has checked: sent as they are, and never twice where that may matter.

use serde_json::json;
use topic_import_core::{Call, CallError, GetTopic, ImportTopic, Service, Unchecked};

use crate::support::{Driver, Reply, Run, TOPIC, command, created, refusal, session};

const BODY: &[u8] = b"{\"GroupId\": 7, \"TopicName\": \"\xff";

fn run(reply: impl Into<Reply>) -> Run<Vec<u8>> {
    let call = Call::new(Unchecked::<ImportTopic>::new(
        Service::MillionGroupOpenHttpSvc,
        BODY.to_vec(),
    ));
    let mut reply = Some(reply.into());
    Driver::new(session()).run(call, |_| reply.take().unwrap_or(Reply::NotSent))
}

#[test]
fn body_and_service_are_sent_as_given_and_a_success_is_given_back_as_it_came() {
    let answer = created(TOPIC);
    let run = run(answer.clone());
    assert_eq!(run.outcome.unwrap(), answer.body);
    let [request] = &*run.sent else {
        panic!("sent {} requests", run.sent.len());
    };
    assert_eq!(request.body, BODY);
    assert!(
        request
            .url_and_query()
            .0
            .ends_with("/v4/million_group_open_http_svc/import_topic")
    );
}

#[test]
fn the_command_is_that_of_the_operation() {
    let call = Call::new(Unchecked::<GetTopic>::new(
        Service::GroupOpenHttpSvc,
        Vec::new(),
    ));
    let run = Driver::new(session()).run(call, |request| {
        assert_eq!(command(request), "get_topic");
        crate::support::answer(&json!({"ErrorCode": 0}))
    });
    assert_eq!(run.outcome.unwrap(), br#"{"ErrorCode":0}"#);
}

#[test]
fn an_id_in_use_is_a_refusal_that_nobody_settles() {
    let run = run(refusal(10021));
    assert_eq!(run.sent.len(), 1);
    let Err(CallError::Rejected(refusal)) = run.outcome else {
        panic!("{:?}", run.outcome);
    };
    assert_eq!((refusal.code.get(), &*refusal.info), (10021, "made up"));
}

#[test]
fn what_may_have_been_executed_is_not_repeated() {
    for reply in [
        Reply::MaybeSent,
        refusal(10002).into(),
        crate::support::answer(&json!({"ErrorCode": 0, "ActionStatus": "FAIL"})).into(),
    ] {
        let run = run(reply);
        assert_eq!(run.sent.len(), 1);
        assert!(matches!(run.outcome, Err(CallError::OutcomeUnknown { .. })));
    }
}
