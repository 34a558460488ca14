//! The table of failures, typed from the documents, against the codes' verdicts and against what a call does.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::json;
use topic_import_core::http::{
    HttpRequest, HttpResponse, MAX_ANSWER_BYTES, MAX_HEADER_BYTES, SendFailure, header_bytes,
};
use topic_import_core::{
    CODES, Call, CallError, Code, Command, Endpoint, Failure, Feedback, ImportTopic, Imported,
    Recovery, Refusal, Region, Scope, Session, TransportError, TransportErrorKind,
    UnreadableReason,
};

use crate::support::{
    Driver, Reply, Run, TOPIC, Turn, answer, body, cases, created, credentials, named, refusal,
    run_through, shown, unnamed,
};

struct Row {
    codes: &'static [i64],
    maybe_executed: bool,
    scope: Scope,
    recovery: Recovery,
}

const fn row(codes: &'static [i64], maybe_executed: bool, scope: Scope, recovery: Recovery) -> Row {
    Row {
        codes,
        maybe_executed,
        scope,
        recovery,
    }
}

const MAYBE: bool = true;
const NO: bool = false;

#[rustfmt::skip]
const TABLE: [Row; 42] = {
    use Recovery::{Fix, ReadBack, RenewSignature, Retry, RetryAtMost, SlowDown};
    use Scope::{All, Group, Nothing, Row};
    [
        row(&[10002], MAYBE, Row, Retry),
        row(&[10003], NO, All, Fix),
        row(&[10004], NO, Row, Fix),
        row(&[10006], NO, Nothing, SlowDown),
        row(&[10007], NO, Group, Fix),
        row(&[10008], NO, Nothing, RetryAtMost(1)),
        row(&[10010], NO, Group, Fix),
        row(&[10011], NO, All, Fix),
        row(&[10012, 10019], NO, Row, Fix),
        row(&[10015], NO, Group, Fix),
        row(&[10016], NO, Row, Fix),
        row(&[10018], NO, Nothing, Fix),
        row(&[10021, 10025], NO, Row, ReadBack),
        row(&[10026, 10036, 10038, 10058, 10059], NO, All, Fix),
        row(&[10037], NO, Group, Fix),
        row(&[11000], NO, Group, Fix),
        row(&[80001], NO, Row, Fix),
        row(&[80005], NO, Row, RetryAtMost(3)),
        row(&[60002, 60003, 60009, 60012], NO, All, Fix),
        row(&[60004, 60005], NO, All, RenewSignature),
        row(&[60014], NO, Row, Retry),
        row(&[60006, 60010], NO, All, Fix),
        row(&[60016, 60017], NO, All, Fix),
        row(&[60020, 60021], NO, All, Fix),
        row(&[60007, 60011, 60018, 60019], NO, Nothing, SlowDown),
        row(&[60008], MAYBE, Row, Retry),
        row(&[60013], MAYBE, Row, Retry),
        row(&[60015], NO, Row, Fix),
        row(&[60025, 60026, 60027, 60028], NO, All, Fix),
        row(&[70001], NO, Nothing, RenewSignature),
        row(&[70002, 70003, 70005], NO, All, Fix),
        row(&[70009, 70013, 70014, 70016, 70020], NO, All, Fix),
        row(&[70050, 70051, 70114], NO, All, Fix),
        row(&[70107], NO, Row, Fix),
        row(&[70169, 70202, 70500], NO, Row, Retry),
        row(&[70398, 70403], NO, All, Fix),
        row(&[70402], NO, Row, Fix),
        row(&[110_002, 110_003], NO, Row, Fix),
        // Any other.
        row(&[-1, 1, 10001, 10005, 10022, 11001, 60001, 69999], NO, Row, Fix),
        row(&[70000, 70004, 71000, 79999, 80000, 80002, 80004, 80006], NO, Row, Fix),
        row(&[110_001, i64::MIN, i64::MAX], NO, Row, Fix),
        row(&[9999, 10060], NO, Row, Fix),
    ]
};

/// The rows at the end of [`TABLE`] that stand for "any other".
const UNKNOWN_ROWS: usize = 4;

fn codes() -> impl Iterator<Item = (i64, &'static Row)> {
    const ROWS: &[Row] = &TABLE;
    ROWS.iter()
        .flat_map(|row| row.codes.iter().map(move |code| (*code, row)))
}

fn served(request: &ImportTopic) -> HttpResponse {
    let id = request
        .topic_id()
        .map_or("@TGS#_a@TOPIC#_@TOPIC#c1", |id| id.as_str());
    created(id)
}

/// The call whose first attempt comes to this, and whose second one succeeds.
fn once(request: ImportTopic, reply: impl Into<Reply>) -> Run<Imported> {
    let success = served(&request).into();
    run_through(request, &[reply.into(), success])
}

fn is_created(run: &Run<Imported>) -> bool {
    matches!(run.outcome, Ok(Imported::Created(_)))
}

fn failed(run: Run<Imported>) -> CallError {
    run.outcome.expect_err("a call that fails")
}

#[test]
fn every_code_has_the_verdict_of_the_protocol() {
    for (code, row) in codes() {
        let verdict = Code::new(code).verdict();
        assert_eq!(
            (verdict.maybe_executed, verdict.scope, verdict.recovery),
            (row.maybe_executed, row.scope, row.recovery),
            "{code}"
        );
    }
}

#[test]
fn the_codes_are_exactly_those_of_the_protocol() {
    let mut expected: Vec<i64> = TABLE[..TABLE.len() - UNKNOWN_ROWS]
        .iter()
        .flat_map(|row| row.codes)
        .copied()
        .collect();
    expected.sort_unstable();
    let found: Vec<i64> = CODES.iter().map(|entry| entry.code.get()).collect();
    assert_eq!(found, expected);
}

#[test]
fn every_code_says_what_it_means_and_what_to_do() {
    for entry in CODES {
        assert_eq!(entry.code.meaning(), entry.meaning);
        assert_eq!(entry.code.remedy(), entry.remedy);
        assert!(!entry.meaning.is_empty() && !entry.remedy.is_empty());
    }
    assert_eq!(Code::new(4711).meaning(), "unknown code");
    let public = Code::new(60999);
    assert_eq!(
        public.meaning(),
        "unknown code of the URL, the app or an account"
    );
    assert_ne!(public.remedy(), Code::new(4711).remedy());
}

#[test]
fn remedies_say_what_the_protocol_says_of_them() {
    for (code, says) in [
        (60004, "identifier and secret key"),
        (60016, "enabled"),
        (70016, "does the region fit the SDKAppID?"),
        (70020, "does the region fit the SDKAppID?"),
        (70051, "blocklist in the console"),
        (60020, "5 minutes"),
        (10010, "SupportTopic 1"),
        (11000, "SupportTopic 1"),
        (11000, "console"),
        (10037, "200 topics"),
        (60015, "as text"),
        (110_003, "choose another TopicId"),
    ] {
        let remedy = Code::new(code).remedy();
        assert!(remedy.contains(says), "{code}: {remedy}");
    }
}

#[test]
fn what_passes_is_repeated_and_what_does_not_is_rejected() {
    for (code, row) in codes() {
        for request in [named(), unnamed()] {
            let may_repeat = !row.maybe_executed || request.topic_id().is_some();
            let run = once(request, refusal(code));
            match row.recovery {
                Recovery::Fix => {
                    assert_eq!(run.sent.len(), 1, "{code}");
                    let error = failed(run);
                    assert_eq!(error.scope(), row.scope, "{code}");
                    assert!(
                        matches!(error, CallError::Rejected(refusal) if refusal.code.get() == code)
                    );
                }
                Recovery::ReadBack => {}
                _ if may_repeat => {
                    assert_eq!(run.commands(), ["import_topic"; 2], "{code}");
                    let throttled = run.feedback[0] == Feedback::Throttled;
                    assert_eq!(throttled, row.recovery == Recovery::SlowDown, "{code}");
                    assert_eq!(run.feedback[1], Feedback::Fine);
                    assert!(is_created(&run), "{code}");
                }
                _ => {
                    assert_eq!(run.sent.len(), 1, "{code}");
                    let error = failed(run);
                    assert!(error.maybe_executed(), "{code}");
                    assert_eq!(error.code(), Some(Code::new(code)));
                    assert!(matches!(error, CallError::OutcomeUnknown { .. }), "{code}");
                }
            }
        }
    }
}

#[test]
fn an_id_in_use_is_read_back() {
    for code in [10021, 10025] {
        let request = named();
        let topic = serde_json::to_value(&request).unwrap();
        let run = run_through(request, &[refusal(code).into(), shown(&topic).into()]);
        assert_eq!(run.commands(), ["import_topic", "get_topic"]);
        assert_eq!(
            body(&run.sent[1]),
            json!({"GroupId": "@TGS#_riverside", "From_Account": "administrator", "TopicIdList": [TOPIC]})
        );
        assert!(matches!(run.outcome, Ok(Imported::Existing(id)) if id.as_str() == TOPIC));
    }
}

#[test]
fn an_id_in_use_without_an_id_is_a_refusal() {
    for code in [10021, 10025] {
        let run = once(unnamed(), refusal(code));
        assert_eq!(run.sent.len(), 1);
        assert!(matches!(failed(run), CallError::Rejected(refusal) if refusal.code.get() == code));
    }
}

#[test]
fn what_stays_ends_as_its_verdict_says() {
    for (code, row) in codes() {
        let run = run_through(named(), &[refusal(code).into()]);
        let attempts = run.sent.len();
        let error = failed(run);
        assert_eq!(error.code(), Some(Code::new(code)));
        let (ends, at_most): (fn(&CallError) -> bool, _) = match (row.maybe_executed, row.recovery)
        {
            (true, _) => (
                |error| matches!(error, CallError::OutcomeUnknown { .. }),
                100,
            ),
            (_, Recovery::Retry | Recovery::SlowDown) => {
                (|error| matches!(error, CallError::NotExecuted(_)), 100)
            }
            (_, Recovery::RetryAtMost(times)) => (
                |error| matches!(error, CallError::Rejected(_)),
                1 + times as usize,
            ),
            (_, Recovery::RenewSignature) => (|error| matches!(error, CallError::Rejected(_)), 2),
            (_, Recovery::ReadBack) => {
                (|error| matches!(error, CallError::OutcomeUnknown { .. }), 5)
            }
            _ => (|error| matches!(error, CallError::Rejected(_)), 1),
        };
        assert!(ends(&error), "{code}: {error:?}");
        assert!(attempts <= at_most, "{code}: {attempts} attempts");
        if at_most < 100 && row.recovery != Recovery::ReadBack {
            assert_eq!(attempts, at_most, "{code}");
        }
    }
}

#[test]
fn a_recovery_that_did_not_help_reaches_every_call() {
    for code in [10008, 60004, 60005, 70001] {
        let error = failed(run_through(named(), &[refusal(code).into()]));
        assert_eq!(error.scope(), Scope::All, "{code}");
    }
    let error = failed(run_through(named(), &[refusal(80005).into()]));
    assert_eq!(error.scope(), Scope::Row);
}

#[test]
fn a_failed_status_leaves_open_whether_the_call_was_executed() {
    for status in [500, 502, 503, 504, 599] {
        // Whatever the body says.
        let response = || HttpResponse::new(status, served(&named()).body);
        assert!(is_created(&once(named(), response())));
        let run = once(unnamed(), response());
        assert_eq!(run.sent.len(), 1);
        let error = failed(run);
        assert_eq!((error.maybe_executed(), error.scope()), (true, Scope::Row));
        assert!(
            matches!(error, CallError::OutcomeUnknown { failure: Failure::Status { status: found }, .. } if found == status)
        );
    }
}

#[test]
fn status_429_slows_down() {
    for request in [named(), unnamed()] {
        let run = once(request, HttpResponse::new(429, Vec::new()));
        assert_eq!(run.feedback, [Feedback::Throttled, Feedback::Fine]);
        assert!(is_created(&run));
    }
}

/// Statuses by which whoever answers says that it did not pass the request on.
const NOT_PASSED_ON: [u16; 10] = [301, 302, 303, 307, 308, 401, 404, 405, 407, 421];

#[test]
fn a_status_that_says_that_the_request_was_not_passed_on_stops_the_run() {
    for status in NOT_PASSED_ON {
        for request in [named(), unnamed()] {
            let response = HttpResponse::new(status, served(&request).body);
            let run = once(request, response);
            assert_eq!(run.sent.len(), 1, "{status}");
            let error = failed(run);
            assert_eq!((error.maybe_executed(), error.scope()), (false, Scope::All));
            assert!(
                matches!(error, CallError::NotExecuted(Failure::Status { status: found }) if found == status)
            );
        }
    }
}

#[test]
fn any_other_status_stops_the_run_and_leaves_open_whether_the_call_was_executed() {
    let others = (0..=700).filter(|status| {
        !NOT_PASSED_ON.contains(status) && !matches!(status, 200 | 429 | 500..=599)
    });
    for status in others {
        for request in [named(), unnamed()] {
            let response = HttpResponse::new(status, served(&request).body);
            let run = once(request, response);
            assert_eq!(run.sent.len(), 1, "{status}");
            let error = failed(run);
            assert_eq!(
                (error.maybe_executed(), error.scope()),
                (true, Scope::All),
                "{status}"
            );
            assert!(
                matches!(error, CallError::OutcomeUnknown { failure: Failure::Status { status: found }, .. } if found == status)
            );
        }
    }
}

/// Bodies at status 200 that say nothing that can be relied on, whatever was asked.
fn unreadable() -> Vec<(UnreadableReason, Vec<u8>)> {
    use UnreadableReason::{Contradiction, NotEnvelope, NotJson, TooLarge, WithoutId};
    let texts = [
        (NotJson, ""),
        (
            NotJson,
            "<html><body>Welcome to the hotel's network</body></html>",
        ),
        (
            NotJson,
            r#"{"ActionStatus":"OK","ErrorCode":0,"TopicId":"@TGS#_a@TOP"#,
        ),
        (NotJson, r#"{"ActionStatus":"OK","ErrorCode":0}{}"#),
        (NotJson, "\u{feff}{}"),
        (NotEnvelope, "{}"),
        (NotEnvelope, "null"),
        (NotEnvelope, "0"),
        (
            NotEnvelope,
            r#"{"ActionStatus":"OK","TopicId":"@TGS#_riverside@TOPIC#_welcome"}"#,
        ),
        (
            NotEnvelope,
            r#"{"ErrorCode":"0","TopicId":"@TGS#_riverside@TOPIC#_welcome"}"#,
        ),
        (
            NotEnvelope,
            r#"{"ErrorCode":0.0,"TopicId":"@TGS#_riverside@TOPIC#_welcome"}"#,
        ),
        (
            NotEnvelope,
            r#"{"ErrorCode":0,"ErrorCode":0,"TopicId":"@TGS#_riverside@TOPIC#_welcome"}"#,
        ),
        (NotEnvelope, r#"{"ErrorCode":0,"TopicId":7}"#),
        (
            NotEnvelope,
            r#"{"errorcode":0,"TopicId":"@TGS#_riverside@TOPIC#_welcome"}"#,
        ),
        (
            NotEnvelope,
            r#"["OK",0,"","@TGS#_riverside@TOPIC#_welcome"]"#,
        ),
        (
            Contradiction,
            r#"{"ActionStatus":"FAIL","ErrorCode":0,"TopicId":"@TGS#_riverside@TOPIC#_welcome"}"#,
        ),
        (Contradiction, r#"{"ActionStatus":"OK","ErrorCode":10010}"#),
        (WithoutId, r#"{"ActionStatus":"OK","ErrorCode":0}"#),
        (
            WithoutId,
            r#"{"ActionStatus":"OK","ErrorCode":0,"TopicId":null}"#,
        ),
        (
            WithoutId,
            r#"{"ActionStatus":"OK","ErrorCode":0,"TopicId":""}"#,
        ),
    ];
    let mut bodies: Vec<_> = texts.map(|(reason, text)| (reason, text.into())).into();
    bodies.push((NotEnvelope, b"{\"ErrorInfo\":\"\xff\"}".into()));
    let mut large = served(&unnamed()).body;
    large.resize(MAX_ANSWER_BYTES + 1, b' ');
    bodies.push((TooLarge, large));
    bodies
}

#[test]
fn an_answer_that_is_none_leaves_open_whether_the_call_was_executed() {
    for (reason, bytes) in unreadable() {
        let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(100)]).into_owned();
        let response = || HttpResponse::new(200, bytes.clone());
        let run = once(named(), response());
        assert_eq!(run.commands(), ["import_topic"; 2], "{beginning}");
        assert!(is_created(&run), "{beginning}");

        let run = once(unnamed(), response());
        assert_eq!(run.sent.len(), 1, "{beginning}");
        let error = failed(run);
        assert_eq!((error.maybe_executed(), error.scope()), (true, Scope::Row));
        let CallError::OutcomeUnknown {
            failure: Failure::Unreadable(unreadable),
            ..
        } = error
        else {
            panic!("{beginning}: {error:?}");
        };
        assert_eq!(unreadable.reason, reason, "{beginning}");
        assert!(unreadable.body.len() <= 512);
        assert!(unreadable.body.starts_with(&beginning), "{beginning}");
    }
}

#[test]
fn an_answer_of_another_topic_is_none_of_ours() {
    let run = once(named(), created("@TGS#_riverside@TOPIC#_other"));
    assert_eq!(run.sent.len(), 2);
    assert!(is_created(&run));
}

#[test]
fn an_answer_of_exactly_the_largest_size_is_read() {
    // As the error of a larger one says.
    assert_eq!(MAX_ANSWER_BYTES, 1 << 20);
    let mut large = served(&unnamed()).body;
    large.resize(MAX_ANSWER_BYTES, b' ');
    let run = once(unnamed(), HttpResponse::new(200, large));
    assert_eq!(run.sent.len(), 1);
    assert!(is_created(&run));
}

#[test]
fn missing_and_unknown_fields_of_an_answer_are_tolerated() {
    let id = "@TGS#_a@TOPIC#_@TOPIC#c1";
    for body in [
        json!({"ErrorCode": 0, "TopicId": id}),
        json!({"ErrorCode": 0, "TopicId": id, "ActionStatus": null, "ErrorInfo": null}),
        json!({"ErrorCode": 0, "TopicId": id, "ActionStatus": "ok", "RequestId": {"deep": [1]}}),
    ] {
        let run = once(unnamed(), answer(&body));
        assert_eq!(run.sent.len(), 1);
        assert!(is_created(&run), "{body}");
    }
    for body in [
        json!({"ErrorCode": 10010}),
        json!({"ErrorCode": 10010, "ActionStatus": "SOMETHING", "ErrorInfo": null}),
        json!({"ErrorCode": 10010, "ActionStatus": "FAIL", "TopicId": 5}),
    ] {
        let error = failed(once(unnamed(), answer(&body)));
        assert!(
            matches!(error, CallError::Rejected(refusal) if refusal.info.is_empty()),
            "{body}"
        );
    }
}

#[test]
fn what_was_sent_without_an_answer_may_have_been_executed() {
    for reply in [Reply::MaybeSent, Reply::Forgotten] {
        assert!(is_created(&once(named(), reply.clone())));
        let run = once(unnamed(), reply);
        assert_eq!(run.sent.len(), 1);
        let error = failed(run);
        assert_eq!((error.maybe_executed(), error.scope()), (true, Scope::Row));
        assert!(matches!(
            error,
            CallError::OutcomeUnknown {
                failure: Failure::MaybeSent(_),
                ..
            }
        ));
    }
}

#[test]
fn what_was_not_sent_is_repeated_even_without_a_topic_id() {
    for request in [named(), unnamed()] {
        let run = once(request.clone(), Reply::NotSent);
        assert_eq!(run.sent.len(), 2);
        assert!(is_created(&run));

        let run = run_through(request, &[Reply::NotSent]);
        let error = failed(run);
        assert_eq!(
            (error.maybe_executed(), error.scope()),
            (false, Scope::Nothing)
        );
        assert!(matches!(error, CallError::NotExecuted(Failure::NotSent(_))));
    }
}

#[test]
fn what_no_repetition_can_send_is_not_repeated() {
    for kind in [TransportErrorKind::Request, TransportErrorKind::ProxyLogin] {
        let mut driver = Driver::new(crate::support::session());
        let mut call = Call::new(named());
        driver.request(&mut call);
        let failure = SendFailure::NotSent(TransportError::new(kind, "made up"));
        let now = driver.now();
        let _ = call.on_result(&mut driver.session, now, Err(failure));
        let Turn::Ended(Err(error)) = driver.turn(&mut call) else {
            panic!("{kind:?} is repeated");
        };
        assert_eq!((error.maybe_executed(), error.scope()), (false, Scope::All));
        assert!(matches!(error, CallError::NotExecuted(Failure::NotSent(_))));
    }
}

#[test]
fn a_status_is_told_with_what_it_hints_at() {
    for (statuses, hint) in [
        (&[429][..], "too many requests"),
        (&[500, 503, 599], "the service or a proxy failed"),
        (&[407], "a proxy requires a user name and a password"),
        (&[404, 405, 421], "the endpoint does not know this call"),
        (&[401], "the endpoint asks for a password"),
        (&[301, 302, 303, 307, 308], "the endpoint redirects"),
        (
            &[0, 201, 403, 499, 600],
            "something between here and the service answered",
        ),
    ] {
        for status in statuses {
            let told = Failure::Status { status: *status }.to_string();
            assert!(told.contains(hint), "{told}");
            assert!(told.ends_with(&format!("(HTTP status {status})")), "{told}");
        }
    }
}

#[test]
fn what_the_service_says_is_told_once() {
    let meaning = "the group does not exist or has been deleted";
    for (info, told) in [
        ("", ""),
        (meaning, ""),
        ("group @TGS#_a not exist", " (group @TGS#_a not exist)"),
    ] {
        let refusal = Refusal::new(Command::IMPORT_TOPIC, Code::NOT_THERE, info);
        assert_eq!(refusal.to_string(), format!("10010 {meaning}{told}"));
    }
}

#[test]
fn a_code_names_the_document_that_has_it() {
    for (code, title) in [
        (10004, "Importing Topic Profiles"),
        (10037, "Importing Topic Profiles"),
        (11000, "Importing Topic Profiles"),
        (60002, "Error Codes"),
    ] {
        let source = Code::new(code).entry().unwrap().source;
        assert!(source.to_string().starts_with(title), "{code}: {source}");
    }
    let sources: Vec<String> = CODES.iter().map(|entry| entry.source.to_string()).collect();
    for title in [
        "Importing a Group Profile",
        "Create, Get and Delete Topic",
        "no document",
    ] {
        assert!(
            sources.iter().any(|source| source.starts_with(title)),
            "{title}"
        );
    }
}

#[test]
fn headers_are_counted_as_they_stand_in_an_answer_and_there_is_room_for_many() {
    let header = "content-type: application/json\r\n";
    assert_eq!(
        header_bytes("content-type", b"application/json"),
        header.len()
    );
    // More than most servers send.
    let many = 32 * header_bytes("set-cookie", &[b'a'; 500]);
    assert!(many <= MAX_HEADER_BYTES);
}

#[test]
fn the_end_of_an_attempt_has_one_word_for_logs_and_metrics_and_a_code_if_the_service_gave_one() {
    let page = HttpResponse::new(200, b"<html>".to_vec());
    let status = HttpResponse::new(503, Vec::new());
    for (reply, word, code) in [
        (created(TOPIC).into(), "done", None),
        (refusal(60014).into(), "refused", Some(Code::new(60014))),
        (Reply::NotSent, "not_sent", None),
        (Reply::MaybeSent, "maybe_sent", None),
        (status.into(), "status", None),
        (page.into(), "unreadable", None),
    ] {
        let mut driver = Driver::new(crate::support::session());
        let mut call = Call::new(named());
        driver.request(&mut call);
        let _ = driver.report(&mut call, reply);
        let result = call.last_result().unwrap();
        assert_eq!((result.name(), result.code()), (word, code));
    }
}

const PRIMARY: &str = "https://adminapikr.im.qcloud.com";
const BACKUP: &str = "https://adminapikr.my-imcloud.com";

fn seoul() -> Driver {
    Driver::new(Session::new(Endpoint::region(Region::Seoul), credentials()))
}

fn origin(request: &HttpRequest) -> &'static str {
    [PRIMARY, BACKUP]
        .into_iter()
        .find(|origin| request.url.starts_with(&format!("{origin}/")))
        .unwrap()
}

/// Where a call went whose first attempts come to these; the next one succeeds.
fn route(driver: &mut Driver, replies: &[Reply]) -> Vec<&'static str> {
    let mut replies = replies.iter().cloned();
    let success = || served(&named()).into();
    let run = driver.run(Call::new(named()), |_| {
        replies.next().unwrap_or_else(success)
    });
    run.sent.iter().map(origin).collect()
}

#[test]
fn an_unreachable_host_gives_way_to_its_backup_at_once() {
    let mut driver = seoul();
    let before = driver.elapsed;
    assert_eq!(route(&mut driver, &[Reply::NotSent]), [PRIMARY, BACKUP]);
    assert_eq!(driver.elapsed, before);
}

#[test]
fn a_failure_names_the_host_that_could_not_be_reached() {
    for deadline in [Duration::from_millis(1), Duration::from_secs(3)] {
        let call = Call::new(named()).with_deadline(deadline);
        let run = seoul().run(call, |_| Reply::NotSent);
        let last = origin(run.sent.last().unwrap());
        let error = run.outcome.unwrap_err();
        let told = format!("the connection was refused ({last}): made up; ");
        assert!(error.to_string().contains(&told), "{error}");
    }
}

#[test]
fn while_neither_host_can_be_reached_they_are_tried_in_turn_with_waits_between() {
    let mut driver = seoul();
    let before = driver.elapsed;
    let replies = [const { Reply::NotSent }; 5];
    assert_eq!(
        route(&mut driver, &replies),
        [PRIMARY, BACKUP, PRIMARY, BACKUP, PRIMARY, BACKUP]
    );
    // One wait after every visit of the backup: of 100 ms and of 200 ms, half of it drawn.
    let allowed = Duration::from_millis(150)..=Duration::from_millis(300);
    assert!(allowed.contains(&(driver.elapsed - before)));
}

#[test]
fn the_backup_is_left_after_a_minute() {
    let mut driver = seoul();
    assert_eq!(route(&mut driver, &[Reply::NotSent]), [PRIMARY, BACKUP]);
    driver.pass(Duration::from_millis(59_999));
    assert_eq!(route(&mut driver, &[]), [BACKUP]);
    driver.pass(Duration::from_millis(1));
    assert_eq!(route(&mut driver, &[]), [PRIMARY]);
}

#[test]
fn only_an_unreachable_host_is_left() {
    let unavailable = Reply::Answer(HttpResponse::new(503, Vec::new()));
    let replies = [Reply::MaybeSent, unavailable, refusal(60008).into()];
    assert_eq!(route(&mut seoul(), &replies), [PRIMARY; 4]);
}

#[test]
fn without_a_backup_the_same_host_is_tried_after_a_wait() {
    let mut driver = Driver::new(crate::support::session());
    let before = driver.elapsed;
    let mut replies = [Reply::NotSent, served(&named()).into()].into_iter();
    let run = driver.run(Call::new(named()), |_| replies.next().unwrap());
    let origin = "https://chat.example.com/v4/group_open_http_svc/import_topic";
    assert!(
        run.sent
            .iter()
            .all(|request| request.url_and_query().0 == origin)
    );
    let waited = driver.elapsed - before;
    let allowed = Duration::from_millis(50)..=Duration::from_millis(100);
    assert!(allowed.contains(&waited), "{waited:?}");
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn an_unknown_code_is_a_refusal_of_this_row(code: i64) {
        prop_assume!(code != 0 && CODES.iter().all(|entry| entry.code.get() != code));
        let verdict = Code::new(code).verdict();
        prop_assert!(!verdict.maybe_executed);
        prop_assert_eq!((verdict.scope, verdict.recovery), (Scope::Row, Recovery::Fix));
        let run = once(named(), refusal(code));
        prop_assert_eq!(run.sent.len(), 1);
        let CallError::Rejected(refusal) = failed(run) else { panic!("not rejected") };
        prop_assert_eq!(refusal.code.get(), code);
        prop_assert_eq!(refusal.info, "made up");
    }
}
