//! An emulator that was told to depart from the documents.

use serde_json::{Value, json};
use topic_import_emulator::Emulator;

use crate::client::{Client, DESTROY, GET};

const GROUP: &str = "@TGS#_g";

fn differing(differences: &[&str]) -> Emulator {
    differences
        .iter()
        .fold(Emulator::builder(), |builder, difference| {
            builder.differ(difference.parse().unwrap())
        })
        .start()
        .unwrap()
}

fn topic(fields: &Value) -> Value {
    let mut topic = json!({"GroupId": GROUP, "TopicName": "a"});
    let entries = topic.as_object_mut().unwrap();
    entries.extend(fields.as_object().unwrap().clone());
    topic
}

#[test]
fn limits_are_those_that_it_was_told() {
    let emulator = differing(&["max-bytes:TopicName=4", "max-bytes:GroupId=6"]);
    let mut client = Client::of(&emulator);
    let named = |name: &str| json!({"GroupId": "@TGS#_", "TopicName": name});
    assert_eq!(client.import(&named("name")).code(), 0);
    assert_eq!(client.import(&named("names")).code(), 10004);
    assert_eq!(client.import(&topic(&json!({}))).code(), 10015);
}

#[test]
fn the_limits_of_newer_clients_can_be_had() {
    let newer = [
        ("TopicName", 150),
        ("Introduction", 400),
        ("Notification", 400),
        ("FaceUrl", 500),
    ];
    let told = newer.map(|(field, max)| format!("max-bytes:{field}={max}"));
    let emulator = differing(&told.each_ref().map(String::as_str));
    let mut client = Client::of(&emulator);
    for (field, max) in newer {
        for (length, code) in [(max, 0), (max + 1, 10004)] {
            let topic = topic(&json!({field: "x".repeat(length)}));
            assert_eq!(client.import(&topic).code(), code, "{field} of {length}");
        }
    }
}

#[test]
fn an_id_in_use_can_be_the_operators_own() {
    let emulator = differing(&["code:10021=10025"]);
    let mut client = Client::of(&emulator);
    let topic = topic(&json!({"TopicId": format!("{GROUP}@TOPIC#_a")}));
    assert_eq!(client.import(&topic).code(), 0);
    assert_eq!(client.import(&topic).code(), 10025);
}

#[test]
fn a_topic_that_is_not_there_can_have_no_item_and_the_flag_its_older_name() {
    let emulator = differing(&["omit-missing", "shut-up-all-flag"]);
    let mut client = Client::of(&emulator);
    let id = |own: &str| format!("{GROUP}@TOPIC#_{own}");
    for own in ["a", "b"] {
        client.import(&topic(&json!({"TopicId": id(own)})));
    }
    client.call(
        DESTROY,
        &json!({"GroupId": GROUP, "TopicIdList": [id("b")]}),
    );
    let body =
        json!({"GroupId": GROUP, "From_Account": "a", "TopicIdList": [id("c"), id("a"), id("b")]});
    let items = client.call(GET, &body).json()["TopicAndSelfInfo"].take();
    assert_eq!(items.as_array().unwrap().len(), 1);
    let shown = &items[0]["TopicInfo"];
    assert_eq!(shown["TopicId"], id("a"));
    assert_eq!(
        (&shown["ShutUpAllFlag"], shown.get("MuteAllMember")),
        (&json!("Off"), None)
    );
}

#[test]
fn accounts_and_fields_are_taken_as_it_was_told() {
    let emulator = differing(&["text-accounts", "strict-fields"]);
    let mut client = Client::of(&emulator);
    for (fields, code) in [
        (json!({"From_Account": 7}), 60015),
        (json!({"From_Account": "7", "CreateTime": 7}), 0),
        (json!({"Extra": 7}), 10004),
    ] {
        assert_eq!(client.import(&topic(&fields)).code(), code, "{fields}");
    }
}

#[test]
fn lists_codes_and_what_is_shown_are_as_it_was_told() {
    let emulator = differing(&["max-ids=2", "hide:CreateTime", "code:110003=110002"]);
    let mut client = Client::of(&emulator);
    let id = format!("{GROUP}@TOPIC#_a");
    client.import(&topic(&json!({"TopicId": id})));
    let list = |length: usize| json!({"GroupId": GROUP, "From_Account": "admin", "TopicIdList": vec![&id; length]});
    assert_eq!(client.call(GET, &list(3)).code(), 10004);
    let shown = &client.call(GET, &list(1)).json()["TopicAndSelfInfo"][0]["TopicInfo"];
    assert_eq!(shown["TopicName"], "a");
    assert_eq!(shown.get("CreateTime"), None);
    let destroyed = client.call(DESTROY, &list(2)).json();
    assert_eq!(destroyed["DestroyResultItem"][0]["ErrorCode"], 0);
    assert_eq!(destroyed["DestroyResultItem"][1]["ErrorCode"], 110_002);
}

#[test]
fn a_service_that_it_was_told_to_lack_is_not_there() {
    let emulator = differing(&["without-service:million_group_open_http_svc"]);
    let mut client = Client::of(&emulator);
    assert_eq!(client.import(&topic(&json!({}))).code(), 0);
    assert_eq!(client.call(GET, &json!({})).code(), 60009);
}
