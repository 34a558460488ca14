//! Both clients count and measure alike, and no label tells more than the command and how it went.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt as _;
use metrics::with_local_recorder;
use topic_import_async::metrics::describe;
use topic_import_core::{Call, CallEvent, Origin, Session, Step};
use topic_import_driver::RunningCall;

use crate::client::{Client, Kind, wait_for};
use crate::identity::Identity;
use crate::outcome::Outcome;
use crate::recorder::Recorder;
use crate::stage::{Over, Stage, Standing};
use crate::topic::topic;

const NAMES: [&str; 8] = [
    "topic_import_calls_total",
    "topic_import_call_duration_seconds",
    "topic_import_attempts_total",
    "topic_import_attempt_duration_seconds",
    "topic_import_repeats_total",
    "topic_import_refusals_total",
    "topic_import_throttled_total",
    "topic_import_quota_wait_seconds",
];

fn client(kind: Kind, standing: &Standing) -> Client {
    Client::new(kind, &standing.settings())
}

/// What one import counts while this goes wrong on its way.
fn counted(kind: Kind, faults: &str, expected: &Outcome) -> BTreeMap<String, u64> {
    let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
    standing.plan(faults);
    let client = client(kind, &standing);
    let recorder = Recorder::default();
    let ended = with_local_recorder(&recorder, || client.import(topic("Welcome", true)));
    assert_eq!(Outcome::of(&ended), *expected, "{kind:?}, {faults}");
    recorder.totals()
}

fn totals(all: &[(&str, u64)]) -> BTreeMap<String, u64> {
    let named = all
        .iter()
        .map(|(name, total)| (format!("topic_import_{name}"), *total));
    named.collect()
}

#[test]
fn a_call_is_counted_with_each_of_its_attempts() {
    let expected = totals(&[
        ("attempt_duration_seconds command=get_topic", 1),
        ("attempt_duration_seconds command=import_topic", 3),
        ("attempts_total command=get_topic result=done", 1),
        ("attempts_total command=import_topic result=maybe_sent", 1),
        ("attempts_total command=import_topic result=refused", 2),
        ("call_duration_seconds command=import_topic", 1),
        ("calls_total command=import_topic outcome=done", 1),
        ("quota_wait_seconds command=get_topic", 1),
        ("quota_wait_seconds command=import_topic", 3),
        ("refusals_total command=import_topic code=10021", 1),
        ("refusals_total command=import_topic code=60007", 1),
        ("repeats_total command=import_topic", 2),
        ("throttled_total command=import_topic", 1),
    ]);
    for kind in Kind::BOTH {
        // Too frequent, then an answer that is lost: the topic is there, and is read back.
        let found = counted(kind, "code60007@1,lost@2", &Outcome::Existing);
        assert_eq!(found, expected, "{kind:?}");
    }
}

#[test]
fn a_code_that_no_document_names_is_counted_as_other() {
    let expected = totals(&[
        ("attempt_duration_seconds command=import_topic", 1),
        ("attempts_total command=import_topic result=refused", 1),
        ("call_duration_seconds command=import_topic", 1),
        ("calls_total command=import_topic outcome=rejected", 1),
        ("quota_wait_seconds command=import_topic", 1),
        ("refusals_total command=import_topic code=other", 1),
    ]);
    for kind in Kind::BOTH {
        let found = counted(kind, "code424242@1", &Outcome::Rejected(424_242));
        assert_eq!(found, expected, "{kind:?}");
    }
}

#[test]
fn a_call_whose_future_is_dropped_is_counted_as_dropped() {
    let standing = Stage::Emulator(|emulator| emulator).set_up(Over::PlainHttp);
    standing.plan("delay-1m@1");
    let Client::Async(client) = client(Kind::Async, &standing) else {
        unreachable!("it was asked for");
    };
    let recorder = Recorder::default();
    let ended = with_local_recorder(&recorder, || {
        wait_for(async { client.import(topic("Welcome", true)).now_or_never() })
    });
    assert!(ended.is_none(), "no answer is there yet");
    let dropped = "topic_import_calls_total command=import_topic outcome=dropped";
    assert_eq!(recorder.totals().get(dropped), Some(&1));
}

#[test]
fn an_attempt_waits_for_its_slot_from_when_it_asks_for_it() {
    let origin = Origin::parse("https://chat.example.com").unwrap();
    let session = Mutex::new(Session::new(origin, Identity::Key.credentials()));
    let clock = Cell::new(Duration::ZERO);
    let recorder = Recorder::default();
    with_local_recorder(&recorder, || {
        let call = Call::new(topic("Welcome", true));
        let go_on = |_: CallEvent<'_>| ControlFlow::Continue(());
        let mut call = RunningCall::begin(call, &session, || clock.get(), go_on);
        clock.set(Duration::from_secs(5));
        assert!(matches!(call.next_step(), Step::Pace(_)));
        clock.set(Duration::from_secs(7));
        call.on_slot(Ok(()));
    });
    let waited = recorder.last("topic_import_quota_wait_seconds command=import_topic");
    assert_eq!(waited, Some(2.0));
}

#[test]
fn every_name_is_described_and_documented() {
    let recorder = Recorder::default();
    with_local_recorder(&recorder, describe);
    let mut expected = NAMES.map(str::to_owned);
    expected.sort();
    assert_eq!(recorder.described(), expected);
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/embedding.md");
    let document = fs::read_to_string(document).unwrap();
    for name in NAMES {
        assert!(document.contains(&format!("| `{name}` |")), "{name}");
    }
}
