//! A topic as it was written down: every field has its place.

use serde_json::json;
use topic_import_core::{Field, TopicDraft};

use crate::support::GROUP;

#[test]
fn a_chain_sets_every_field() {
    let request = TopicDraft::new(GROUP, "Welcome")
        .group_type("Community")
        .own_id("welcome")
        .from_account(7)
        .custom_string("custom")
        .face_url("https://example.com/face")
        .notification("notice")
        .introduction("introduction")
        .created_at(1_448_357_837)
        .validate()
        .unwrap();
    assert_eq!(
        serde_json::to_value(request).unwrap(),
        json!({
            "Type": "Community", "GroupId": GROUP, "TopicId": "@TGS#_riverside@TOPIC#_welcome",
            "TopicName": "Welcome", "From_Account": 7, "CustomString": "custom",
            "FaceUrl": "https://example.com/face", "Notification": "notice",
            "Introduction": "introduction", "CreateTime": 1_448_357_837,
        })
    );
}

#[test]
fn every_field_that_holds_a_text_or_a_number_is_found_by_its_name() {
    for field in Field::ALL {
        let mut draft = TopicDraft::default();
        match field {
            Field::FromAccount => assert_eq!(draft.text_mut(field), None),
            Field::CreateTime => *draft.number_mut(field).unwrap() = Some(7),
            _ => *draft.text_mut(field).unwrap() = Some("7".to_owned()),
        }
        let expected = match field {
            Field::FromAccount => json!({}),
            Field::CreateTime => json!({"CreateTime": 7}),
            _ => json!({field.name(): "7"}),
        };
        assert_eq!(serde_json::to_value(&draft).unwrap(), expected, "{field}");
        assert_eq!(
            draft.number_mut(field).is_some(),
            field == Field::CreateTime
        );
    }
}
