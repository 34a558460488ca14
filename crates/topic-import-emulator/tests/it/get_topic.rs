use serde_json::{Value, json};
use topic_import_emulator::{Community, Emulator};

use crate::client::{Client, GET};

const GROUP: &str = "@TGS#_g";

fn id(own: &str) -> String {
    format!("{GROUP}@TOPIC#_{own}")
}

fn get(client: &mut Client, ids: &[String]) -> Value {
    let body = json!({"GroupId": GROUP, "From_Account": "administrator", "TopicIdList": ids});
    client.call(GET, &body).json()
}

#[test]
fn what_was_imported_reads_back() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    client.import(&json!({
        "GroupId": GROUP, "TopicId": id("a"), "TopicName": "字", "FaceUrl": "http://f", "CustomString": "c\"",
        "Notification": "n", "Introduction": "i", "CreateTime": 7, "From_Account": 8,
    }));
    client
        .import(&json!({"GroupId": GROUP, "TopicId": id("b"), "TopicName": "b", "CreateTime": 9}));
    assert_eq!(
        get(&mut client, &[id("b"), id("a"), id("c")]),
        json!({"ActionStatus": "OK", "ErrorInfo": "ok", "ErrorCode": 0, "TopicAndSelfInfo": [
            {"ErrorCode": 0, "ErrorInfo": "ok",
                "TopicInfo": {"TopicId": id("b"), "GroupID": GROUP, "TopicName": "b", "FaceUrl": "", "Notification": "",
                    "Introduction": "", "CustomString": "", "CreateTime": 9, "LastMsgTime": 0, "NextMsgSeq": 1,
                    "MuteAllMember": "Off"},
                "SelfInfo": {"ShutUpTime": 0, "MsgSeq": 0, "MsgFlag": "AcceptAndNotify"}},
            {"ErrorCode": 0, "ErrorInfo": "ok",
                "TopicInfo": {"TopicId": id("a"), "GroupID": GROUP, "TopicName": "字", "FaceUrl": "http://f", "Notification": "n",
                    "Introduction": "i", "CustomString": "c\"", "CreateTime": 7, "LastMsgTime": 0, "NextMsgSeq": 1,
                    "MuteAllMember": "Off"},
                "SelfInfo": {"ShutUpTime": 0, "MsgSeq": 0, "MsgFlag": "AcceptAndNotify"}},
            {"ErrorCode": 10010, "ErrorInfo": "the group or topic does not exist or has been deleted",
                "TopicInfo": {"TopicId": id("c")}},
        ]})
    );
}

#[test]
fn a_filter_hides_the_fields_that_it_does_not_name() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    client.import(
        &json!({"GroupId": GROUP, "TopicId": id("a"), "TopicName": "a", "Introduction": "i"}),
    );
    let fields = ["TopicName", "FaceUrl", "Notification", "Introduction"];
    let body = json!({"GroupId": GROUP, "From_Account": "a", "TopicIdList": [id("a")], "ResponseFilter": fields});
    let item = client.call(GET, &body).json()["TopicAndSelfInfo"][0].take();
    assert_eq!(
        item["TopicInfo"],
        json!({"TopicId": id("a"), "GroupID": GROUP, "TopicName": "a", "FaceUrl": "", "Notification": "",
            "Introduction": "i"})
    );
    assert_eq!(item["SelfInfo"]["MsgSeq"], 0);
}

#[test]
fn without_a_list_the_whole_group_reads_back_and_no_other() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    for (group, name) in [(GROUP, "b"), (GROUP, "a"), ("@TGS#_gg", "c")] {
        client.import(
            &json!({"GroupId": group, "TopicId": format!("{group}@TOPIC#_{name}"), "TopicName": name}),
        );
    }
    let body = json!({"GroupId": GROUP, "From_Account": "administrator"});
    let answer = client.call(GET, &body).json();
    let names: Vec<_> = answer["TopicAndSelfInfo"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["TopicInfo"]["TopicName"].clone())
        .collect();
    assert_eq!(names, ["a", "b"]);
}

#[test]
fn a_wrong_request_is_refused() {
    let emulator = Emulator::builder()
        .community("@TGS#_gone", Community::Deleted)
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    for (body, code) in [
        (json!({"GroupId": GROUP}), 10004),
        (json!({"GroupId": GROUP, "From_Account": 7}), 60015),
        (json!({"From_Account": "a"}), 10004),
        (json!({"GroupId": "g", "From_Account": "a"}), 10015),
        (json!({"GroupId": "@TGS#_gone", "From_Account": "a"}), 10010),
        (json!([]), 60003),
    ] {
        assert_eq!(client.call(GET, &body).code(), code, "{body}");
    }
}
