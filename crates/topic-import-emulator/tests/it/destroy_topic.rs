use serde_json::json;
use topic_import_emulator::Emulator;

use crate::client::{Client, DESTROY, GET};

const GROUP: &str = "@TGS#_g";

#[test]
fn a_destroyed_topic_is_gone_and_its_id_is_free_again() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let (a, b) = (format!("{GROUP}@TOPIC#_a"), format!("{GROUP}@TOPIC#_b"));
    let import = json!({"GroupId": GROUP, "TopicId": a, "TopicName": "a"});
    assert_eq!(client.import(&import).code(), 0);

    let destroy = json!({"GroupId": GROUP, "TopicIdList": [a, b]});
    assert_eq!(
        client.call(DESTROY, &destroy).json(),
        json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "DestroyResultItem": [
            {"ErrorCode": 0, "ErrorInfo": "", "TopicId": a},
            {"ErrorCode": 110_003, "ErrorInfo": "the topic does not exist or has been deleted", "TopicId": b},
        ]})
    );
    let get = json!({"GroupId": GROUP, "From_Account": "a", "TopicIdList": [a]});
    let item = &client.call(GET, &get).json()["TopicAndSelfInfo"][0];
    assert_eq!(item["ErrorCode"], 10010);
    let again = client.call(DESTROY, &destroy).json();
    assert_eq!(again["DestroyResultItem"][0]["ErrorCode"], 110_003);

    assert_eq!(client.import(&import).code(), 0);
    assert_eq!(emulator.state().tries(&a), 2);
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
