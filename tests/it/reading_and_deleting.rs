//! Reading topics back and deleting them, by both clients, over plain HTTP and HTTPS.

use topic_import_core::{CallError, Code, DestroyTopic, Failure, GetTopic, GroupId, KnownTopicId};

use crate::client::Client;
use crate::scene::play_with;
use crate::stage::Standing;
use crate::topic::{GROUP, topic};
use crate::watch;
use crate::wire;

fn id(name: &str) -> KnownTopicId {
    KnownTopicId::parse(format!("{GROUP}@TOPIC#_{name}")).unwrap()
}

fn group() -> GroupId {
    GroupId::parse(GROUP).unwrap()
}

fn of_known(names: &[&str]) -> GetTopic {
    GetTopic::of(group(), names.iter().copied().map(id).collect()).unwrap()
}

fn destroying(names: &[&str]) -> DestroyTopic {
    DestroyTopic::of(group(), names.iter().copied().map(id).collect()).unwrap()
}

/// By both clients, over both transports, where the topics One and Two are there.
fn play(scene: impl Fn(&Client, &Standing, &str)) {
    play_with(
        |emulator| emulator,
        |client, standing, case| {
            for name in ["One", "Two"] {
                client.import(topic(name, true)).unwrap();
            }
            scene(client, standing, case);
        },
    );
}

fn assert_on_the_wire(standing: &Standing, expected: &str, case: &str) {
    let seen = wire::seen(standing);
    let calls = seen.iter().skip_while(|seen| seen.call == "import=0");
    let calls: Vec<_> = calls.cloned().collect();
    assert!(wire::is(&calls, expected), "{case}: {calls:?}");
}

#[test]
fn topics_are_read_back_and_those_that_are_not_there_are_said_to_be_missing() {
    play(|client, standing, case| {
        let found = client.execute(of_known(&["Two", "Three"])).unwrap();
        let there = found.get(&id("Two")).unwrap();
        assert_eq!(
            there.introduction.as_deref(),
            Some("all about Two"),
            "{case}"
        );
        assert!(found.get(&id("Three")).is_none(), "{case}");
        assert_on_the_wire(standing, "get=0", case);
    });
}

#[test]
fn a_lost_answer_is_asked_for_again_when_reading() {
    play(|client, standing, case| {
        standing.plan("lost@1,code60007@2,http502@3");
        let found = client.execute(of_known(&["One"])).unwrap();
        assert!(found.get(&id("One")).is_some(), "{case}");
        assert_on_the_wire(standing, "get=0 get=- get=- get=0", case);
    });
}

#[test]
fn a_refusal_of_reading_is_told() {
    play(|client, standing, case| {
        standing.plan("code10007@1-");
        let error = client.execute(of_known(&["One"])).unwrap_err();
        watch::look_at_error("error", &error);
        assert_eq!(error.code(), Some(Code::new(10007)), "{case}");
        assert_on_the_wire(standing, "get=-", case);
    });
}

#[test]
fn topics_are_deleted_and_those_that_are_not_there_are_told() {
    play(|client, standing, case| {
        let destroyed = client.execute(destroying(&["One", "Three"])).unwrap();
        let codes: Vec<i64> = destroyed
            .topics
            .iter()
            .map(|topic| topic.code.get())
            .collect();
        assert_eq!(codes[0], 0, "{case}");
        assert_ne!(codes[1], 0, "{case}");
        let there = standing.state();
        assert!(there.topic(id("One").as_str()).is_none(), "{case}");
        assert!(there.topic(id("Two").as_str()).is_some(), "{case}");
        assert_on_the_wire(standing, "destroy=0", case);
    });
}

#[test]
fn a_lost_answer_to_a_deletion_is_settled_by_deleting_again() {
    play(|client, standing, case| {
        standing.plan("lost@1");
        client.execute(destroying(&["One"])).unwrap();
        let there = standing.state();
        assert!(there.topic(id("One").as_str()).is_none(), "{case}");
        assert_on_the_wire(standing, "destroy=0 destroy=0", case);
    });
}

#[test]
fn a_deletion_that_was_not_carried_out_is_told_as_such() {
    play(|client, standing, case| {
        standing.plan("code10007@1-");
        let error = client.execute(destroying(&["One"])).unwrap_err();
        assert!(!error.maybe_executed(), "{case}");
        assert!(matches!(error, CallError::Rejected(_)), "{case}: {error:?}");

        standing.plan("http404@1-");
        let error = client.execute(destroying(&["One"])).unwrap_err();
        let is_status = matches!(
            &error,
            CallError::NotExecuted(Failure::Status { status: 404 })
        );
        assert!(is_status, "{case}: {error:?}");
        let there = standing.state();
        assert!(there.topic(id("One").as_str()).is_some(), "{case}");
    });
}
