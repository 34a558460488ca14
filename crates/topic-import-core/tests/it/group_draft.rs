//! A community as it was written down: what of it is refused, and that nothing is lost between draft, request and JSON.

use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};
use topic_import_core::{
    AppDefinedData, AppDefinedEntry, AppDefinedKey, AppDefinedValue, Field, Found, GroupDraft,
    ImportGroup, Limit, Rule, Violation, Violations,
};

use crate::support::cases;

fn refused(draft: GroupDraft) -> Violations {
    draft.validate().expect_err("a draft that breaks a rule")
}

fn broken(draft: GroupDraft) -> Vec<(Field, Rule)> {
    let of = |violation: &Violation| (violation.field, violation.rule);
    refused(draft).iter().map(of).collect()
}

fn riverside() -> GroupDraft {
    GroupDraft::new("Riverside")
}

/// A draft of these fields, in JSON.
fn read(fields: Value) -> GroupDraft {
    serde_json::from_value(fields).unwrap()
}

#[test]
fn a_chain_sets_every_field() {
    let request = riverside()
        .group_id("@TGS#_riverside")
        .owner_account("founder")
        .introduction("introduction")
        .notification("notice")
        .face_url("https://example.com/face")
        .max_member_count(2_000)
        .app_defined("Origin", "T0123456")
        .app_defined("Plan", "")
        .created_at(1_448_357_837)
        .validate()
        .unwrap();
    assert_eq!(
        serde_json::to_value(request).unwrap(),
        json!({
            "Type": "Community", "GroupId": "@TGS#_riverside", "Name": "Riverside", "SupportTopic": 1,
            "Owner_Account": "founder", "Introduction": "introduction", "Notification": "notice",
            "FaceUrl": "https://example.com/face", "MaxMemberCount": 2_000,
            "AppDefinedData": [{"Key": "Origin", "Value": "T0123456"}, {"Key": "Plan", "Value": ""}],
            "CreateTime": 1_448_357_837,
        })
    );
}

#[test]
fn what_is_absent_stays_absent_but_for_the_two_fields_that_are_always_sent() {
    let bare = json!({"Type": "Community", "Name": "Riverside", "SupportTopic": 1});
    for draft in [
        riverside(),
        read(json!({"Name": "Riverside", "AppDefinedData": []})),
        read(json!({
            "Type": null, "GroupId": null, "Name": "Riverside", "SupportTopic": null, "Owner_Account": null,
            "Introduction": null, "Notification": null, "FaceUrl": null, "MaxMemberCount": null,
            "AppDefinedData": null, "CreateTime": null,
        })),
    ] {
        let request = draft.validate().unwrap();
        assert_eq!(serde_json::to_value(request).unwrap(), bare);
    }
    let json = serde_json::to_string(&riverside()).unwrap();
    assert_eq!(json, r#"{"Name":"Riverside"}"#);
}

#[test]
fn all_violations_come_at_once_in_the_order_of_the_fields() {
    let mut draft = GroupDraft::new("n".repeat(31))
        .group_id("riverside")
        .owner_account("é")
        .introduction("i".repeat(241))
        .notification("n".repeat(301))
        .face_url("f".repeat(101))
        .max_member_count(0)
        .created_at(-1);
    draft.group_type = Some("Public".into());
    draft.support_topic = Some(0);
    for key in 0..11 {
        draft = draft.app_defined(format!("key{key}"), "");
    }
    let fields: Vec<Field> = broken(draft).into_iter().map(|(field, _)| field).collect();
    assert_eq!(fields, Field::OF_GROUP);
}

#[test]
fn a_name_is_required_and_nothing_else() {
    let draft = GroupDraft::default().group_id("@TGS#_riverside");
    assert_eq!(broken(draft), [(Field::Name, Rule::Required)]);
    assert_eq!(broken(GroupDraft::new("")), [(Field::Name, Rule::Required)]);
    assert!(riverside().validate().is_ok());
}

#[test]
fn an_empty_group_id_has_the_wrong_form_because_a_community_may_have_none() {
    let violations = refused(riverside().group_id(""));
    assert_eq!(
        violations.to_string(),
        "GroupId: is \"\": it must be printable ASCII that starts with `@TGS#_`"
    );
    assert_eq!(
        broken(riverside().group_id("g".repeat(49))),
        [
            (Field::GroupId, Rule::MaxBytes),
            (Field::GroupId, Rule::Format)
        ]
    );
    let longest = format!("@TGS#_{}", "g".repeat(42));
    assert!(riverside().group_id(longest).validate().is_ok());
}

#[test]
fn only_a_community_with_topics_can_be_written_down() {
    let mut draft = riverside();
    draft.group_type = Some("Community".into());
    draft.support_topic = Some(1);
    assert_eq!(draft.clone().validate(), riverside().validate());
    for wrong in [i64::MIN, 0, 2] {
        draft.support_topic = Some(wrong);
        let violations = refused(draft.clone());
        assert_eq!(violations[0].found, Found::Number(wrong));
        assert_eq!(
            violations.to_string(),
            format!("SupportTopic: is {wrong}: it must be 1 for a community with topics")
        );
    }
}

#[test]
fn the_texts_of_a_community_are_taken_to_their_edges_and_not_past_them() {
    for (field, max) in [
        (Field::Name, 30),
        (Field::Introduction, 240),
        (Field::Notification, 300),
        (Field::FaceUrl, 100),
    ] {
        for wide in ["n", "字"] {
            let longest = wide.repeat(max / wide.len());
            let with = |text: &str| {
                let mut draft = riverside();
                *draft.text_mut(field).unwrap() = Some(text.into());
                draft.validate()
            };
            assert!(with(&longest).is_ok(), "{field}");
            let violations = with(&(longest + wide)).unwrap_err();
            assert_eq!(violations.len(), 1, "{field}");
            assert_eq!(violations[0].field, field);
            assert_eq!(violations[0].limit, Some(Limit::Bytes { max }));
        }
    }
}

#[test]
fn numbers_are_taken_to_their_edges_and_not_past_them() {
    for (field, lowest, highest) in [
        (Field::MaxMemberCount, 1, 100_000),
        (Field::CreateTime, 0, i64::from(u32::MAX)),
    ] {
        let with = |number: i64| {
            let mut draft = riverside();
            *draft.number_mut(field).unwrap() = Some(number);
            draft.validate()
        };
        assert!(with(lowest).is_ok() && with(highest).is_ok(), "{field}");
        for beyond in [i64::MIN, lowest - 1, highest + 1, i64::MAX] {
            let violations = with(beyond).unwrap_err();
            assert_eq!(
                (violations[0].field, violations[0].rule),
                (field, Rule::Range)
            );
            assert_eq!(violations[0].found, Found::Number(beyond));
        }
    }
}

#[test]
fn every_field_has_one_place_by_its_kind() {
    let mut draft = GroupDraft::default();
    for field in Field::OF_GROUP {
        let places = [
            draft.text_mut(field).is_some(),
            draft.number_mut(field).is_some(),
            field == Field::AppDefinedData,
        ];
        assert_eq!(places.iter().filter(|is| **is).count(), 1, "{field}");
    }
    for field in [Field::TopicId, Field::TopicName, Field::FromAccount] {
        assert!(draft.text_mut(field).is_none() && draft.number_mut(field).is_none());
    }
}

#[test]
fn the_apps_own_data_is_taken_to_its_edges_and_not_past_them() {
    let key = |text: &str| riverside().app_defined(text, "v");
    for good in ["k", "_", "Az09_", &"k".repeat(16)] {
        assert!(key(good).validate().is_ok(), "{good}");
    }
    let of_key = |rule| vec![(Field::AppDefinedKey, rule)];
    assert_eq!(broken(key("")), of_key(Rule::Required));
    assert_eq!(broken(key(&"k".repeat(17))), of_key(Rule::MaxBytes));
    for bad in ["a b", "a-b", "é", "a.b", "\0"] {
        assert_eq!(broken(key(bad)), of_key(Rule::Format), "{bad:?}");
    }

    let value = |text: String| riverside().app_defined("k", text);
    assert!(value("v".repeat(512)).validate().is_ok());
    assert_eq!(
        broken(value("v".repeat(513))),
        [(Field::AppDefinedValue, Rule::MaxBytes)]
    );

    let many = |keys: usize| {
        (0..keys).fold(riverside(), |draft, key| {
            draft.app_defined(format!("k{key}"), "v")
        })
    };
    assert!(many(10).validate().is_ok());
    let violations = refused(many(11));
    assert_eq!(
        violations.to_string(),
        "AppDefinedData: has 11 items: it must have 10 at most"
    );
}

#[test]
fn how_many_entries_there_are_is_checked_whatever_is_in_them() {
    let draft = (0..11).fold(riverside(), |draft, _| draft.app_defined("a b", "v"));
    let violations = broken(draft);
    assert_eq!(violations[0], (Field::AppDefinedData, Rule::Count));
    assert_eq!(violations[1..], [(Field::AppDefinedKey, Rule::Format); 11]);
}

#[test]
fn an_entry_needs_a_key_and_a_value() {
    let draft = read(json!({"Name": "n", "AppDefinedData": [{"Key": "k"}, {"Value": "v"}, {}]}));
    let key = (Field::AppDefinedKey, Rule::Required);
    let value = (Field::AppDefinedValue, Rule::Required);
    assert_eq!(broken(draft), [value, key, key, value]);
}

#[test]
fn a_key_occurs_once() {
    let draft = riverside()
        .app_defined("k", "a")
        .app_defined("K", "b")
        .app_defined("k", "c");
    assert_eq!(
        refused(draft).to_string(),
        "AppDefinedData.Key: is \"k\" more than once: give it one value"
    );
    let entry = AppDefinedEntry {
        key: AppDefinedKey::parse("k").unwrap(),
        value: AppDefinedValue::parse("").unwrap(),
    };
    let twice = AppDefinedData::of(vec![entry.clone(), entry.clone()]).unwrap_err();
    assert_eq!(twice[0].rule, Rule::Duplicate);
    let many = AppDefinedData::of(vec![entry; 11]).unwrap_err();
    assert_eq!(many[0].rule, Rule::Count);
}

#[test]
fn what_is_no_draft_is_not_read_as_one() {
    for (text, complaint) in [
        (r#"{"name":"n"}"#, "unknown field `name`"),
        (r#"{"TopicName":"n"}"#, "unknown field `TopicName`"),
        (
            r#"{"ApplyJoinOption":"FreeAccess"}"#,
            "unknown field `ApplyJoinOption`",
        ),
        (r#"{"Name":"n","Name":"m"}"#, "duplicate field `Name`"),
        (r#"{"Owner_Account":7}"#, "invalid type: integer `7`"),
        (r#"{"MaxMemberCount":1.0}"#, "invalid type: floating point"),
        (r#"{"SupportTopic":"1"}"#, "invalid type: string"),
        (r#"{"AppDefinedData":{"k":"v"}}"#, "invalid type: map"),
        (
            r#"{"AppDefinedData":[{"Key":"k","Value":"v","X":1}]}"#,
            "unknown field `X`",
        ),
    ] {
        let error = serde_json::from_str::<GroupDraft>(text)
            .map_or_else(|error| error.to_string(), |draft| format!("{draft:?}"));
        assert!(error.contains(complaint), "{text} gives: {error}");
    }
}

fn valid_draft() -> impl Strategy<Value = GroupDraft> {
    let texts = (
        "[ -~字😀\u{0}]{1,7}",
        option::of("@TGS#_[ -~]{0,42}"),
        option::of("[ -~]{1,32}"),
        option::of("[\\PC\u{0}\"\\\\]{0,60}"),
        option::of("\\PC{0,75}"),
        option::of("\\PC{0,25}"),
    );
    let numbers = (
        option::of(1..=100_000_i64),
        option::of(0..=i64::from(u32::MAX)),
    );
    let entries = prop::collection::btree_map("[A-Za-z0-9_]{1,16}", "\\PC{0,128}", 0..=10);
    (texts, numbers, entries).prop_map(|(texts, numbers, entries)| {
        let mut draft = GroupDraft::new(texts.0);
        draft.group_type = Some("Community".into());
        draft.support_topic = Some(1);
        draft.group_id = texts.1;
        draft.owner_account = texts.2;
        draft.introduction = texts.3;
        draft.notification = texts.4;
        draft.face_url = texts.5;
        draft.max_member_count = numbers.0;
        draft.create_time = numbers.1;
        for (key, value) in entries {
            draft = draft.app_defined(key, value);
        }
        draft
    })
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn a_valid_draft_survives_request_and_json(draft in valid_draft()) {
        let request: ImportGroup = draft.clone().validate().unwrap();
        prop_assert_eq!(GroupDraft::from(request.clone()), draft.clone());

        let json = serde_json::to_string(&request).unwrap();
        let read: GroupDraft = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(&read, &draft);
        prop_assert_eq!(read.validate(), Ok(request));
        prop_assert_eq!(serde_json::to_string(&draft).unwrap(), json);
    }
}
