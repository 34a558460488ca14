//! Slack: the `channels.json` of a workspace export, or an answer of `conversations.list`.

use topic_import_core::Field;

use crate::input::field::lenient::{integer, with_line_feeds};
use crate::input::format::Export;
use crate::input::format::channel::Channel;
use crate::input::groups::Source;
use crate::input::left_out::LeftOutReason;
use crate::input::problem::{Problem, ProblemRule};
use crate::input::text::json_document::{Shape, Step};

pub(super) const SHAPE: Shape = Shape {
    ways: &[&[Step::Item], &[Step::Key("channels"), Step::Item]],
    wanted: "a list of channels as Slack exports it (channels.json)",
    rule: ProblemRule::OtherSystem,
};

/// Makes a draft of a channel, or says why it becomes no topic.
pub(super) fn read(mut channel: Channel<'_>) -> Option<LeftOutReason> {
    if is_direct(&channel) {
        return Some(LeftOutReason::Direct);
    }
    let is_archived = channel.says("is_archived") || channel.says("is_deleted");
    if let Some(archived) = channel.archived(is_archived) {
        return Some(archived);
    }
    if channel
        .at(&["id"])
        .is_some_and(|id| integer(Some(id)).is_some())
    {
        let message = "`.id` is a number, and no ID of Slack";
        let problem = Problem {
            rule: ProblemRule::OtherSystem,
            ..Problem::syntax(channel.draft.line, message)
        };
        channel.draft.problems.push(problem);
        return None;
    }
    channel.clean = plain;
    channel.draft.source = Some(Source::new("workspace", None));
    channel.take(Field::TopicName, &["name"]);
    channel.take(Field::Notification, &["topic", "value"]);
    channel.take(Field::Introduction, &["purpose", "value"]);
    channel.take(Field::CreateTime, &["created"]);
    let id = channel.at(&["id"]);
    channel.keep_id(Export::Slack, &[("id", id)]);
    channel.take_mapped();
    None
}

/// `dms.json` has no names, and its IDs begin with a D.
fn is_direct(channel: &Channel<'_>) -> bool {
    let is_unnamed_d = channel.at(&["name"]).is_none()
        && channel.text_at("id").is_some_and(|id| id.starts_with('D'));
    channel.says("is_im") || channel.says("is_mpim") || is_unnamed_d
}

/// Slack escapes three characters in every text, and no others.
fn plain(text: &str) -> String {
    const ENTITIES: [(&str, char); 3] = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>')];
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let entity = ENTITIES.iter().find(|(name, _)| rest.starts_with(name));
        let (length, character) =
            entity.map_or((1, '&'), |(name, character)| (name.len(), *character));
        plain.push(character);
        rest = &rest[length..];
    }
    plain.push_str(rest);
    with_line_feeds(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_entity_is_decoded_once_and_others_are_text() {
        for (text, expected) in [
            ("R&amp;D &lt;3 &gt;2", "R&D <3 >2"),
            ("&amp;lt;", "&lt;"),
            ("&amp;amp;", "&amp;"),
            ("&quot;&#39;&nbsp;&;&", "&quot;&#39;&nbsp;&;&"),
            ("a\r\nb\rc", "a\nb\rc"),
        ] {
            assert_eq!(plain(text), expected);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn what_slack_escapes_comes_back(text in "[&<>;a-z\n道]{0,24}") {
            let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            prop_assert_eq!(plain(&escaped), text);
        }
    }
}
