//! `destroy_topic`, through a call that is driven by hand.

use serde_json::{Value, json};
use topic_import_core::http::HttpResponse;
use topic_import_core::{
    Call, CallError, Code, DestroyTopic, Field, GroupId, KnownTopicId, Rule, TopicsDestroyed,
};

use crate::support::{Driver, GROUP, Reply, Run, TOPIC, answer, body, refusal, session};

const SECOND: &str = "@TGS#_riverside@TOPIC#_second";

fn ids(count: usize) -> Vec<KnownTopicId> {
    let id = |number| KnownTopicId::parse(format!("{TOPIC}{number}")).unwrap();
    (0..count).map(id).collect()
}

fn request() -> DestroyTopic {
    let topics = [TOPIC, SECOND].map(|id| KnownTopicId::parse(id).unwrap());
    DestroyTopic::of(GroupId::parse(GROUP).unwrap(), topics.into()).unwrap()
}

/// A call whose attempts come to these; the last one repeats.
fn run<const N: usize>(replies: &[Reply; N]) -> Run<TopicsDestroyed> {
    let mut position = 0;
    Driver::new(session()).run(Call::new(request()), |_| {
        let reply = replies[position.min(N - 1)].clone();
        position += 1;
        reply
    })
}

fn done(items: &Value) -> Reply {
    let body = json!({
        "ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "DestroyResultItem": items
    });
    answer(&body).into()
}

#[test]
fn topics_are_named_under_the_topics_service_and_each_has_its_result() {
    let run = run(&[done(&json!([
        {"TopicId": TOPIC, "ErrorCode": 0, "ErrorInfo": ""},
        {"TopicId": SECOND, "ErrorCode": 110_003, "ErrorInfo": "topic deleted"},
        {"TopicId": "", "ErrorCode": 0},
    ]))]);
    assert_eq!(
        run.sent[0].url_and_query().0,
        "https://chat.example.com/v4/million_group_open_http_svc/destroy_topic"
    );
    assert_eq!(
        body(&run.sent[0]),
        json!({"GroupId": GROUP, "TopicIdList": [TOPIC, SECOND]})
    );
    let topics = run.outcome.unwrap().topics;
    let results: Vec<_> = topics
        .iter()
        .map(|topic| (topic.topic_id.as_str(), topic.code, topic.info.as_str()))
        .collect();
    assert_eq!(
        results,
        [
            (TOPIC, Code::OK, ""),
            (SECOND, Code::TOPIC_DELETED, "topic deleted")
        ]
    );
}

#[test]
fn a_topic_is_gone_that_was_deleted_now_or_before() {
    for (code, is_gone) in [(0, true), (110_003, true), (10010, false), (10007, false)] {
        let items = json!([{"TopicId": TOPIC, "ErrorCode": code, "ErrorInfo": ""}]);
        let topics = run(&[done(&items)]).outcome.unwrap().topics;
        assert_eq!(topics[0].is_gone(), is_gone, "{code}");
    }
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    let items = json!([{"TopicId": TOPIC, "ErrorCode": 110_003, "ErrorInfo": ""}]);
    for lost in [
        Reply::MaybeSent,
        HttpResponse::new(502, Vec::new()).into(),
        // Without a list, nothing is said of any topic.
        answer(&json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0})).into(),
    ] {
        let run = run(&[lost, done(&items)]);
        assert_eq!(run.commands(), ["destroy_topic"; 2]);
        assert!(run.outcome.unwrap().topics[0].is_gone());
    }
}

#[test]
fn a_refusal_of_the_whole_call_is_one() {
    let run = run(&[refusal(10007).into()]);
    assert_eq!(run.sent.len(), 1);
    let error = run.outcome.unwrap_err();
    assert!(matches!(error, CallError::Rejected(refusal) if refusal.code.get() == 10007));
}

#[test]
fn a_list_has_at_least_one_topic_and_no_more_than_fit() {
    let of = |count| DestroyTopic::of(GroupId::parse(GROUP).unwrap(), ids(count));
    assert!(of(1).is_ok() && of(DestroyTopic::MAX_IDS).is_ok());
    for count in [0, DestroyTopic::MAX_IDS + 1] {
        let violations = of(count).unwrap_err();
        let violation = violations.first();
        assert_eq!(violation.field, Field::TopicIdList);
        assert_eq!(violation.rule, Rule::Count);
    }
}
