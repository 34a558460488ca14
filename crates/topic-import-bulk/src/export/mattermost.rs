//! Mattermost: the channels of a bulk export.

use topic_import_core::Field;

use super::{Channel, Export};
use crate::foreign::integer;
use crate::groups::Source;
use crate::left_out::LeftOutReason;

/// Makes a draft of a channel, or says why it becomes no topic.
pub(super) fn read(mut channel: Channel<'_>) -> Option<LeftOutReason> {
    if matches!(channel.text_at("type"), Some("D" | "G")) {
        return Some(LeftOutReason::Direct);
    }
    let is_deleted = |name| integer(channel.at(&[name])).is_some_and(|time| time > 0);
    let is_archived = is_deleted("deleted_at") || is_deleted("delete_at");
    if let Some(archived) = channel.archived(is_archived) {
        return Some(archived);
    }
    let team = channel.text_at("team").map(ToOwned::to_owned);
    channel.draft.source = Some(Source::new("team", team));
    // `name` is what stands in addresses; people see `display_name`.
    let has_display_name = channel.text_at("display_name") != Some("");
    if has_display_name && channel.at(&["display_name"]).is_some() {
        channel.take(Field::TopicName, &["display_name"]);
    } else {
        channel.take(Field::TopicName, &["name"]);
    }
    channel.take(Field::Notification, &["header"]);
    channel.take(Field::Introduction, &["purpose"]);
    channel.take(Field::CreateTime, &["create_at"]);
    let members = ["id", "team", "name"].map(|name| (name, channel.at(&[name])));
    channel.keep_id(Export::Mattermost, &members);
    channel.take_mapped();
    None
}
