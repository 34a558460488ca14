use serde_json::json;
use topic_import_emulator::{Community, Emulator};

use crate::client::{Client, DESTROY};

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
fn a_community_takes_two_hundred_topics_or_as_many_as_it_was_told() {
    let each = |told: Option<Option<usize>>| {
        let builder = Emulator::builder()
            .quota(None)
            .community("@TGS#_own", Community::FullAt(1));
        let emulator = match told {
            Some(topics) => builder.topics_per_community(topics),
            None => builder,
        };
        let emulator = emulator.start().unwrap();
        let mut client = Client::of(&emulator);
        for group in ["@TGS#_a", "@TGS#_b", "@TGS#_own"] {
            let mut own = 0..201;
            own.find(|own| import(&mut client, group, &own.to_string()) == 10037);
        }
        emulator.state().topics_len()
    };
    assert_eq!(each(None), 200 + 200 + 1);
    assert_eq!(each(Some(Some(3))), 3 + 3 + 1);
    assert_eq!(each(Some(None)), 201 + 201 + 1);
}

#[test]
fn room_is_made_by_destroying() {
    let emulator = Emulator::builder().topics_per_community(1).start().unwrap();
    let mut client = Client::of(&emulator);
    assert_eq!(import(&mut client, "@TGS#_a", "a"), 0);
    assert_eq!(import(&mut client, "@TGS#_a", "b"), 10037);
    let destroy = json!({"GroupId": "@TGS#_a", "TopicIdList": ["@TGS#_a@TOPIC#_a"]});
    client.call(DESTROY, &destroy);
    assert_eq!(import(&mut client, "@TGS#_a", "b"), 0);
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
