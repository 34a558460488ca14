//! Answers of the service, or of whatever answers in its place.

use std::collections::HashSet;
use std::error::Error;
use std::fmt::{Debug, Write as _};
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::Value;
use topic_import_core::http::HttpResponse;
use topic_import_core::{
    Answer, Call, Code, Credentials, DestroyGroup, DestroyTopic, Failure, GetGroupInfo, GetTopic,
    GroupDraft, GroupId, ImportTopic, KnownTopicId, MAX_EXCERPT_BYTES, Now, Operation, Origin,
    SdkAppId, SecretKey, Service, Session, Step, TopicDraft, Unchecked, UnreadableReason, UserId,
    UserSig,
};

use crate::choices::Choices;

const GROUP: &str = "@TGS#_riverside";
const TOPIC: &str = "@TGS#_riverside@TOPIC#_general";
const OTHER: &str = "@TGS#_riverside@TOPIC#_random";
const APP: u64 = 1_400_000_000;
const ADMIN: &str = "administrator";
const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";
const SECONDS: u64 = 1_700_000_000;

/// So many characters of a signature in a row are a part of it.
const PIECE: usize = 8;

pub(crate) fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let operation = choices.byte() % 10;
    let status = choices.of(&[200, 200, 200, 502, 429, 302, 204]);
    let body = &with_signature(choices.rest());
    let group = || GroupId::parse(GROUP).unwrap();
    let topics = || [TOPIC, OTHER].map(|id| KnownTopicId::parse(id).unwrap());
    match operation {
        0 => {
            let topic = TopicDraft::new(GROUP, "General").topic_id(TOPIC);
            let topic = topic.validate().unwrap();
            read(&topic, body, |imported| {
                assert_eq!(imported.topic_id().as_str(), TOPIC);
            });
            call(topic, status, body);
        }
        1 => {
            let topic = TopicDraft::new(GROUP, "General").validate().unwrap();
            read(&topic, body, |_| {});
            call(topic, status, body);
        }
        2 | 3 => {
            let mut community = GroupDraft::new("Riverside").app_defined("color", "blue");
            if operation == 2 {
                community = community.group_id(GROUP);
            }
            let community = community.validate().unwrap();
            read(&community, body, |imported| {
                assert!(operation == 3 || imported.group_id().as_str() == GROUP);
            });
            call(community, status, body);
        }
        4 => {
            let [one, other] = topics();
            let both = GetTopic::of(group(), vec![one.clone(), other.clone()]).unwrap();
            read(&both, body, |found| {
                let named = found.topics.iter().map(|topic| topic.topic_id.as_deref());
                let deleted = found.deleted.iter().map(|id| Some(id.as_str()));
                for id in named.chain(deleted) {
                    assert!(id == Some(TOPIC) || id == Some(OTHER), "{id:?}");
                }
            });
            call(both, status, body);
        }
        5 => {
            let all = GetTopic::all(group());
            read(&all, body, |found| {
                assert!(found.topics.iter().all(|topic| topic.topic_id.is_some()));
            });
            call(all, status, body);
        }
        6 => {
            let communities = GetGroupInfo::one(group());
            read(&communities, body, |found| {
                let ids = found.groups.iter().map(|group| group.group_id.as_deref());
                assert!(ids.into_iter().all(|id| id == Some(GROUP)));
            });
            call(communities, status, body);
        }
        7 => {
            let destroy = DestroyTopic::of(group(), topics().to_vec()).unwrap();
            read(&destroy, body, |_| {});
            call(destroy, status, body);
        }
        8 => {
            let destroy = DestroyGroup::new(group());
            read(&destroy, body, |_| {});
            call(destroy, status, body);
        }
        _ => {
            let service = Service::GroupOpenHttpSvc;
            let unchecked = Unchecked::<ImportTopic>::new(service, b"{}".to_vec());
            // Whatever the answer holds is there for whoever asked in his own way.
            if let Ok(Answer::Done(all)) = unchecked.read(body) {
                assert_eq!(all, *body);
            }
            call(unchecked, status, body);
        }
    }
}

/// Reads a body, and reads it again with members that nobody knows.
fn read<O: Operation<Output: PartialEq + Debug>>(
    operation: &O,
    body: &[u8],
    check: impl Fn(&O::Output),
) {
    let read = operation.read(body);
    let json: Result<Value, _> = serde_json::from_slice(body);
    match (&read, &json) {
        (Ok(Answer::Refused(refusal)), _) => {
            assert_ne!(refusal.code, Code::OK);
            assert_eq!(refusal.command, O::COMMAND);
        }
        (Ok(Answer::Done(output)), _) => check(output),
        (Err(UnreadableReason::NotJson), json) => assert!(json.is_err(), "{json:?}"),
        (Err(_), _) => {}
    }
    let Ok(json @ Value::Object(_)) = json else {
        return;
    };
    if let Ok(answer) = &read {
        assert_is_said(answer, &json);
    }
    let plain = operation.read(json.to_string().as_bytes());
    let further = operation.read(with_further_members(json).to_string().as_bytes());
    assert_eq!(plain, further);
}

/// What an answer says stands in it.
fn assert_is_said<T>(answer: &Answer<T>, json: &Value) {
    let items = json
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_array);
    let objects = items.flatten().chain([json]);
    let codes: Vec<i64> = objects
        .filter_map(|object| object["ErrorCode"].as_i64())
        .collect();
    match answer {
        Answer::Refused(refusal) => {
            let code = refusal.code.get();
            assert!(codes.contains(&code), "{code} of {json}");
        }
        Answer::Done(_) => {
            let has_items = json.as_object().unwrap().values().any(Value::is_array);
            assert!(has_items || json["ErrorCode"] == 0, "{json}");
            assert!(has_items || json["ActionStatus"] != "FAIL", "{json}");
        }
    }
}

/// An answer of a service that says more than its documents do.
fn with_further_members(mut json: Value) -> Value {
    if let Value::Object(members) = &mut json {
        for value in members.values_mut() {
            match value {
                Value::Array(items) => {
                    let items_with_more = items.iter_mut().map(|item| {
                        let item = item.take();
                        with_further_members(item)
                    });
                    *value = items_with_more.collect();
                }
                Value::Object(_) => *value = with_further_members(value.take()),
                _ => {}
            }
        }
        members.insert(
            "~Further".into(),
            serde_json::json!({"List": [1, null, {}]}),
        );
    }
    json
}

/// Makes a whole call whose attempts are all answered so, and looks for the signature in all that can be printed.
fn call<O: Operation<Output: Debug>>(operation: O, status: u16, body: &[u8]) {
    let is_done = status == 200 && matches!(operation.read(body), Ok(Answer::Done(_)));
    let can_be_settled = operation.read_back().is_some();
    let credentials = Credentials::from_key(APP, ADMIN, KEY).unwrap();
    let origin: Origin = "http://127.0.0.1:1".parse().unwrap();
    let mut session = Session::new(origin, credentials);
    let mut call = Call::new(operation).with_deadline(Duration::from_secs(2));
    let mut now = Now {
        elapsed: Duration::ZERO,
        unix_seconds: SECONDS,
    };
    // Most attempts end alike.
    let mut printed = HashSet::new();
    let mut print = |text: String| {
        if !printed.contains(&text) {
            assert_hidden(&text);
            printed.insert(text);
        }
    };
    let outcome = loop {
        match call.next(&mut session, now, 0x5eed) {
            Step::Pace(_) => {}
            Step::Send(request) => {
                print(format!("{request:?}"));
                now.elapsed += Duration::from_millis(100);
                let response = HttpResponse::new(status, body.to_vec());
                let _ = call.on_result(&mut session, now, Ok(response));
                if let Some(failure) = call.last_failure() {
                    assert_is_bounded(failure);
                    print(chain(failure));
                }
            }
            Step::Wait(time) => now.elapsed += time,
            Step::Done(outcome) => break outcome,
        }
    };
    assert!(outcome.is_ok() || !is_done);
    assert!(outcome.is_err() || is_done || can_be_settled);
    if let Err(error) = outcome {
        print(chain(&error));
        assert!(!error.remedy().is_empty());
        if let Some(failure) = error.failure() {
            assert_is_bounded(failure);
        }
        assert!(error.to_string().lines().count() <= 1, "{error}");
    }
}

fn assert_is_bounded(failure: &Failure) {
    match failure {
        Failure::Refused(refusal) => assert!(refusal.info.len() <= MAX_EXCERPT_BYTES),
        Failure::Unreadable(unreadable) => assert!(unreadable.body.len() <= MAX_EXCERPT_BYTES),
        _ => {}
    }
}

/// An error as a careless program prints it.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        writeln!(text, "{error}\n{error:?}").unwrap();
        next = error.source();
    }
    text
}

/// The signature of every call here.
static SIGNATURE: LazyLock<String> = LazyLock::new(|| {
    let key = SecretKey::parse(KEY).unwrap();
    let admin = UserId::parse(ADMIN).unwrap();
    let lifetime = topic_import_core::SIGNATURE_LIFETIME.as_secs();
    let signature = UserSig::sign(&key, SdkAppId::new(APP), &admin, SECONDS, lifetime);
    signature.expose().to_owned()
});

static PIECES: LazyLock<HashSet<&[u8]>> =
    LazyLock::new(|| SIGNATURE.as_bytes().windows(PIECE).collect());

/// Which two bytes begin a piece: most do not, and a look here is shorter than one at the pieces.
static BEGINNINGS: LazyLock<Vec<bool>> = LazyLock::new(|| {
    let mut beginnings = vec![false; 1 << 16];
    for piece in PIECES.iter() {
        beginnings[beginning(piece)] = true;
    }
    beginnings
});

fn beginning(piece: &[u8]) -> usize {
    usize::from(piece[0]) << 8 | usize::from(piece[1])
}

/// The body in which bytes that are no UTF-8 stand for the signature, whole, encoded or in part.
fn with_signature(body: &[u8]) -> Vec<u8> {
    let signature = SIGNATURE.as_bytes();
    let encoded = SIGNATURE
        .replace('*', "%2A")
        .replace('-', "%2d")
        .replace('_', "%5F");
    body.iter().fold(Vec::new(), |mut all, byte| {
        match byte {
            0xf8 => all.extend(signature),
            0xf9 => all.extend(encoded.as_bytes()),
            0xfa => all.extend(&signature[..signature.len() / 2]),
            0xfb => all.extend(&signature[signature.len() / 2..]),
            0xfc => all.extend(&signature[30..30 + PIECE]),
            byte => all.push(*byte),
        }
        all
    })
}

/// No part of the signature stands in a text, not even encoded.
fn assert_hidden(text: &str) {
    // The letter of an escaped line break is not the first of what follows.
    let mut decoded = text.replace("\\\\", "\u{fffd}");
    for escaped in ["\\n", "\\r", "\\t", "\\0"] {
        decoded = decoded.replace(escaped, "\n");
    }
    if text.contains('%') {
        for pair in ["%2A*", "%2a*", "%2D-", "%2d-", "%5F_", "%5f_"] {
            let (encoded, plain) = pair.split_at(3);
            decoded = decoded.replace(encoded, plain);
        }
    }
    let mut windows = decoded.as_bytes().windows(PIECE);
    let is_piece = |window| BEGINNINGS[beginning(window)] && PIECES.contains(window);
    assert!(!windows.any(is_piece), "{text}");
    assert!(!text.contains(KEY), "{text}");
}
