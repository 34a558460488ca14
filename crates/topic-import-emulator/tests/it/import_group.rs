use serde_json::{Value, json};
use topic_import_emulator::{Community, Emulator, SavedState};

use crate::client::{Client, DESTROY_GROUP, GET_GROUP, IMPORT_GROUP};

const GROUP: &str = "@TGS#_g";

fn import(client: &mut Client, body: &Value) -> u64 {
    client.call(IMPORT_GROUP, body).code()
}

/// The items of these communities.
fn read_back(client: &mut Client, group_ids: &[&str]) -> Value {
    let response = client.call(GET_GROUP, &json!({"GroupIdList": group_ids}));
    assert_eq!(response.code(), 0);
    response.json()["GroupInfo"].take()
}

fn community() -> Value {
    json!({"Type": "Community", "Name": "g", "GroupId": GROUP, "SupportTopic": 1})
}

fn community_with(field: &str, value: Value) -> Value {
    let mut body = community();
    body[field] = value;
    body
}

#[test]
fn a_community_reads_back_as_it_was_imported() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let body = json!({
        "Type": "Community", "Name": "字", "GroupId": GROUP, "SupportTopic": 1, "Owner_Account": "founder",
        "Introduction": "i", "Notification": "n\n", "MaxMemberCount": 7, "CreateTime": 1_448_357_837,
        "AppDefinedData": [{"Key": "k", "Value": "v"}],
    });
    let answer = client.call(IMPORT_GROUP, &body);
    assert_eq!(
        (answer.code(), &answer.json()["GroupId"]),
        (0, &json!(GROUP))
    );
    assert_eq!(
        read_back(&mut client, &[GROUP]),
        json!([{
            "GroupId": GROUP, "ErrorCode": 0, "ErrorInfo": "", "Type": "Community", "Name": "字", "Introduction": "i",
            "Notification": "n\n", "FaceUrl": "", "Owner_Account": "founder", "CreateTime": 1_448_357_837,
            "MaxMemberNum": 7, "MemberNum": 1,
        }])
    );
    let profile = emulator.state().group(GROUP).unwrap();
    assert_eq!((&*profile.name, profile.support_topic), ("字", true));
}

#[test]
fn the_apps_own_data_is_kept_and_shown_by_the_keys_that_are_named() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let data = json!([{"Key": "a", "Value": "1"}, {"Key": "B_2", "Value": ""}]);
    let body = community_with("AppDefinedData", data.clone());
    assert_eq!(import(&mut client, &body), 0);
    let mut shown = |keys: Value| {
        let filter = json!({"GroupBaseInfoFilter": [], "AppDefinedDataFilter_Group": keys});
        let body = json!({"GroupIdList": [GROUP], "ResponseFilter": filter});
        let items = client.call(GET_GROUP, &body).json();
        items["GroupInfo"][0]["AppDefinedData"].clone()
    };
    assert_eq!(shown(json!(["B_2", "a", "c"])), data);
    assert_eq!(shown(json!(["a"])), json!([{"Key": "a", "Value": "1"}]));
    assert_eq!(shown(json!(["c"])), json!([]));
    assert_eq!(shown(json!([])), Value::Null);
    let profile = emulator.state().group(GROUP).unwrap();
    assert_eq!(json!(profile.app_defined_data), data);
}

#[test]
fn an_owner_exists_where_it_is_told_which_accounts_do() {
    let builder = Emulator::builder().owner_accounts(["founder"]);
    let emulator = builder.start().unwrap();
    let mut client = Client::of(&emulator);
    let owned = |by: &str| community_with("Owner_Account", json!(by));
    assert_eq!(import(&mut client, &owned("Founder")), 10019);
    assert_eq!(emulator.state().groups_len(), 0);
    assert_eq!(import(&mut client, &owned("founder")), 0);
    let unowned = json!({"Type": "Community", "Name": "g"});
    assert_eq!(import(&mut client, &unowned), 0);
}

#[test]
fn a_day_takes_so_many_communities_and_no_more_until_one_is_destroyed() {
    let emulator = Emulator::builder().groups_per_day(2).start().unwrap();
    let mut client = Client::of(&emulator);
    let unnamed = json!({"Type": "Community", "Name": "g"});
    assert_eq!(import(&mut client, &community()), 0);
    assert_eq!(import(&mut client, &community()), 10021);
    assert_eq!(import(&mut client, &unnamed), 0);
    assert_eq!(import(&mut client, &unnamed), 10006);
    assert_eq!(import(&mut client, &community()), 10021);
    let destroy = json!({"GroupId": GROUP});
    assert_eq!(client.call(DESTROY_GROUP, &destroy).code(), 0);
    assert_eq!(import(&mut client, &unnamed), 0);
    assert_eq!(import(&mut client, &unnamed), 10006);
    assert_eq!(emulator.state().groups_len(), 2);
}

#[test]
fn a_filter_names_the_fields_that_are_shown() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    assert_eq!(import(&mut client, &community()), 0);
    let body = json!({"GroupIdList": [GROUP], "ResponseFilter": {"GroupBaseInfoFilter": ["Name", "Unknown"]}});
    let shown = client.call(GET_GROUP, &body).json();
    assert_eq!(
        shown["GroupInfo"],
        json!([{"GroupId": GROUP, "ErrorCode": 0, "ErrorInfo": "", "Name": "g"}])
    );
}

#[test]
fn each_id_has_its_item_in_the_order_asked() {
    let emulator = Emulator::builder()
        .only_listed_communities()
        .community("@TGS#_gone", Community::Deleted)
        .community("@TGS#_listed", Community::Normal)
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    assert_eq!(import(&mut client, &community()), 0);
    let ids = ["@TGS#_none", GROUP, "x", "@TGS#_gone", "@TGS#_listed"];
    let items = read_back(&mut client, &ids);
    let found = items.as_array().unwrap().iter().map(|item| {
        (
            item["GroupId"].as_str().unwrap(),
            item["ErrorCode"].as_u64().unwrap(),
        )
    });
    let codes = [10010, 0, 10015, 10010, 0];
    assert!(found.eq(ids.into_iter().zip(codes)), "{items}");
}

#[test]
fn a_community_that_exists_by_itself_is_shown_and_can_be_imported() {
    let emulator = Emulator::builder()
        .community("@TGS#_gone", Community::Deleted)
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    let item = json!({"GroupId": GROUP, "ErrorCode": 0, "ErrorInfo": "", "Type": "Community"});
    assert_eq!(read_back(&mut client, &[GROUP]), json!([item]));
    let gone = read_back(&mut client, &["@TGS#_gone"]);
    assert_eq!(gone[0]["ErrorCode"], 10010);
    assert_eq!(import(&mut client, &community()), 0);
    assert_eq!(read_back(&mut client, &[GROUP])[0]["Name"], "g");
}

#[test]
fn an_id_is_assigned_where_none_was_chosen() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    let body = json!({"Type": "Community", "Name": "g"});
    let ids: Vec<String> = (0..2)
        .map(|_| {
            let answer = client.call(IMPORT_GROUP, &body).json();
            answer["GroupId"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_ne!(ids[0], ids[1]);
    assert!(ids.iter().all(|id| id.starts_with("@TGS#_@TGS#c")));
    assert_eq!(emulator.state().groups_len(), 2);
}

#[test]
fn an_id_is_taken_by_what_is_there_and_by_what_was() {
    let emulator = Emulator::builder()
        .community("@TGS#_gone", Community::Deleted)
        .community("@TGS#_listed", Community::Normal)
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    client.import(&json!({"GroupId": "@TGS#_used", "TopicName": "a"}));
    assert_eq!(import(&mut client, &community()), 0);
    for id in [GROUP, "@TGS#_gone", "@TGS#_listed", "@TGS#_used"] {
        assert_eq!(
            import(&mut client, &community_with("GroupId", json!(id))),
            10021,
            "{id}"
        );
    }
    assert_eq!(emulator.state().groups_len(), 1);
}

#[test]
fn topics_go_into_a_community_that_was_made_for_them() {
    let emulator = Emulator::builder()
        .only_listed_communities()
        .start()
        .unwrap();
    let mut client = Client::of(&emulator);
    let topic = json!({"GroupId": GROUP, "TopicName": "a"});
    assert_eq!(client.import(&topic).code(), 10010);
    assert_eq!(import(&mut client, &community()), 0);
    assert_eq!(client.import(&topic).code(), 0);

    let mut plain = community_with("GroupId", json!("@TGS#_plain"));
    plain["SupportTopic"] = json!(0);
    assert_eq!(import(&mut client, &plain), 0);
    let topic = json!({"GroupId": "@TGS#_plain", "TopicName": "a"});
    assert_eq!(client.import(&topic).code(), 11000);
}

/// A community with these keys and values of the app's own.
fn data(entries: &[(&str, &str)]) -> Value {
    let entries = entries
        .iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}));
    community_with("AppDefinedData", entries.collect())
}

#[test]
fn a_refused_import_leaves_nothing_behind() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    for (body, code) in [
        (json!({"Name": "g"}), 10004),
        (json!({"Type": "Community"}), 10004),
        (community_with("Type", json!("Public")), 10004),
        (community_with("Name", json!("")), 10004),
        (community_with("Name", json!("n".repeat(31))), 10004),
        (community_with("GroupId", json!("g")), 10015),
        (community_with("SupportTopic", json!(2)), 10004),
        (community_with("SupportTopic", json!(true)), 10004),
        (community_with("Owner_Account", json!(7)), 60015),
        (community_with("Owner_Account", json!("ä")), 10004),
        (
            community_with("Introduction", json!("i".repeat(241))),
            10004,
        ),
        (
            community_with("Notification", json!("n".repeat(301))),
            10004,
        ),
        (community_with("FaceUrl", json!("f".repeat(101))), 10004),
        (community_with("MaxMemberCount", json!(100_001)), 10004),
        (
            community_with("CreateTime", json!(1_448_357_837_000_u64)),
            10004,
        ),
        (community_with("AppDefinedData", json!({"k": "v"})), 10004),
        (community_with("AppDefinedData", json!(["k"])), 10004),
        (data(&[("", "v")]), 10004),
        (data(&[("a-b", "v")]), 10004),
        (data(&[(&"k".repeat(17), "v")]), 10004),
        (data(&[("k", &"v".repeat(513))]), 10004),
        (data(&[("k", "v"), ("k", "w")]), 10004),
        (
            community_with("AppDefinedData", json!([{"Key": "k"}])),
            10004,
        ),
        (
            community_with("AppDefinedData", json!(vec![json!({}); 11])),
            10004,
        ),
    ] {
        assert_eq!(import(&mut client, &body), code, "{body}");
    }
    assert_eq!(emulator.state().groups_len(), 0);
}

#[test]
fn a_list_holds_1_to_50_ids() {
    let emulator = Emulator::builder().start().unwrap();
    let mut client = Client::of(&emulator);
    for (ids, code) in [(0, 10004), (1, 0), (50, 0), (51, 10004)] {
        let body = json!({"GroupIdList": vec![GROUP; ids]});
        assert_eq!(client.call(GET_GROUP, &body).code(), code, "{ids}");
    }
    assert_eq!(client.call(GET_GROUP, &json!({})).code(), 10004);
    let body = json!({"GroupIdList": [GROUP], "ResponseFilter": ["Name"]});
    assert_eq!(client.call(GET_GROUP, &body).code(), 10004);
}

#[test]
fn an_item_can_fail_by_itself() {
    let faults = "get_group_info:item10002@1".parse().unwrap();
    let emulator = Emulator::builder().faults(faults).start().unwrap();
    let mut client = Client::of(&emulator);
    assert_eq!(import(&mut client, &community()), 0);
    let items = read_back(&mut client, &[GROUP, GROUP]);
    let info = "internal server error, please try again";
    assert_eq!(
        items[0],
        json!({"GroupId": GROUP, "ErrorCode": 10002, "ErrorInfo": info})
    );
    assert_eq!(items[1]["ErrorCode"], 0);
}

#[test]
fn an_emulator_goes_on_with_the_communities_of_its_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("state.jsonl");
    let start = || Emulator::builder().state_file(&path).start().unwrap();
    let unnamed = json!({"Type": "Community", "Name": "a"});
    {
        let emulator = start();
        let mut client = Client::of(&emulator);
        assert_eq!(import(&mut client, &community()), 0);
        assert_eq!(import(&mut client, &unnamed), 0);
    }
    let emulator = start();
    let mut client = Client::of(&emulator);
    assert_eq!(import(&mut client, &community()), 10021);
    assert_eq!(import(&mut client, &unnamed), 0);
    assert_eq!(emulator.state().groups_len(), 3);
    let saved = SavedState::read(&path).unwrap();
    assert_eq!(saved.group(GROUP), emulator.state().group(GROUP));
}
