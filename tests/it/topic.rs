//! Topics to import, and whether they arrived as they were sent.

use topic_import_core::{DraftAccount, FromAccount, ImportTopic, TopicDraft};
use topic_import_emulator::{Account, State, Topic};

pub(crate) const GROUP: &str = "@TGS#_riverside";

/// A topic with every field. `name` tells it from others, and makes its `TopicId` if it is to have one.
pub(crate) fn topic(name: &str, with_topic_id: bool) -> ImportTopic {
    let mut draft = TopicDraft::new(GROUP, name);
    draft.group_type = Some("Community".to_owned());
    draft.topic_id = with_topic_id.then(|| format!("{GROUP}@TOPIC#_{name}"));
    draft.from_account = Some(DraftAccount::Text("founder".to_owned()));
    draft.custom_string = Some(format!("{{\"of\": \"{name}\", \"quote\": \"\\\"\"}}"));
    draft.face_url = Some("https://example.com/话题.png?size=2&x=%20".to_owned());
    draft.notification = Some("mind the gap\nand the step 注意".to_owned());
    draft.introduction = Some(format!("all about {name}"));
    draft.create_time = Some(1_448_357_837);
    draft.validate().unwrap()
}

/// The same with another introduction and another time.
pub(crate) fn altered(topic: &ImportTopic) -> ImportTopic {
    let mut draft = TopicDraft::from(topic.clone());
    draft.introduction = Some("about something else".to_owned());
    draft.create_time = Some(7);
    draft.validate().unwrap()
}

/// What the emulator has under the topic's ID or, where it was given none, under its name.
pub(crate) fn found(topic: &ImportTopic, state: &State) -> Vec<Topic> {
    if let Some(id) = topic.topic_id() {
        return state.topic(id.as_str()).into_iter().collect();
    }
    let of_name = |there: &Topic| *there.profile.topic_name == *topic.topic_name.as_str();
    state.topics().into_iter().filter(of_name).collect()
}

/// Whether every field arrived as it was sent.
pub(crate) fn is_equal(topic: &ImportTopic, there: &Topic) -> bool {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let account = match &there.profile.from_account {
        None => None,
        Some(Account::Number(number)) => Some(FromAccount::Number(*number)),
        Some(Account::Text(text)) => Some(FromAccount::Text(text.parse().unwrap())),
        Some(other) => panic!("an account of an unknown form: {other}"),
    };
    let profile = &there.profile;
    there.group_id == topic.group_id().as_str()
        && *profile.topic_name == *topic.topic_name.as_str()
        && account == topic.from_account
        && text(profile.custom_string.as_deref())
            == text(topic.custom_string.as_ref().map(AsRef::as_ref))
        && text(profile.face_url.as_deref()) == text(topic.face_url.as_ref().map(AsRef::as_ref))
        && text(profile.notification.as_deref())
            == text(topic.notification.as_ref().map(AsRef::as_ref))
        && text(profile.introduction.as_deref())
            == text(topic.introduction.as_ref().map(AsRef::as_ref))
        && topic
            .create_time
            .is_none_or(|time| time.unix_seconds() == profile.create_time)
}
