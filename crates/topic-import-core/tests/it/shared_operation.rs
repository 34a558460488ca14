//! An operation that is shared is called as it would be by itself.

use std::sync::Arc;

use serde_json::Value;
use topic_import_core::http::HttpRequest;
use topic_import_core::{Call, Endpoint, GetTopic, GroupId, Operation, Origin, Service, Session};

use crate::support::{Driver, GROUP, Reply, body, credentials, named, refusal, shown, unnamed};

fn sent<O: Operation>(operation: O, replies: &[Reply]) -> (Vec<(String, Value)>, String)
where
    O::Output: std::fmt::Debug,
{
    let origin = Origin::parse("https://chat.example.com").unwrap();
    let endpoint = Endpoint::custom(origin).with_service(Service::MillionGroupOpenHttpSvc);
    let mut replies = replies.iter().cloned();
    let run = Driver::new(Session::new(endpoint, credentials()))
        .run(Call::new(operation), |_| replies.next().unwrap());
    let sent = |request: &HttpRequest| (request.url_and_query().0.to_owned(), body(request));
    let outcome = format!("{:?}", run.outcome);
    (run.sent.iter().map(sent).collect(), outcome)
}

#[test]
fn a_shared_operation_is_called_as_it_is_by_itself() {
    let in_use = [
        refusal(10021).into(),
        shown(&serde_json::to_value(named()).unwrap()).into(),
    ];
    assert_eq!(sent(Arc::new(named()), &in_use), sent(named(), &in_use));
    let lost = [Reply::MaybeSent];
    assert_eq!(sent(Arc::new(unnamed()), &lost), sent(unnamed(), &lost));
    let all = || GetTopic::all(GroupId::parse(GROUP).unwrap());
    let denied = [refusal(10007).into()];
    assert_eq!(sent(Arc::new(all()), &denied), sent(all(), &denied));
}
