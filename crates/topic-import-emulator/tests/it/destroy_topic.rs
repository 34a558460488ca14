use serde_json::json;
use topic_import_emulator::Emulator;

use crate::client::{Client, DESTROY, GET, codes};

const GROUP: &str = "@TGS#_g";

fn id(own: &str) -> String {
    format!("{GROUP}@TOPIC#_{own}")
}

fn import(client: &mut Client, id: &str) -> u64 {
    let body = json!({"GroupId": GROUP, "TopicId": id, "TopicName": "a"});
    client.import(&body).code()
}

/// The code that each of these topics has for its own.
fn destroy(client: &mut Client, ids: &[&str]) -> Vec<u64> {
    let body = json!({"GroupId": GROUP, "TopicIdList": ids});
    codes(&client.call(DESTROY, &body).json()["DestroyResultItem"])
}

fn get(client: &mut Client, ids: &[&str]) -> Vec<u64> {
    let body = json!({"GroupId": GROUP, "From_Account": "a", "TopicIdList": ids});
    codes(&client.call(GET, &body).json()["TopicAndSelfInfo"])
}

#[test]
fn a_destroyed_topic_is_gone_and_its_id_used_up() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let (a, b) = (&*id("a"), &*id("b"));
    assert_eq!(import(&mut client, a), 0);

    let body = json!({"GroupId": GROUP, "TopicIdList": [a, b]});
    assert_eq!(
        client.call(DESTROY, &body).json(),
        json!({"ActionStatus": "OK", "ErrorInfo": "ok", "ErrorCode": 0, "DestroyResultItem": [
            {"ErrorCode": 0, "ErrorInfo": "ok", "TopicId": a},
            {"ErrorCode": 110_003, "ErrorInfo": "the topic does not exist or has been deleted", "TopicId": b},
        ]})
    );
    assert_eq!(get(&mut client, &[a, b]), [110_003, 10010]);
    assert_eq!(destroy(&mut client, &[a]), [110_003]);

    assert_eq!(import(&mut client, a), 10021);
    assert_eq!(emulator.state().tries(a), 2);
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn a_destroyed_topics_id_is_free_again_where_it_was_told_so() {
    let emulator = Emulator::builder().reuse_destroyed_ids().start().unwrap();
    let mut client = Client::of(&emulator);
    let a = &*id("a");
    assert_eq!(import(&mut client, a), 0);
    assert_eq!(destroy(&mut client, &[a]), [0]);
    assert_eq!(get(&mut client, &[a]), [10010]);
    assert_eq!(destroy(&mut client, &[a]), [110_003]);
    assert_eq!(import(&mut client, a), 0);
    assert_eq!(import(&mut client, a), 10021);
    assert_eq!(emulator.state().topics_len(), 1);
}

#[test]
fn a_wrong_request_is_refused() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    for (body, code) in [
        (json!({"GroupId": GROUP}), 10004),
        (json!({"GroupId": GROUP, "TopicIdList": [7]}), 10004),
        (json!({"GroupId": "g", "TopicIdList": []}), 10015),
        (json!({"TopicIdList": []}), 10004),
    ] {
        assert_eq!(client.call(DESTROY, &body).code(), code, "{body}");
    }
    let old_service = "/v4/group_open_http_svc/destroy_topic";
    assert_eq!(client.call(old_service, &json!({})).code(), 10003);
}
