//! A call keeps its deadline, the wait for a slot in a crowded quota included.

use std::num::NonZeroU32;
use std::ops::ControlFlow;
use std::thread;
use std::time::{Duration, Instant};

use topic_import_core::{CallEvent, Endpoint, Rate, TransportErrorKind};
use topic_import_driver::ClientSettings;

use crate::client::{Client, Ended, Kind, wait_for};
use crate::identity::Identity;
use crate::listener::{Act, Listener};
use crate::outcome::{Outcome, Why};
use crate::request::{Request, answer};
use crate::topic::topic;

const CALLS: usize = 100;
/// The service slows this down until a hundred calls would take their slots over many times the deadline.
const QUOTA: NonZeroU32 = NonZeroU32::new(40).unwrap();
/// Far longer than it takes until every call has made its first attempt.
const DEADLINE: Duration = Duration::from_secs(12);
/// A slow machine may be late by so much.
const LATE: Duration = Duration::from_secs(5);

fn too_frequent(_: &Request) -> Vec<u8> {
    let body = r#"{"ActionStatus":"FAIL","ErrorCode":60007,"ErrorInfo":""}"#;
    answer("200 OK", "", body.as_bytes())
}

/// Answers nobody until it lets go, and then that calls are too frequent, again and again.
fn crowded() -> Listener {
    let first = [Act::Read, Act::HoldUntilLetGo, Act::Reply(too_frequent)];
    let others = std::iter::repeat_n([Act::Read, Act::Reply(too_frequent)], 100).flatten();
    Listener::start(None, vec![first.into_iter().chain(others).collect()])
}

/// How a call ended, and how long after its first attempt had its slot.
fn import(client: &Client, number: usize) -> (Ended, Duration) {
    let topic = topic(&number.to_string(), true);
    let mut begun = None;
    let observe = |event: CallEvent<'_>| {
        if let CallEvent::Leaving(_) = event {
            begun.get_or_insert_with(Instant::now);
        }
        ControlFlow::Continue(())
    };
    let ended = match client {
        Client::Async(client) => wait_for(client.run(client.call(topic), observe)),
        Client::Blocking(client) => client.run(client.call(topic), observe),
    };
    (ended, begun.unwrap().elapsed())
}

fn assert_kept(kind: Kind) {
    let listener = crowded();
    let origin = format!("http://127.0.0.1:{}", listener.port());
    let endpoint = Endpoint::custom(origin.parse().unwrap());
    let settings = ClientSettings::new(endpoint, Identity::Key.credentials())
        .with_quota(Rate::PerSecond(QUOTA))
        .with_answer_timeout(DEADLINE)
        .with_deadline(DEADLINE);
    let client = Client::new(kind, &settings);
    let calls: Vec<(Ended, Duration)> = thread::scope(|scope| {
        let calls: Vec<_> = (0..CALLS)
            .map(|number| {
                let client = &client;
                scope.spawn(move || import(client, number))
            })
            .collect();
        listener.wait_for_held(CALLS);
        listener.let_go();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    let refused = Outcome::NotExecuted(Why::Refused(60007));
    let mut still_out = 0;
    for (ended, took) in &calls {
        // The deadline may find an attempt on its way, and what it would have been answered nobody knows.
        match Outcome::of(ended) {
            Outcome::Unknown(Why::MaybeSent(TransportErrorKind::AnswerTimeout)) => still_out += 1,
            outcome => assert_eq!(outcome, refused, "{kind:?}"),
        }
        assert!(*took < DEADLINE + LATE, "{kind:?}: {took:?}");
    }
    assert!(still_out < CALLS / 2, "{kind:?}: {still_out}");
}

#[test]
fn a_hundred_threads_wait_for_their_slots_no_longer_than_their_deadlines() {
    assert_kept(Kind::Blocking);
}

#[test]
fn a_hundred_tasks_wait_for_their_slots_no_longer_than_their_deadlines() {
    assert_kept(Kind::Async);
}

#[test]
fn a_deadline_may_be_as_far_away_as_can_be_said() {
    for kind in Kind::BOTH {
        let answers = vec![Act::Read, Act::Reply(too_frequent), Act::Read, Act::SUCCEED];
        let listener = Listener::start(None, vec![answers]);
        let origin = format!("http://127.0.0.1:{}", listener.port());
        let endpoint = Endpoint::custom(origin.parse().unwrap());
        let settings =
            ClientSettings::new(endpoint, Identity::Key.credentials()).with_deadline(Duration::MAX);
        let ended = Client::new(kind, &settings).import(topic("Welcome", true));
        assert_eq!(Outcome::of(&ended), Outcome::Created, "{kind:?}");
    }
}
