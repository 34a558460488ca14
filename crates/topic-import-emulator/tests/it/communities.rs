use serde_json::json;
use topic_import_emulator::{Community, Emulator};

use crate::client::Client;

fn import(client: &mut Client, group: &str, own: &str) -> u64 {
    client
        .import(&json!({"GroupId": group, "TopicId": format!("{group}@TOPIC#_{own}"), "TopicName": own}))
        .code()
}

#[test]
fn each_condition_shows() {
    let emulator = Emulator::builder()
        .community("@TGS#_normal", Community::Normal)
        .community("@TGS#_deleted", Community::Deleted)
        .community("@TGS#_plain", Community::WithoutTopics)
        .community("@TGS#_full", Community::FullAt(2))
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    assert_eq!(import(&mut client, "@TGS#_normal", "a"), 0);
    assert_eq!(import(&mut client, "@TGS#_deleted", "a"), 10010);
    assert_eq!(import(&mut client, "@TGS#_plain", "a"), 11000);
    assert_eq!(import(&mut client, "@TGS#_full", "a"), 0);
    assert_eq!(import(&mut client, "@TGS#_full", "b"), 0);
    assert_eq!(import(&mut client, "@TGS#_full", "c"), 10037);
    assert_eq!(import(&mut client, "@TGS#_full", "a"), 10021);
    assert_eq!(import(&mut client, "@TGS#_unlisted", "a"), 0);
    assert_eq!(emulator.state().topics_len(), 4);
}

#[test]
fn there_can_be_only_those_that_are_listed() {
    let emulator = Emulator::builder()
        .community("@TGS#_normal", Community::Normal)
        .only_listed_communities()
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    assert_eq!(import(&mut client, "@TGS#_normal", "a"), 0);
    assert_eq!(import(&mut client, "@TGS#_unlisted", "a"), 10010);
}

#[test]
fn a_condition_can_change_while_calls_are_served() {
    let emulator = Emulator::builder()
        .community("@TGS#_g", Community::WithoutTopics)
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    assert_eq!(import(&mut client, "@TGS#_g", "a"), 11000);
    emulator.set_community("@TGS#_g", Community::Normal);
    assert_eq!(import(&mut client, "@TGS#_g", "a"), 0);
    assert_eq!(emulator.state().tries("@TGS#_g@TOPIC#_a"), 2);
}
