use std::thread;
use std::time::Duration;

use serde_json::json;
use topic_import_emulator::{Command, Emulator, Outcome};

use crate::client::{Client, GET};

const SECOND: Duration = Duration::from_secs(1);
const REFUSED: Outcome = Outcome::ErrorCode(60007);

/// Whatever the machine's speed: a call is refused exactly where `quota` accepted ones lie in the second
/// before it.
fn assert_strict(emulator: &Emulator, command: Command, quota: usize) {
    let mut accepted = Vec::new();
    for call in emulator.state().calls() {
        if call.command != Some(command) {
            continue;
        }
        let in_window = accepted.iter().filter(|at| call.at < **at + SECOND).count();
        assert_eq!(call.outcome == REFUSED, in_window >= quota, "{call:?}");
        if call.outcome != REFUSED {
            accepted.push(call.at);
        }
    }
}

#[test]
fn a_burst_gets_its_quota_and_no_more() {
    let emulator = Emulator::builder().quota(20).start().unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = Client::of(&emulator);
                for _ in 0..25 {
                    client.import(&json!({"GroupId": "@TGS#_g", "TopicName": "a"}));
                }
            });
        }
    });
    assert_strict(&emulator, Command::ImportTopic, 20);
    let state = emulator.state();
    assert_eq!(state.calls_len(), 100);
    assert_eq!(
        state.outcomes()[&Outcome::ErrorCode(0)],
        state.topics_len() as u64
    );
}

#[test]
fn each_command_has_its_own() {
    let emulator = Emulator::builder().quota(3).start().unwrap();
    let mut client = Client::of(&emulator);
    for _ in 0..10 {
        client.import(&json!({"GroupId": "@TGS#_g", "TopicName": "a"}));
        client.call(GET, &json!({"GroupId": "@TGS#_g", "From_Account": "a"}));
    }
    assert_strict(&emulator, Command::ImportTopic, 3);
    assert_strict(&emulator, Command::GetTopic, 3);
}

#[test]
fn two_hundred_is_the_default_and_none_lifts_it() {
    let default = Emulator::builder().start().unwrap();
    let unlimited = Emulator::builder()
        .quota(None)
        .topics_per_community(None)
        .start()
        .unwrap();
    for emulator in [&default, &unlimited] {
        let mut client = Client::of(emulator);
        for _ in 0..300 {
            client.import(&json!({"GroupId": "@TGS#_g", "TopicName": "a"}));
        }
    }
    assert_strict(&default, Command::ImportTopic, 200);
    assert_eq!(unlimited.state().topics_len(), 300);
}
