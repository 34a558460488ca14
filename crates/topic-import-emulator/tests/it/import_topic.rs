use serde_json::{Value, json};
use topic_import_emulator::{Account, Emulator};

use crate::client::{Client, IMPORT, query};
use crate::signer::{Signer, now};

const GROUP: &str = "@TGS#_@TGS#cBZXAIIM62CV";

/// A body with one field replaced.
fn with(field: &str, value: impl Into<Value>) -> Value {
    let mut body = json!({"GroupId": GROUP, "TopicName": "a"});
    body[field] = value.into();
    body
}

#[test]
fn a_whole_topic_is_kept_as_sent() {
    let emulator = Emulator::builder().start().unwrap();
    let id = format!("{GROUP}@TOPIC#_general");
    let answer = Client::of(&emulator)
        .import(&json!({
            "Type": "Community", "GroupId": GROUP, "TopicId": id, "TopicName": "字a\"\n",
            "From_Account": "1400187352", "CustomString": "{}", "FaceUrl": "http://this.is.face.url",
            "Notification": "n", "Introduction": "i", "CreateTime": 1_448_357_837,
        }))
        .json();
    assert_eq!(
        answer,
        json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "TopicId": id})
    );
    let topic = emulator.state().topic(&id).unwrap();
    assert_eq!(topic.group_id, GROUP);
    assert_eq!(topic.tries, 1);
    let profile = topic.profile;
    assert_eq!(&*profile.topic_name, "字a\"\n");
    assert_eq!(
        profile.from_account,
        Some(Account::Text("1400187352".into()))
    );
    assert_eq!(profile.custom_string.as_deref(), Some("{}"));
    assert_eq!(profile.face_url.as_deref(), Some("http://this.is.face.url"));
    assert_eq!(profile.notification.as_deref(), Some("n"));
    assert_eq!(profile.introduction.as_deref(), Some("i"));
    assert_eq!(profile.create_time, 1_448_357_837);
}

#[test]
fn every_limit_is_kept_to_its_byte() {
    let emulator = Emulator::builder().quota(None).start().unwrap();
    let mut client = Client::of(&emulator);
    for (field, max) in [
        ("TopicName", 30),
        ("CustomString", 3000),
        ("FaceUrl", 100),
        ("Notification", 300),
        ("Introduction", 240),
    ] {
        let ascii = "a".repeat(max);
        let chinese = "字".repeat(max / 3) + &"b".repeat(max % 3);
        let mixed = "ä".repeat(max / 2) + &"b".repeat(max % 2);
        for edge in [ascii, chinese, mixed] {
            assert_eq!(
                client.import(&with(field, edge.as_str())).code(),
                0,
                "{field}"
            );
            let past = client.import(&with(field, edge + "c"));
            assert_eq!(past.code(), 10004, "{field}");
            assert_eq!(
                past.json()["ErrorInfo"],
                format!(
                    "invalid {field}: at most {max} bytes allowed, {} found",
                    max + 1
                )
            );
        }
    }
}

#[test]
fn ids_are_kept_to_their_byte() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let group = format!("@TGS#_{}", "g".repeat(42));
    assert_eq!(client.import(&with("GroupId", &*group)).code(), 0);
    assert_eq!(client.import(&with("GroupId", group + "g")).code(), 10015);
    let id = format!("{GROUP}@TOPIC#_{}", "t".repeat(96 - 23 - 8));
    assert_eq!(id.len(), 96);
    assert_eq!(client.import(&with("TopicId", &*id)).code(), 0);
    assert_eq!(client.import(&with("TopicId", id + "t")).code(), 10004);
    assert_eq!(
        client.import(&with("From_Account", "u".repeat(32))).code(),
        0
    );
    assert_eq!(
        client.import(&with("From_Account", "u".repeat(33))).code(),
        10004
    );
    assert_eq!(client.import(&with("CreateTime", u32::MAX)).code(), 0);
    assert_eq!(
        client
            .import(&with("CreateTime", u64::from(u32::MAX) + 1))
            .code(),
        10004
    );
}

#[test]
fn what_no_field_may_be_is_refused_by_its_code() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    for (field, value, code) in [
        ("TopicName", json!(""), 10004),
        ("TopicName", json!(null), 10004),
        ("TopicName", json!(7), 10004),
        ("Introduction", json!(null), 10004),
        ("Introduction", json!(["a"]), 10004),
        ("Type", json!("Public"), 10004),
        ("Type", json!(null), 10004),
        ("GroupId", json!("@TGS#1"), 10015),
        ("GroupId", json!("@TGS#_ä"), 10015),
        ("GroupId", json!(7), 10004),
        ("TopicId", json!("general"), 10004),
        ("TopicId", json!("@TGS#_other@TOPIC#_a"), 10004),
        ("TopicId", json!(format!("{GROUP}@TOPIC#_")), 10004),
        ("TopicId", json!(format!("{GROUP}@TOPIC#_ä")), 10004),
        ("TopicId", json!(format!("{GROUP}@TOPIC#_a@TGS#_b")), 10004),
        (
            "TopicId",
            json!(format!("{GROUP}@TOPIC#_a@TOPIC#_@TOPIC#b")),
            10004,
        ),
        ("From_Account", json!(-1), 10004),
        ("From_Account", json!(""), 10004),
        ("From_Account", json!("ä"), 10004),
        ("CreateTime", json!(1.5), 10004),
        ("CreateTime", json!(-1), 10004),
        ("CreateTime", json!("1448357837"), 10004),
    ] {
        let response = client.import(&with(field, value.clone()));
        assert_eq!(response.code(), code, "{field}: {value}");
        let info = response.json()["ErrorInfo"].as_str().unwrap().to_owned();
        assert!(info.contains(field), "{info}");
    }
    assert_eq!(client.import(&json!({"TopicName": "a"})).code(), 10004);
    assert_eq!(client.import(&json!({"GroupId": GROUP})).code(), 10004);
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn a_body_is_one_json_object() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let target = format!("{IMPORT}?{}", query(&Signer::default().sign()));
    for body in [
        &b""[..],
        b"{",
        b"[]",
        b"null",
        b"GroupId=x",
        b"{\"GroupId\": \"\xff\"}",
        b"{\"GroupId\": \"@TGS#_g\", \"TopicName\": \"a\", \"TopicName\": \"b\"}",
    ] {
        assert_eq!(
            client.request("POST", &target, body).code(),
            60003,
            "{}",
            String::from_utf8_lossy(body)
        );
    }
    assert_eq!(
        client.import(&with("Unknown", json!({"a": [null]}))).code(),
        0
    );
}

#[test]
fn a_body_may_be_a_mebibyte_long_and_no_longer() {
    let emulator = Emulator::builder().start().unwrap();
    let target = format!("{IMPORT}?{}", query(&Signer::default().sign()));
    let mut body = with("Unknown", "").to_string();
    body = body.replace(
        r#""Unknown":"""#,
        &format!(r#""Unknown":"{}""#, "x".repeat(1024 * 1024 - body.len())),
    );
    assert_eq!(body.len(), 1024 * 1024);
    let mut client = Client::of(&emulator);
    assert_eq!(client.request("POST", &target, body.as_bytes()).code(), 0);
    let too_long = client.request("POST", &target, (body + " ").as_bytes());
    assert_eq!(too_long.code(), 60002);
    assert_eq!(emulator.state().topics_len(), 1);
}

#[test]
fn an_id_is_taken_once() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let id = format!("{GROUP}@TOPIC#_a");
    let first = with("TopicId", &*id);
    assert_eq!(client.import(&first).code(), 0);
    let mut other = first.clone();
    other["TopicName"] = "b".into();
    assert_eq!(client.import(&first).code(), 10021);
    assert_eq!(client.import(&other).code(), 10021);
    let topic = emulator.state().topic(&id).unwrap();
    assert_eq!(&*topic.profile.topic_name, "a");
    assert_eq!(topic.tries, 3);
}

/// The documents do not forbid it: that no app should choose one is the client's own rule.
#[test]
fn an_id_may_look_like_an_assigned_one_and_is_then_never_assigned() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let assigned = client.import(&with("CreateTime", 1)).json()["TopicId"].clone();
    let next = assigned.as_str().unwrap().replace("00001", "00002");
    assert_eq!(client.import(&with("TopicId", &*next)).code(), 0);
    assert_eq!(client.import(&with("TopicId", &*next)).code(), 10021);
    let assigned = client.import(&with("CreateTime", 1)).json()["TopicId"].clone();
    assert_eq!(assigned, next.replace("00002", "00003"));
    for own in ["@TOPIC#", "@TOPIC#_a", "a@TOPIC#_b"] {
        let id = format!("{GROUP}@TOPIC#_{own}");
        assert_eq!(client.import(&with("TopicId", &*id)).code(), 0, "{own}");
        assert_eq!(emulator.state().topic(&id).unwrap().group_id, GROUP);
    }
}

#[test]
fn an_assigned_id_belongs_to_its_group_and_is_new() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let mut ids: Vec<_> = (0..50)
        .map(|_| client.import(&with("CreateTime", 1)).json()["TopicId"].to_string())
        .collect();
    assert!(
        ids.iter()
            .all(|id| id.contains("@TGS#_@TGS#cBZXAIIM62CV@TOPIC#_@TOPIC#c"))
    );
    assert!(ids.iter().all(|id| id.len() <= 96));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 50);
    assert_eq!(emulator.state().topics_len(), 50);
}

#[test]
fn a_topic_without_a_time_is_created_now() {
    let emulator = Emulator::builder().start().unwrap();
    let before = now();
    Client::of(&emulator).import(&json!({"GroupId": GROUP, "TopicName": "a"}));
    let after = now();
    let created = emulator.state().topics()[0].profile.create_time;
    assert!((before..=after).contains(&created.into()));
}

#[test]
fn an_account_is_a_number_or_text() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    client.import(&with("From_Account", u64::MAX));
    client.import(&with("From_Account", "18446744073709551615"));
    let accounts: Vec<_> = emulator
        .state()
        .topics()
        .into_iter()
        .map(|topic| topic.profile.from_account)
        .collect();
    assert_eq!(
        accounts,
        [
            Some(Account::Number(u64::MAX)),
            Some(Account::Text("18446744073709551615".into()))
        ]
    );
}

#[test]
fn tries_are_counted_where_the_import_was_refused_as_well() {
    let emulator = Emulator::builder().quota(2).start().unwrap();
    let mut client = Client::of(&emulator);
    let id = format!("{GROUP}@TOPIC#_a");
    let mut body = with("TopicId", &*id);
    body["TopicName"] = "".into();
    assert_eq!(client.import(&body).code(), 10004);
    let target = format!("{IMPORT}?{}", query("xxx"));
    client.request("POST", &target, body.to_string().as_bytes());
    assert_eq!(emulator.state().tries(&id), 2);
    assert_eq!(emulator.state().topic(&id), None);
}
