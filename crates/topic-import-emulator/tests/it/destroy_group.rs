use serde_json::{Value, json};
use topic_import_emulator::{Builder, Community, Emulator, SavedState};

use crate::client::{Client, DESTROY_GROUP, GET, GET_GROUP, IMPORT_GROUP};

const GROUP: &str = "@TGS#_g";

fn destroy(client: &mut Client, group_id: &str) -> u64 {
    let body = json!({"GroupId": group_id});
    client.call(DESTROY_GROUP, &body).code()
}

fn import_group(client: &mut Client) -> u64 {
    let body = json!({"Type": "Community", "Name": "g", "GroupId": GROUP, "SupportTopic": 1});
    client.call(IMPORT_GROUP, &body).code()
}

fn topic(own: &str) -> Value {
    json!({"GroupId": GROUP, "TopicId": format!("{GROUP}@TOPIC#_{own}"), "TopicName": own})
}

/// The code of the community's item.
fn read_back(client: &mut Client) -> u64 {
    let response = client.call(GET_GROUP, &json!({"GroupIdList": [GROUP]}));
    response.json()["GroupInfo"][0]["ErrorCode"]
        .as_u64()
        .unwrap()
}

fn started(builder: impl FnOnce(Builder) -> Builder) -> (Emulator, Client) {
    let emulator = builder(Emulator::builder()).start().unwrap();
    let client = Client::of(&emulator);
    (emulator, client)
}

#[test]
fn a_community_goes_with_its_topics_and_no_call_finds_it_then() {
    let (emulator, mut client) = started(|builder| builder);
    assert_eq!(import_group(&mut client), 0);
    for own in ["a", "b"] {
        assert_eq!(client.import(&topic(own)).code(), 0);
    }
    assert_eq!(destroy(&mut client, GROUP), 0);
    let state = emulator.state();
    assert_eq!((state.groups_len(), state.topics_len()), (0, 0));
    assert_eq!(read_back(&mut client), 10010);
    assert_eq!(destroy(&mut client, GROUP), 10010);
    assert_eq!(client.import(&topic("c")).code(), 10010);
    let all = json!({"GroupId": GROUP, "From_Account": "admin"});
    assert_eq!(client.call(GET, &all).code(), 10010);
    assert_eq!(import_group(&mut client), 10021);
}

#[test]
fn only_what_is_there_is_destroyed() {
    let (emulator, mut client) = started(|builder| {
        builder
            .only_listed_communities()
            .community("@TGS#_gone", Community::Deleted)
            .community("@TGS#_plain", Community::WithoutTopics)
    });
    assert_eq!(import_group(&mut client), 0);
    assert_eq!(client.import(&topic("a")).code(), 0);
    for (group_id, code) in [
        ("@TGS#_nowhere", 10010),
        ("@TGS#_gone", 10010),
        ("@TGS#_", 10010),
        ("g", 10015),
        ("@TGS#_plain", 0),
        ("@TGS#_plain", 10010),
    ] {
        assert_eq!(destroy(&mut client, group_id), code, "{group_id}");
    }
    assert_eq!(client.call(DESTROY_GROUP, &json!({})).code(), 10004);
    assert_eq!(emulator.state().topics_len(), 1);
}

#[test]
fn a_community_that_only_its_topics_show_is_destroyed_as_well() {
    let (emulator, mut client) = started(|builder| builder);
    assert_eq!(client.import(&topic("a")).code(), 0);
    assert_eq!(destroy(&mut client, GROUP), 0);
    assert_eq!(client.import(&topic("b")).code(), 10010);
    assert_eq!(emulator.state().topics_len(), 0);
}

#[test]
fn the_id_of_a_destroyed_community_can_be_made_available_again() {
    let (emulator, mut client) = started(Builder::reuse_destroyed_ids);
    for _ in 0..2 {
        assert_eq!(import_group(&mut client), 0);
        assert_eq!(client.import(&topic("a")).code(), 0);
        assert_eq!(destroy(&mut client, GROUP), 0);
        assert_eq!(client.import(&topic("b")).code(), 10010);
    }
    assert_eq!(emulator.state().groups_len(), 0);
}

#[test]
fn a_fault_keeps_a_community_or_its_answer() {
    let faults = "destroy_group:code10007@1,destroy_group:lost@2";
    let (emulator, mut client) = started(|builder| builder.faults(faults.parse().unwrap()));
    assert_eq!(import_group(&mut client), 0);
    assert_eq!(destroy(&mut client, GROUP), 10007);
    assert_eq!(emulator.state().groups_len(), 1);
    let body = json!({"GroupId": GROUP});
    assert!(client.try_call(DESTROY_GROUP, &body).is_err());
    assert_eq!(emulator.state().groups_len(), 0);
    assert_eq!(destroy(&mut Client::of(&emulator), GROUP), 10010);
}

#[test]
fn an_emulator_that_goes_on_with_its_file_knows_what_was_destroyed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.jsonl");
    let start = || started(|builder| builder.state_file(&path));
    {
        let (_emulator, mut client) = start();
        assert_eq!(import_group(&mut client), 0);
        assert_eq!(client.import(&topic("a")).code(), 0);
        assert_eq!(destroy(&mut client, GROUP), 0);
    }
    let (_emulator, mut client) = start();
    assert_eq!(read_back(&mut client), 10010);
    assert_eq!(import_group(&mut client), 10021);
    let saved = SavedState::read(&path).unwrap();
    assert_eq!((saved.group(GROUP), saved.topics_len()), (None, 0));
}
