//! What the answers to calls that read say, and what they leave open.

use serde_json::{Value, json};
use topic_import_core::{
    Answer, GetGroupInfo, GetTopic, GroupId, GroupsFound, KnownTopicId, Operation as _,
    TopicsFound, UnreadableReason,
};

use crate::support::{GROUP, TOPIC};

const OTHER_GROUP: &str = "@TGS#_hill";
const OTHER_TOPIC: &str = "@TGS#_riverside@TOPIC#_other";

fn group(id: &str) -> GroupId {
    GroupId::parse(id).unwrap()
}

/// What `get_topic` says of one topic, by this list in the answer.
fn topics(request: &GetTopic, items: &Value) -> Result<Answer<TopicsFound>, UnreadableReason> {
    let body = json!({
        "ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "TopicAndSelfInfo": items
    });
    request.read(body.to_string().as_bytes())
}

fn one_topic() -> GetTopic {
    GetTopic::one(group(GROUP), KnownTopicId::parse(TOPIC).unwrap())
}

/// What `get_group_info` says of one community, by this list in the answer.
fn groups(items: &Value) -> Result<Answer<GroupsFound>, UnreadableReason> {
    let body = json!({
        "ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0, "GroupInfo": items
    });
    GetGroupInfo::one(group(GROUP)).read(body.to_string().as_bytes())
}

#[test]
fn a_topic_that_was_not_asked_for_is_left_out_whatever_is_said_of_it() {
    let other = |code: i64| json!({"ErrorCode": code, "TopicInfo": {"TopicId": OTHER_TOPIC}});
    let ours = json!({"ErrorCode": 0, "TopicInfo": {"TopicId": TOPIC}});
    for code in [0, 10002, 110_003] {
        let Ok(Answer::Done(found)) = topics(&one_topic(), &json!([other(code), ours])) else {
            panic!("{code}");
        };
        assert_eq!(found.topics.len(), 1, "{code}");
        assert!(found.deleted.is_empty(), "{code}");
        assert!(found.get(&KnownTopicId::parse(TOPIC).unwrap()).is_some());
        assert!(
            found
                .get(&KnownTopicId::parse(OTHER_TOPIC).unwrap())
                .is_none()
        );
    }
    // Where all are asked for, none is another.
    let Ok(Answer::Done(found)) = topics(&GetTopic::all(group(GROUP)), &json!([other(0), ours]))
    else {
        panic!("both are shown");
    };
    assert_eq!(found.topics.len(), 2);
}

#[test]
fn a_topic_is_absent_where_its_item_says_so_and_in_doubt_where_the_item_says_anything_else() {
    let item = |code: i64| json!([{"ErrorCode": code, "TopicInfo": {"TopicId": TOPIC}}]);
    let absent = topics(&one_topic(), &item(10010));
    assert!(matches!(absent, Ok(Answer::Done(found)) if found == TopicsFound::default()));
    let Ok(Answer::Done(found)) = topics(&one_topic(), &item(110_003)) else {
        panic!("it was deleted");
    };
    assert_eq!(found.deleted, [KnownTopicId::parse(TOPIC).unwrap()]);
    // Of two that were asked for, an item without an ID may be about either.
    let both = [TOPIC, OTHER_TOPIC].map(|id| KnownTopicId::parse(id).unwrap());
    let both = GetTopic::of(group(GROUP), both.into()).unwrap();
    for answer in [
        topics(&one_topic(), &item(10002)),
        topics(&both, &json!([{"ErrorCode": 10002}])),
    ] {
        assert!(
            matches!(&answer, Ok(Answer::Refused(refusal)) if refusal.code.get() == 10002),
            "{answer:?}"
        );
    }
}

#[test]
fn without_a_list_a_community_has_no_topics_and_of_a_single_one_nothing_is_said() {
    let all = topics(&GetTopic::all(group(GROUP)), &Value::Null);
    assert!(matches!(all, Ok(Answer::Done(found)) if found.topics.is_empty()));
    let one = topics(&one_topic(), &Value::Null);
    assert_eq!(one.unwrap_err(), UnreadableReason::NotEnvelope);
}

#[test]
fn a_success_that_does_not_say_of_what_is_no_answer() {
    let topic = topics(&one_topic(), &json!([{"ErrorCode": 0, "TopicInfo": {}}]));
    assert_eq!(topic.unwrap_err(), UnreadableReason::WithoutId);
    let group = groups(&json!([{"ErrorCode": 0, "Name": "Riverside"}]));
    assert_eq!(group.unwrap_err(), UnreadableReason::WithoutId);
}

#[test]
fn a_community_that_could_not_be_looked_up_is_not_taken_for_one_that_is_not_there() {
    for item in [
        json!({"ErrorCode": 10002, "ErrorInfo": "busy"}),
        json!({"ErrorCode": 10002, "ErrorInfo": "busy", "GroupId": GROUP}),
    ] {
        let answer = groups(&json!([item]));
        assert!(
            matches!(&answer, Ok(Answer::Refused(refusal)) if refusal.code.get() == 10002),
            "{answer:?}"
        );
    }
    for item in [
        json!({"ErrorCode": 10010, "ErrorInfo": "not exist"}),
        json!({"ErrorCode": 10015, "ErrorInfo": "invalid", "GroupId": GROUP}),
        json!({"ErrorCode": 10002, "ErrorInfo": "busy", "GroupId": OTHER_GROUP}),
        json!({"ErrorCode": 0, "GroupId": OTHER_GROUP}),
    ] {
        let answer = groups(&json!([item]));
        assert!(
            matches!(&answer, Ok(Answer::Done(found)) if found.groups.is_empty()),
            "{answer:?}"
        );
    }
}
