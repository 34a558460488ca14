//! Derives an ID for a topic that has none from the topic's content. The same input thus gets the same IDs on any
//! machine and any day, and importing it twice changes nothing.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use topic_import_core::{GroupId, ImportTopic, TopicId, Violations};

/// How many bytes of the hash an ID contains, as two digits each: enough that tens of millions of topics of one group
/// do not collide.
const HASH_BYTES: usize = 10;

/// Who chooses the IDs of topics whose rows have no `TopicId`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TopicIds {
    /// This crate derives them from the row's content. If an answer is lost, the call can be repeated safely, and
    /// importing again imports nothing twice.
    #[default]
    Derived,
    /// This crate, but only for the topics of an export, from the ID that each has there; the others have none.
    OfExports,
    /// The service chooses them. If an answer is lost, nobody can tell whether the topic was created, and importing
    /// again imports it a second time.
    Service,
}

/// Derives the ID of a topic that has none: `{GroupId}@TOPIC#_{hash}`, where the hash is the beginning of the SHA-256
/// of the request's JSON, in hexadecimal digits. `of_equals` appends `-2` for the second topic of the same content,
/// and so on.
fn derive(topic: &ImportTopic) -> Result<TopicId, Violations> {
    TopicId::of(topic.group_id(), &hash(topic))
}

/// The beginning of the hash of what a topic is, in hexadecimal digits.
pub(crate) fn hash(topic: &ImportTopic) -> String {
    let content = serde_json::to_vec(topic).expect("a request is JSON");
    hashed(&content)
}

/// The beginning of a hash, in hexadecimal digits.
fn hashed(content: &[u8]) -> String {
    let mut digits = String::with_capacity(2 * HASH_BYTES);
    for byte in &Sha256::digest(content)[..HASH_BYTES] {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// The ID of a topic that has one where it comes from: `{GroupId}@TOPIC#_{own ID}`, in which the source is named. An own
/// ID that cannot stand there is hashed, and only the source's name stays.
pub(crate) fn of_own(group_id: &GroupId, own_id: &str) -> Result<TopicId, Violations> {
    TopicId::of(group_id, own_id).or_else(|_| {
        let source = own_id.split_once('-').map_or("", |(source, _)| source);
        TopicId::of(group_id, &format!("{source}-{}", hashed(own_id.as_bytes())))
    })
}

/// A topic of an export under its own ID, or else under the one that it has where it comes from.
pub(crate) fn named_by_source(topic: ImportTopic, own_id: &str) -> ImportTopic {
    if topic.topic_id().is_some() {
        return topic;
    }
    match of_own(topic.group_id(), own_id) {
        Ok(id) => under(topic, id),
        Err(_) => topic,
    }
}

/// The topic with its own ID or, if it has none, with the derived one.
pub(crate) fn named(topic: ImportTopic) -> ImportTopic {
    if topic.topic_id().is_some() {
        return topic;
    }
    // No group's ID is so long that a derived one does not fit; if one were, the service would choose the ID.
    match derive(&topic) {
        Ok(id) => under(topic, id),
        Err(_) => topic,
    }
}

/// Numbers a topic that is one of several equal ones: appends its place among them to its derived ID.
pub(crate) fn of_equals(topic: ImportTopic, ordinal: u64) -> ImportTopic {
    let id = topic
        .topic_id()
        .and_then(|first| TopicId::parse(format!("{first}-{ordinal}")).ok());
    match id {
        Some(id) => under(topic, id),
        None => topic,
    }
}

fn under(topic: ImportTopic, id: TopicId) -> ImportTopic {
    topic
        .with_topic_id(id)
        .expect("an ID that was made from a topic's group belongs to it")
}

#[cfg(test)]
mod tests {
    use super::*;
    use topic_import_core::TopicDraft;

    fn topic(json: &str) -> ImportTopic {
        let draft: TopicDraft = serde_json::from_str(json).unwrap();
        draft.validate().unwrap()
    }

    /// Topics with such IDs exist in the service, so no version may derive different ones.
    #[test]
    fn the_same_content_has_the_same_id_for_ever() {
        for (json, id) in VECTORS {
            assert_eq!(derive(&topic(json)).unwrap().as_str(), *id, "{json}");
        }
    }

    const VECTORS: &[(&str, &str)] = &[
        (
            r#"{"GroupId":"@TGS#_a","TopicName":"General"}"#,
            "@TGS#_a@TOPIC#_995431b337a1aba08190",
        ),
        (
            r#"{"TopicName":"General","GroupId":"@TGS#_a"}"#,
            "@TGS#_a@TOPIC#_995431b337a1aba08190",
        ),
        (
            r#"{"Type":"Community","GroupId":"@TGS#_a","TopicName":"话题 \u0000\"","From_Account":7,"CustomString":"{}","FaceUrl":"f","Notification":"n","Introduction":"i\n","CreateTime":1448357837}"#,
            "@TGS#_a@TOPIC#_95a37bcfdb7e0dcc53b3",
        ),
        (
            r#"{"GroupId":"@TGS#_a","TopicName":"General","From_Account":"7"}"#,
            "@TGS#_a@TOPIC#_3867d9125b896af7acfd",
        ),
        (
            r#"{"GroupId":"@TGS#_a@TOPIC#_@TOPIC#z","TopicName":"General"}"#,
            "@TGS#_a@TOPIC#_@TOPIC#z@TOPIC#_8a4f93650238f4db71f6",
        ),
    ];

    #[test]
    fn equal_topics_are_told_apart_by_a_number() {
        let topic = topic(r#"{"GroupId":"@TGS#_a","TopicName":"General"}"#);
        let first = named(topic);
        let id = first.topic_id().unwrap().clone();
        let second = of_equals(first, 2);
        assert_eq!(second.topic_id().unwrap().as_str(), format!("{id}-2"));
    }

    #[test]
    fn a_topic_of_an_export_has_the_id_that_it_has_there_whatever_its_texts() {
        let id = |json: &str, own_id| {
            let named = named_by_source(topic(json), own_id);
            named.topic_id().unwrap().as_str().to_owned()
        };
        let before = r#"{"GroupId":"@TGS#_a","TopicName":"General"}"#;
        let after = r#"{"GroupId":"@TGS#_a","TopicName":"General","Introduction":"all"}"#;
        assert_eq!(id(before, "slack-C0A"), "@TGS#_a@TOPIC#_slack-C0A");
        assert_eq!(id(before, "slack-C0A"), id(after, "slack-C0A"));
        // These cannot stand in an ID, and must be told apart for ever.
        let long = format!("zulip-1-{}", "x".repeat(100));
        for (own_id, hashed) in [
            ("zulip-1-道", "e0d22a1c8758382dc8e5"),
            (&*long, "27486dbf474c1c87b5f6"),
        ] {
            assert_eq!(id(before, own_id), format!("@TGS#_a@TOPIC#_zulip-{hashed}"));
        }
        let own = r#"{"GroupId":"@TGS#_a","TopicName":"General","TopicId":"@TGS#_a@TOPIC#_x"}"#;
        assert_eq!(id(own, "slack-C0A"), "@TGS#_a@TOPIC#_x");
    }

    #[test]
    fn every_group_has_room_for_a_derived_id() {
        let group = GroupId::parse(format!("@TGS#_{}", "g".repeat(42))).unwrap();
        let topic = topic(&format!(r#"{{"GroupId":"{group}","TopicName":"n"}}"#));
        let first = named(topic);
        let last = of_equals(first.clone(), 999_999_999_999_999);
        assert!(first.topic_id().is_some() && last != first);
    }
}
