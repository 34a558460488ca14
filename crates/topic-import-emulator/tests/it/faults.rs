use std::io::{ErrorKind, Read};
use std::thread;

use serde_json::{Value, json};
use topic_import_emulator::{Call, Emulator, Fault, FaultPlan, Outcome};

use crate::client::{Client, DESTROY, GET, IMPORT, codes, connect, query};
use crate::signer::{Signer, now};

const ID: &str = "@TGS#_g@TOPIC#_a";

fn body() -> Value {
    json!({"GroupId": "@TGS#_g", "TopicId": ID, "TopicName": "a"})
}

fn emulator(plan: &str) -> Emulator {
    Emulator::builder()
        .faults(plan.parse().unwrap())
        .start()
        .unwrap()
}

/// The only call there was.
fn call(emulator: &Emulator) -> Call {
    let mut calls = emulator.state().calls();
    assert_eq!(calls.len(), 1);
    calls.remove(0)
}

fn is_there(emulator: &Emulator) -> bool {
    emulator.state().topic(ID).is_some()
}

/// What the log says: whether the work was done, and what the client got.
fn logged(emulator: &Emulator) -> (Option<u32>, Outcome) {
    let call = call(emulator);
    (call.performed, call.outcome)
}

#[test]
fn reset_before_needs_no_body_and_does_nothing() {
    let emulator = emulator("reset-before@1");
    let mut client = Client::of(&emulator);
    client.send_head(IMPORT, 100);
    let (read, end) = client.read_to_end();
    assert_eq!(read, "");
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(!is_there(&emulator));
    assert_eq!(logged(&emulator), (None, Outcome::Nothing));
    assert_eq!(call(&emulator).fault, Some(Fault::ResetBefore));
    assert_eq!(call(&emulator).topic_id, None);
    assert_eq!(Client::of(&emulator).import(&body()).code(), 0);
}

#[test]
fn reset_after_comes_when_the_body_is_whole_and_does_nothing() {
    let emulator = emulator("reset-after@1");
    let mut client = Client::of(&emulator);
    client.send_call(IMPORT, &body()).unwrap();
    let (read, end) = client.read_to_end();
    assert_eq!(read, "");
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
    assert!(!is_there(&emulator));
    assert_eq!(logged(&emulator), (None, Outcome::Nothing));
    assert_eq!(call(&emulator).topic_id.as_deref(), Some(ID));
    assert_eq!(call(&emulator).random, Some(99_999_999));
    assert_eq!(emulator.state().tries(ID), 1);
}

#[test]
fn a_lost_answer_is_a_closed_connection_after_the_work() {
    let emulator = emulator("lost@1");
    let mut client = Client::of(&emulator);
    client.send_call(IMPORT, &body()).unwrap();
    let (read, end) = client.read_to_end();
    assert_eq!(read, "");
    assert!(end.is_ok(), "closed, not reset");
    assert!(is_there(&emulator));
    assert_eq!(logged(&emulator), (Some(0), Outcome::Nothing));
}

#[test]
fn a_status_comes_with_html_and_the_connection_stays() {
    for (status, reason) in [
        (502, "Bad Gateway"),
        (503, "Service Unavailable"),
        (504, "Gateway Timeout"),
        (404, "Not Found"),
    ] {
        let emulator = emulator(&format!("http{status}@1"));
        let mut client = Client::of(&emulator);
        let response = client.import(&body());
        assert_eq!(response.status, status);
        assert!(response.head.contains("content-type: text/html\r\n"));
        assert!(
            response
                .body
                .contains(&format!("<h1>{status} {reason}</h1>"))
        );
        assert!(!is_there(&emulator));
        assert_eq!(logged(&emulator), (None, Outcome::Status(status)));
        assert_eq!(client.import(&body()).code(), 0);
    }
}

#[test]
fn a_status_can_come_after_the_work() {
    let emulator = emulator("http504-done@1");
    assert_eq!(Client::of(&emulator).import(&body()).status, 504);
    assert!(is_there(&emulator));
    assert_eq!(logged(&emulator), (Some(0), Outcome::Status(504)));
}

/// By the specification the service answers 200 to everything: any other status is another hop's.
#[test]
fn any_status_can_come_without_the_work_or_after_it() {
    for status in [
        201, 203, 204, 206, 301, 308, 401, 403, 404, 407, 408, 409, 421, 429, 499, 500, 599,
    ] {
        for done in [false, true] {
            let suffix = if done { "-done" } else { "" };
            let emulator = emulator(&format!("http{status}{suffix}@1"));
            let response = Client::of(&emulator).import(&body());
            assert_eq!(response.status, status);
            assert_eq!(is_there(&emulator), done, "{status}");
            assert_eq!(
                logged(&emulator),
                (done.then_some(0), Outcome::Status(status))
            );
        }
    }
}

#[test]
fn a_status_of_success_after_the_work_carries_the_answer_as_a_proxy_passes_it_on() {
    for (status, done) in [(203, true), (206, true), (203, false), (403, true)] {
        let suffix = if done { "-done" } else { "" };
        let emulator = emulator(&format!("http{status}{suffix}@1"));
        let response = Client::of(&emulator).import(&body());
        let is_answer = serde_json::from_str::<Value>(&response.body)
            .is_ok_and(|answer| answer["TopicId"] == ID && answer["ErrorCode"] == 0);
        assert_eq!(is_answer, done && status < 300, "{status}{suffix}");
    }
}

#[test]
fn a_redirect_leads_out_of_the_api_and_carries_no_query() {
    let emulator = emulator("http302@1");
    let response = Client::of(&emulator).import(&body());
    assert_eq!(response.status, 302);
    assert!(response.head.contains("location: /redirected\r\n"));
    assert!(!response.head.contains("usersig"));
    assert!(!is_there(&emulator));
}

#[test]
fn too_many_requests_say_when_to_come_again() {
    let emulator = emulator("http429@1");
    let response = Client::of(&emulator).import(&body());
    assert_eq!(response.status, 429);
    assert!(response.head.contains("retry-after: 1\r\n"));
}

#[test]
fn any_error_code_comes_without_the_work_or_after_it() {
    for (plan, done) in [("code10002@1", false), ("code10002-done@1", true)] {
        let emulator = emulator(plan);
        let response = Client::of(&emulator).import(&body());
        assert_eq!(response.code(), 10002);
        assert_eq!(is_there(&emulator), done);
        assert_eq!(
            logged(&emulator),
            (done.then_some(0), Outcome::ErrorCode(10002))
        );
    }
}

/// The codes of every document: those of the calls, those of groups that may come, and the public ones.
const CODES: &[u32] = &[
    10002, 10003, 10004, 10006, 10007, 10008, 10010, 10011, 10012, 10015, 10016, 10018, 10019,
    10021, 10025, 10026, 10036, 10037, 10038, 10058, 10059, 11000, 60002, 60003, 60004, 60005,
    60006, 60007, 60008, 60009, 60010, 60011, 60012, 60013, 60014, 60015, 60016, 60017, 60018,
    60019, 60020, 60021, 60025, 60026, 60027, 60028, 70001, 70002, 70003, 70005, 70009, 70013,
    70014, 70016, 70020, 70050, 70051, 70107, 70114, 70169, 70202, 70398, 70402, 70403, 70500,
    80001, 80005, 110_002, 110_003,
];

#[test]
fn every_code_of_the_documents_comes_with_words_of_its_own() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let mut info = |code: u32| {
        emulator.set_faults(format!("code{code}@1").parse().unwrap());
        let answer = client.import(&body()).json();
        assert_eq!(answer["ErrorCode"], code);
        assert_eq!(answer["ActionStatus"], "FAIL");
        answer["ErrorInfo"].as_str().unwrap().to_owned()
    };
    let unknown = info(99_999);
    for code in CODES {
        assert_ne!(info(*code), unknown, "{code}");
    }
    // As the documents have them, and not the other way round.
    assert!(info(60004).contains("UserSig") && info(60005).contains("UserSig"));
    assert!(info(60016).contains("SDKAppID is disabled"));
    assert!(info(60017).contains("request is disabled"));
    assert!(!is_there(&emulator));
}

fn topics(emulator: &Emulator, names: &[&str]) -> Vec<String> {
    let mut client = Client::of(emulator);
    let ids = names.iter().map(|name| {
        let id = format!("@TGS#_g@TOPIC#_{name}");
        let body = json!({"GroupId": "@TGS#_g", "TopicId": id, "TopicName": name});
        assert_eq!(client.import(&body).code(), 0);
        id
    });
    ids.collect()
}

#[test]
fn items_can_fail_one_or_all_with_the_rest_as_it_should_be() {
    for code in [10002, 10006, 10008] {
        let emulator = emulator(&format!("get_topic:item{code}@1,get_topic:items{code}@2"));
        let ids = topics(&emulator, &["a", "b"]);
        let get = json!({"GroupId": "@TGS#_g", "From_Account": "a", "TopicIdList": ids});
        let mut client = Client::of(&emulator);
        let mut ask = || {
            let response = client.call(GET, &get);
            assert_eq!(response.code(), 0);
            response.json()["TopicAndSelfInfo"].take()
        };
        let one = ask();
        assert_eq!(codes(&one), [code, 0]);
        assert_eq!(one[0]["TopicInfo"], json!({"TopicId": ids[0]}));
        assert_ne!(one[0]["ErrorInfo"], "ok");
        assert_eq!(one[0].get("SelfInfo"), None);
        assert_eq!(one[1]["TopicInfo"]["TopicName"], "b");
        assert_eq!(codes(&ask()), [code, code]);
        assert_eq!(codes(&ask()), [0, 0]);
    }
}

#[test]
fn a_topic_whose_item_fails_is_not_destroyed() {
    let emulator = emulator("destroy_topic:item110002@1,destroy_topic:items10002@2");
    let ids = topics(&emulator, &["a", "b"]);
    let mut client = Client::of(&emulator);
    let mut destroy = |ids: &[String]| {
        let body = json!({"GroupId": "@TGS#_g", "TopicIdList": ids});
        let answer = client.call(DESTROY, &body).json();
        codes(&answer["DestroyResultItem"])
    };
    assert_eq!(destroy(&ids), [110_002, 0]);
    assert_eq!(emulator.state().topics()[0].topic_id, ids[0]);
    assert_eq!(emulator.state().topics_len(), 1);
    assert_eq!(destroy(&ids), [10002, 10002]);
    assert_eq!(emulator.state().topics_len(), 1);
    assert_eq!(destroy(&ids), [0, 110_003]);
}

#[test]
fn an_envelope_can_have_a_code_that_means_nothing_beside_its_items() {
    let emulator = emulator("get_topic:envelope10010@1");
    let ids = topics(&emulator, &["a"]);
    let get = json!({"GroupId": "@TGS#_g", "From_Account": "a", "TopicIdList": ids});
    let answer = Client::of(&emulator).call(GET, &get).json();
    assert_eq!(
        (&answer["ActionStatus"], &answer["ErrorCode"]),
        (&json!("FAIL"), &json!(10010))
    );
    assert_ne!(answer["ErrorInfo"], "ok");
    let item = &answer["TopicAndSelfInfo"][0];
    assert_eq!(
        (&item["ErrorCode"], &item["TopicInfo"]["TopicName"]),
        (&json!(0), &json!("a"))
    );
    let call = emulator.state().calls().pop().unwrap();
    assert_eq!(
        (call.performed, call.outcome),
        (Some(0), Outcome::ErrorCode(10010))
    );
}

#[test]
fn a_delayed_answer_comes_after_the_work() {
    let emulator = emulator("delay-1ms@1,delay-1h@2");
    let mut client = Client::of(&emulator);
    assert_eq!(client.import(&body()).code(), 0);
    assert_eq!(logged(&emulator), (Some(0), Outcome::ErrorCode(0)));
    client.send_call(IMPORT, &body()).unwrap();
    while emulator.state().calls_len() < 2 {
        thread::yield_now();
    }
    drop(emulator);
    assert_eq!(client.read_to_end().0, "");
}

#[test]
fn drips_add_up_to_the_answer() {
    let emulator = emulator("drip-1ms@1");
    assert_eq!(Client::of(&emulator).import(&body()).code(), 0);
    assert_eq!(logged(&emulator), (Some(0), Outcome::ErrorCode(0)));
}

#[test]
fn drips_come_one_by_one() {
    let emulator = emulator("drip-1h@1");
    let mut stream = connect(&emulator);
    let mut client = Client::on(stream.try_clone().unwrap());
    client.send_call(IMPORT, &body()).unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n{") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        read.push(byte[0]);
    }
    drop(emulator);
    assert!(
        String::from_utf8(read)
            .unwrap()
            .contains("content-length: ")
    );
    assert_eq!(client.read_to_end().0, "");
}

#[test]
fn a_truncated_answer_ends_before_the_length_it_promises() {
    let emulator = emulator("truncated@1");
    let mut client = Client::of(&emulator);
    client.send_call(IMPORT, &body()).unwrap();
    let (read, end) = client.read_to_end();
    assert!(end.is_ok());
    let (head, half) = read.split_once("\r\n\r\n").unwrap();
    let whole = format!(r#"{{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"TopicId":"{ID}"}}"#);
    assert!(head.starts_with("HTTP/1.1 200 OK"));
    assert!(head.contains(&format!("content-length: {}", whole.len())));
    assert_eq!(half, &whole[..whole.len() / 2]);
    assert!(is_there(&emulator));
    assert_eq!(logged(&emulator), (Some(0), Outcome::Garbled));
}

/// The body under status 200, complete as HTTP, of an import that was done.
fn garbled(plan: &str) -> String {
    let emulator = emulator(plan);
    let mut client = Client::of(&emulator);
    let response = client.import(&body());
    assert_eq!(response.status, 200);
    assert!(is_there(&emulator));
    assert_eq!(logged(&emulator), (Some(0), Outcome::Garbled));
    assert_eq!(client.import(&body()).code(), 10021);
    response.body
}

#[test]
fn an_answer_can_be_cut_json_or_none_at_all() {
    let cut = garbled("cut-json@1");
    assert!(cut.starts_with(r#"{"ActionStatus":"OK""#));
    assert!(serde_json::from_str::<Value>(&cut).unwrap_err().is_eof());
    assert!(garbled("not-json@1").starts_with("<html>"));
}

#[test]
fn an_answer_can_contradict_itself() {
    let json = |plan| serde_json::from_str::<Value>(&garbled(plan)).unwrap();
    assert_eq!(
        json("zero-with-fail@1"),
        json!({"ActionStatus": "FAIL", "ErrorInfo": "", "ErrorCode": 0, "TopicId": ID})
    );
    assert_eq!(
        json("no-topic-id@1"),
        json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0})
    );
    assert_eq!(
        json("code-with-ok@1"),
        json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 10002, "TopicId": ID})
    );
}

#[test]
fn extra_fields_come_beside_the_known_ones() {
    let emulator = emulator("extra-fields@1");
    let response = Client::of(&emulator).import(&body());
    assert_eq!(response.code(), 0);
    let json = response.json();
    assert_eq!(json["TopicId"], ID);
    assert!(json.as_object().unwrap().len() > 4);
    assert_eq!(logged(&emulator), (Some(0), Outcome::ErrorCode(0)));
}

#[test]
fn a_fault_does_not_make_a_bad_request_good() {
    let emulator = emulator("lost@1,code80001-done@2");
    assert!(Client::of(&emulator).try_call(IMPORT, &json!({})).is_err());
    assert_eq!(Client::of(&emulator).import(&json!({})).code(), 80001);
    let seen: Vec<_> = emulator
        .state()
        .calls()
        .iter()
        .map(|call| (call.performed, call.outcome))
        .collect();
    assert_eq!(
        seen,
        [
            (Some(10004), Outcome::Nothing),
            (Some(10004), Outcome::ErrorCode(80001))
        ]
    );
}

#[test]
fn signatures_expire_when_the_plan_says_so() {
    let emulator = Emulator::builder().start().unwrap();
    let target = |time| {
        let signer = Signer {
            time,
            ..Signer::default()
        };
        format!("{IMPORT}?{}", query(&signer.sign()))
    };
    let old = target(now() - 3600);
    let body = json!({"GroupId": "@TGS#_g", "TopicName": "a"}).to_string();
    let mut client = Client::of(&emulator);
    assert_eq!(client.request("POST", &old, body.as_bytes()).code(), 0);
    emulator.set_faults("expire-signatures=0s".parse().unwrap());
    assert_eq!(client.request("POST", &old, body.as_bytes()).code(), 70001);
    let new = target(now());
    assert_eq!(client.request("POST", &new, body.as_bytes()).code(), 0);
}

#[test]
fn a_commands_calls_are_counted_apart_and_others_not_at_all() {
    let emulator = emulator("import_topic:code10002@2,get_topic:code10007@1");
    let mut client = Client::of(&emulator);
    let import = json!({"GroupId": "@TGS#_g", "TopicName": "a"});
    client.call("/", &import);
    client.call("/v4/group_open_http_svc/nothing", &import);
    assert_eq!(client.import(&import).code(), 0);
    assert_eq!(client.call(GET, &import).code(), 10007);
    assert_eq!(client.import(&import).code(), 10002);
    assert_eq!(client.import(&import).code(), 0);
}

#[test]
fn a_new_plan_counts_from_one() {
    let emulator = emulator("code10002@1");
    let mut client = Client::of(&emulator);
    assert_eq!(client.import(&body()).code(), 10002);
    emulator.set_faults("code60008-done@2".parse().unwrap());
    assert_eq!(client.import(&body()).code(), 0);
    assert_eq!(client.import(&body()).code(), 60008);
    emulator.set_faults(FaultPlan::new());
    assert_eq!(client.import(&body()).code(), 10021);
}

#[test]
fn the_same_seed_brings_the_same_faults() {
    let run = |plan: &str| -> Vec<Option<Fault>> {
        let emulator = emulator(plan);
        for _ in 0..60 {
            Client::of(&emulator).try_call(IMPORT, &body()).ok();
        }
        let calls = emulator.state().calls();
        calls.iter().map(|call| call.fault).collect()
    };
    let faults = "lost=0.2,reset-after=0.2,http502=0.2,not-json=0.2";
    let first = run(&format!("seed=7,{faults}"));
    assert_eq!(first.len(), 60);
    assert_eq!(first, run(&format!("seed=7,{faults}")));
    assert_ne!(first, run(&format!("seed=8,{faults}")));
    assert!(first.contains(&None) && first.contains(&Some(Fault::Lost)));
}
