//! Whole answers under status 200 that are odd: some say nothing that can be relied on, some are an answer all the
//! same.

use topic_import_core::Scope;
use topic_import_core::UnreadableReason::{self, NotEnvelope, NotJson, TooLarge, WithoutId};
use topic_import_core::http::{MAX_ANSWER_BYTES, MAX_HEADER_BYTES, MAX_HEADERS};

use crate::listener::Act;
use crate::outcome::Why;
use crate::request::{OWN_HEADERS, Request, answer, room_in_headers, success_of};
use crate::scenario::{Scenario, scenario};
use crate::stage::Stage;

/// A `TopicId` as the service assigns it.
const ASSIGNED: &str = "@TGS#_riverside@TOPIC#_@TOPIC#c1";

pub(crate) fn scenarios() -> Vec<Scenario> {
    unreadable()
        .into_iter()
        .flat_map(|(name, acts, reason)| says_nothing(name, acts, reason))
        .chain(bodies().into_iter().flat_map(|(body, reason)| {
            let whole = Act::Send(answer("200 OK", "", body.as_bytes()));
            says_nothing(body, vec![whole], reason)
        }))
        .chain(readable())
        .chain(refusals())
        .collect()
}

fn says_nothing(name: &str, acts: Vec<Act>, reason: UnreadableReason) -> [Scenario; 2] {
    let name = if name.is_empty() {
        "an empty body"
    } else {
        name
    };
    let answers = || vec![Act::Read, Act::SUCCEED, Act::Hold];
    // The next request comes over the same connection or over a new one, as the client sees fit.
    let first = [vec![Act::Read], acts, answers()].concat();
    let stage = Stage::Scripted(vec![first, answers()]);
    [
        scenario(name).stage(stage.clone()).wire("import import"),
        scenario(name)
            .named_so_too("without TopicId")
            .stage(stage)
            .without_topic_id()
            .unknown(Why::Unreadable(reason))
            .wire("import"),
    ]
}

fn send(text: &str) -> Act {
    Act::Send(text.as_bytes().to_vec())
}

/// A success of so many bytes.
fn padded(length: usize) -> Act {
    let envelope = success_of(ASSIGNED);
    let mut body = vec![b' '; length - envelope.len()];
    body.extend_from_slice(envelope.as_bytes());
    Act::Send(answer("200 OK", "", &body))
}

const IN_PIECES: &str = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

fn unreadable() -> Vec<(&'static str, Vec<Act>, UnreadableReason)> {
    let piece = [b"2000\r\n".to_vec(), vec![b' '; 0x2000], b"\r\n".to_vec()].concat();
    vec![
        (
            "an answer of a byte too much",
            vec![padded(MAX_ANSWER_BYTES + 1)],
            TooLarge,
        ),
        (
            "an answer without end",
            vec![
                send("HTTP/1.1 200 OK\r\n\r\n"),
                Act::Flood(vec![b' '; 16 * 1024]),
            ],
            TooLarge,
        ),
        (
            "an answer in pieces without end",
            vec![send(IN_PIECES), Act::Flood(piece)],
            TooLarge,
        ),
        (
            "an answer that goes on after its end",
            vec![send(
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}{\"ErrorCode\":0}",
            )],
            NotEnvelope,
        ),
        (
            "a cut answer that the connection's end ends",
            vec![
                send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"ErrorCode\":0,"),
                Act::Bye,
            ],
            NotJson,
        ),
    ]
}

/// For a topic that was given no `TopicId`, where every ID would do.
fn bodies() -> Vec<(&'static str, UnreadableReason)> {
    vec![
        ("", NotJson),
        ("OK", NotJson),
        ("{", NotJson),
        (r#"{"ErrorCode":0,"TopicId":"x"}x"#, NotJson),
        ("null", NotEnvelope),
        ("0", NotEnvelope),
        ("[]", NotEnvelope),
        ("[0]", NotEnvelope),
        (r#"["OK",0,"","x"]"#, NotEnvelope),
        ("{}", NotEnvelope),
        (r#"{"ActionStatus":"OK","TopicId":"x"}"#, NotEnvelope),
        (r#"{"ErrorCode":"0","TopicId":"x"}"#, NotEnvelope),
        (r#"{"ErrorCode":0.5,"TopicId":"x"}"#, NotEnvelope),
        (r#"{"ErrorCode":null,"TopicId":"x"}"#, NotEnvelope),
        (r#"{"ErrorCode":0,"TopicId":7}"#, NotEnvelope),
        (
            r#"{"ActionStatus":0,"ErrorCode":0,"TopicId":"x"}"#,
            NotEnvelope,
        ),
        (
            r#"{"ErrorCode":0,"ErrorCode":0,"TopicId":"x"}"#,
            NotEnvelope,
        ),
        (r#"{"errorcode":0,"TopicId":"x"}"#, NotEnvelope),
        (r#"{"ErrorCode":0}"#, WithoutId),
        (r#"{"ErrorCode":0,"TopicId":""}"#, WithoutId),
        (r#"{"ErrorCode":0,"TopicId":null}"#, WithoutId),
        (
            r#"{"ActionStatus":"FAIL","ErrorCode":0,"TopicId":"x"}"#,
            UnreadableReason::Contradiction,
        ),
        (
            r#"{"ActionStatus":"OK","ErrorCode":10004}"#,
            UnreadableReason::Contradiction,
        ),
    ]
}

fn readable() -> Vec<Scenario> {
    let succeeds = |name: &str, acts: &[Act]| {
        scenario(name)
            .stage(Stage::Scripted(vec![[&[Act::Read], acts].concat()]))
            .without_topic_id()
            .wire("import")
    };
    let body = success_of(ASSIGNED);
    let in_pieces = format!(
        "{IN_PIECES}5\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
        &body[..5],
        body.len() - 5,
        &body[5..]
    );
    let to_the_end = format!("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{body}");
    let lean = format!(r#"{{"ErrorCode":0,"TopicId":"{ASSIGNED}"}}"#);
    let other_status = format!(r#"{{"ActionStatus":"ok","ErrorCode":0,"TopicId":"{ASSIGNED}"}}"#);
    let whole = |body: &str| Act::Send(answer("200 OK", "", body.as_bytes()));
    let with_headers = |headers: &str| Act::Send(answer("200 OK", headers, body.as_bytes()));
    let room = room_in_headers(MAX_HEADER_BYTES, &body);
    vec![
        succeeds(
            "an answer as long as it may be",
            &[padded(MAX_ANSWER_BYTES), Act::Hold],
        ),
        succeeds("an answer in pieces", &[send(&in_pieces), Act::Hold]),
        succeeds(
            "an answer that the connection's end ends",
            &[send(&to_the_end), Act::Bye],
        ),
        succeeds(
            "an answer after an interim one",
            &[
                send("HTTP/1.1 100 Continue\r\n\r\n"),
                Act::SUCCEED,
                Act::Hold,
            ],
        ),
        succeeds(
            "an answer without ActionStatus and ErrorInfo",
            &[whole(&lean), Act::Hold],
        ),
        succeeds(
            "an answer with an unknown ActionStatus",
            &[whole(&other_status), Act::Hold],
        ),
        succeeds(
            "an answer with 120 headers",
            &[with_headers(&"X-Header: a\r\n".repeat(120))],
        ),
        succeeds(
            "an answer with a header of 20 kB",
            &[with_headers(&format!(
                "X-Header: {}\r\n",
                "x".repeat(20_000)
            ))],
        ),
        succeeds(
            "an answer with as many bytes of headers as it may have",
            &[with_headers(&format!("X: {}\r\n", "x".repeat(room - 5)))],
        ),
        succeeds(
            "an answer with as many headers as it may have",
            &[with_headers(&"X:\r\n".repeat(MAX_HEADERS - OWN_HEADERS))],
        ),
        // The first answer is followed by one that nobody asked for: it must not be taken for the second's.
        scenario("an answer before its request")
            .stage(Stage::Scripted(vec![
                vec![Act::Read, Act::Reply(twice), Act::Hold],
                vec![Act::Read, Act::SUCCEED],
            ]))
            .after_a_call()
            .without_topic_id()
            .wire("import"),
    ]
}

fn twice(request: &Request) -> Vec<u8> {
    request.success().repeat(2)
}

/// A refusal counts even where the rest of the answer is odd.
fn refusals() -> Vec<Scenario> {
    [
        r#"{"ErrorCode":10004}"#,
        r#"{"ActionStatus":"FAIL","ErrorCode":10004,"ErrorInfo":null}"#,
        r#"{"ActionStatus":"FAIL","ErrorCode":10004,"TopicId":[]}"#,
        r#"{"ActionStatus":"Failed","ErrorCode":10004,"New":{"a":[1]}}"#,
    ]
    .into_iter()
    .map(|body| {
        scenario(body)
            .stage(Stage::Scripted(vec![vec![
                Act::Read,
                Act::Send(answer("200 OK", "", body.as_bytes())),
            ]]))
            .without_topic_id()
            .rejected(10004, Scope::Row)
            .wire("import")
    })
    .collect()
}
