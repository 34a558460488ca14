use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use topic_import_emulator::{Builder, Emulator, SavedState, StartError, StateFileError, Topic};

use crate::client::{Client, DESTROY, IMPORT};

const GROUP: &str = "@TGS#_g";

/// A path for a state file that is not there yet.
fn path() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.jsonl");
    (directory, path)
}

fn keeping(path: &Path) -> Builder {
    Emulator::builder().state_file(path)
}

fn id(own: &str) -> String {
    format!("{GROUP}@TOPIC#_{own}")
}

fn named(own: &str) -> Value {
    json!({"GroupId": GROUP, "TopicId": id(own), "TopicName": own})
}

fn unnamed() -> Value {
    json!({"GroupId": GROUP, "TopicName": "unnamed"})
}

/// Imports without a `TopicId`, and the one that is assigned.
fn assigned(client: &mut Client) -> String {
    let answer = client.import(&unnamed()).json();
    answer["TopicId"].as_str().unwrap().to_owned()
}

/// What an emulator that starts with the file holds.
fn after_restart(path: &Path) -> Vec<Topic> {
    keeping(path).start().unwrap().state().topics()
}

#[test]
fn a_restart_gives_the_topics_as_they_were_imported() {
    let (_directory, path) = path();
    let emulator = keeping(&path).start().unwrap();
    let mut client = Client::of(&emulator);
    let full = json!({
        "GroupId": GROUP, "TopicId": id("full"), "TopicName": "字\"\\\n\u{0}", "From_Account": "boss",
        "CustomString": "", "FaceUrl": "f", "Notification": "n", "Introduction": "i", "CreateTime": 7,
    });
    let by_number = json!({"GroupId": GROUP, "TopicName": "b", "From_Account": u64::MAX});
    // Its ID holds the mark that stands between a group's and a topic's.
    let marked = json!({"GroupId": "@TGS#_g@TOPIC#_h", "TopicId": "@TGS#_g@TOPIC#_h@TOPIC#_a", "TopicName": "a"});
    for body in [&full, &by_number, &marked, &named("a")] {
        assert_eq!(client.import(body).code(), 0, "{body}");
    }
    let topics = emulator.state().topics();
    assert_eq!(topics.len(), 4);
    drop(emulator);

    assert_eq!(after_restart(&path), topics);
    assert_eq!(after_restart(&path), topics);
    assert_eq!(SavedState::read(&path).unwrap().topics(), topics);
}

#[test]
fn tries_are_kept_whatever_came_of_them() {
    let (_directory, path) = path();
    let emulator = keeping(&path)
        .faults("reset-after@4".parse().unwrap())
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    assert_eq!(client.import(&named("a")).code(), 0);
    assert_eq!(client.import(&named("a")).code(), 10021);
    let mut nameless = named("b");
    nameless["TopicName"] = "".into();
    assert_eq!(client.import(&nameless).code(), 10004);
    assert!(client.try_call(IMPORT, &named("b")).is_err());
    let mut client = Client::of(&emulator);
    let foreign = json!({"TopicId": "字\u{7}", "TopicName": "x"});
    assert_eq!(client.import(&foreign).code(), 10004);
    let unsigned = client.request("POST", IMPORT, named("c").to_string().as_bytes());
    assert_eq!(unsigned.code(), 60012);
    drop(emulator);

    let state = keeping(&path).start().unwrap().state();
    let saved = SavedState::read(&path).unwrap();
    for (id, tries) in [
        (id("a"), 2),
        (id("b"), 2),
        (id("c"), 1),
        ("字\u{7}".into(), 1),
        (id("d"), 0),
    ] {
        assert_eq!((state.tries(&id), saved.tries(&id)), (tries, tries), "{id}");
    }
    assert_eq!(saved.topics_len(), 1);
    assert_eq!(saved.topic(&id("a")).unwrap().tries, 2);
}

#[test]
fn no_topic_id_is_assigned_twice() {
    let (_directory, path) = path();
    let mut ids = Vec::new();
    for _ in 0..3 {
        let emulator = keeping(&path).start().unwrap();
        let mut client = Client::of(&emulator);
        ids.extend([assigned(&mut client), assigned(&mut client)]);
        let last = json!({"GroupId": GROUP, "TopicIdList": [ids.last()]});
        assert_eq!(client.call(DESTROY, &last).code(), 0);
    }
    assert_eq!(after_restart(&path).len(), 3);
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((ids.len(), all), (6, 6));
}

#[test]
fn what_was_destroyed_stays_destroyed_and_its_id_is_free_where_it_was_told_so() {
    for (reuse, code) in [(false, 10021), (true, 0)] {
        let (_directory, path) = path();
        let start = || {
            let builder = keeping(&path);
            let builder = if reuse {
                builder.reuse_destroyed_ids()
            } else {
                builder
            };
            builder.start().unwrap()
        };
        let emulator = start();
        let mut client = Client::of(&emulator);
        for own in ["a", "b", "c"] {
            client.import(&named(own));
        }
        let list =
            json!({"GroupId": GROUP, "TopicIdList": [id("a"), id("none"), id("b"), id("a")]});
        assert_eq!(client.call(DESTROY, &list).code(), 0);
        assert_eq!(client.import(&named("b")).code(), code);
        let topics = emulator.state().topics();
        drop(emulator);

        let emulator = start();
        assert_eq!(emulator.state().topics(), topics);
        assert_eq!(emulator.state().tries(&id("a")), 1);
        assert_eq!(Client::of(&emulator).import(&named("a")).code(), code);
        assert_eq!(emulator.state().tries(&id("a")), 2);
    }
}

#[test]
fn an_id_that_only_looks_assigned_is_not_taken_for_one_after_a_restart() {
    let (_directory, path) = path();
    let emulator = keeping(&path).start().unwrap();
    let mut client = Client::of(&emulator);
    let first = assigned(&mut client);
    let ninth = first.replace("00001", "00009");
    let chosen = json!({"GroupId": GROUP, "TopicId": ninth, "TopicName": "a"});
    assert_eq!(client.import(&chosen).code(), 0);
    drop(emulator);
    let emulator = keeping(&path).start().unwrap();
    let second = assigned(&mut Client::of(&emulator));
    assert_eq!(second, first.replace("00001", "00002"));
}

#[test]
fn work_whose_answer_was_lost_is_kept() {
    let (_directory, path) = path();
    let emulator = keeping(&path)
        .faults("lost@1,http502-done@2,http502@3".parse().unwrap())
        .start()
        .unwrap();
    assert!(
        Client::of(&emulator)
            .try_call(IMPORT, &named("lost"))
            .is_err()
    );
    let mut client = Client::of(&emulator);
    assert_eq!(client.import(&named("done")).status, 502);
    assert_eq!(client.import(&named("undone")).status, 502);
    let topics = emulator.state().topics();
    assert_eq!(topics.len(), 2);
    drop(emulator);
    assert_eq!(after_restart(&path), topics);
    assert_eq!(SavedState::read(&path).unwrap().tries(&id("undone")), 1);
}

// Elsewhere its lock may keep it from being read.
#[cfg(unix)]
#[test]
fn what_an_answer_tells_of_is_written_when_it_comes() {
    let (_directory, path) = path();
    let emulator = keeping(&path).start().unwrap();
    let mut client = Client::of(&emulator);
    for own in ["a", "b", "c"] {
        assert_eq!(client.import(&named(own)).code(), 0);
        let saved = SavedState::read(&path).unwrap();
        assert_eq!(saved.topics(), emulator.state().topics());
    }
}

#[test]
fn a_call_is_a_line() {
    let (_directory, path) = path();
    let emulator = keeping(&path).start().unwrap();
    let mut client = Client::of(&emulator);
    let mut dated = named("a");
    dated["CreateTime"] = 1_448_357_837.into();
    let mut assigned = unnamed();
    assigned["From_Account"] = 7.into();
    assigned["CreateTime"] = 1_448_357_838.into();
    client.import(&dated);
    client.import(&dated);
    client.import(&assigned);
    client.import(&json!({}));
    let both =
        json!({"GroupId": GROUP, "TopicIdList": [id("a"), id("none"), id("@TOPIC#c00000000001")]});
    client.call(DESTROY, &both);
    client.call(DESTROY, &both);
    drop(emulator);
    assert_eq!(
        fs::read_to_string(&path).unwrap(),
        r#"{"tried":"@TGS#_g@TOPIC#_a","imported":{"GroupId":"@TGS#_g","TopicId":"@TGS#_g@TOPIC#_a","TopicName":"a","CreateTime":1448357837}}
{"tried":"@TGS#_g@TOPIC#_a"}
{"imported":{"GroupId":"@TGS#_g","TopicId":"@TGS#_g@TOPIC#_@TOPIC#c00000000001","TopicName":"unnamed","From_Account":7,"CreateTime":1448357838}}
{"destroyed":["@TGS#_g@TOPIC#_a","@TGS#_g@TOPIC#_@TOPIC#c00000000001"]}
"#
    );
}

#[test]
fn a_line_cut_short_at_the_end_is_cut_off() {
    let (_directory, path) = path();
    let emulator = keeping(&path).start().unwrap();
    let mut client = Client::of(&emulator);
    client.import(&named("a"));
    let whole = emulator.state().topics();
    client.import(&named("b"));
    drop(emulator);
    let content = fs::read_to_string(&path).unwrap();
    fs::write(&path, &content[..content.len() - 10]).unwrap();

    assert_eq!(SavedState::read(&path).unwrap().topics(), whole);
    let emulator = keeping(&path).start().unwrap();
    assert_eq!(emulator.state().topics(), whole);
    assert_eq!(Client::of(&emulator).import(&named("c")).code(), 0);
    let topics = emulator.state().topics();
    drop(emulator);
    assert_eq!(after_restart(&path), topics);
}

#[test]
fn a_line_that_cannot_be_read_is_an_error_that_names_it() {
    let (_directory, path) = path();
    fs::write(&path, "{\"tried\":\"a\"}\ngarbage\n{\"tried\":\"b\"}\n").unwrap();
    let error = keeping(&path).start().unwrap_err();
    let named = format!("cannot read the state file {}, line 2", path.display());
    assert_eq!(error.to_string(), named);
    assert!(matches!(
        error,
        StartError::StateFile(StateFileError::Line { line: 2, .. })
    ));
    assert_eq!(SavedState::read(&path).unwrap_err().to_string(), named);
}

#[test]
fn a_file_is_one_emulators_at_a_time() {
    let (_directory, path) = path();
    let first = keeping(&path).start().unwrap();
    let state = first.state();
    Client::of(&first).import(&named("a"));
    let refused = keeping(&path).start();
    assert!(
        matches!(&refused, Err(StartError::StateFile(StateFileError::InUse { path: used })) if *used == path),
        "{refused:?}"
    );
    assert_eq!(Client::of(&first).import(&named("b")).code(), 0);
    drop(first);
    assert_eq!(after_restart(&path), state.topics());
}

#[test]
fn a_file_that_cannot_be_had_is_an_error_that_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let below_nothing = directory.path().join("none/state.jsonl");
    for path in [directory.path(), &below_nothing] {
        let error = keeping(path).start().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot use the state file {}", path.display())
        );
        assert!(std::error::Error::source(&error).is_some());
    }
    let missing = directory.path().join("missing.jsonl");
    assert!(matches!(
        SavedState::read(missing),
        Err(StateFileError::Io { .. })
    ));
}
