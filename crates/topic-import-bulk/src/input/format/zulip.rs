//! Zulip: the `stream_index.json` of zulip-archive, streams with their topics.

use topic_import_core::Field;

use crate::input::format::Export;
use crate::input::format::channel::Channel;
use crate::input::groups::Source;
use crate::input::left_out::LeftOutReason;
use crate::input::problem::ProblemRule;
use crate::input::text::json_document::{Shape, Step};

pub(super) const SHAPE: Shape = Shape {
    ways: &[
        &[
            Step::Key("streams"),
            Step::AnyKey,
            Step::Key("topic_data"),
            Step::AnyKey,
        ],
        &[Step::Key("streams"), Step::AnyKey, Step::Key("id")],
    ],
    wanted: "a stream_index.json of zulip-archive: it has no `streams`",
    rule: ProblemRule::OtherSystem,
};

/// Makes a draft of a topic whose stream and name stand in it beside what the export says of it. All of them become topics.
pub(super) fn read(mut topic: Channel<'_>) -> Option<LeftOutReason> {
    let stream = topic.text_at("stream").map(ToOwned::to_owned);
    topic.draft.source = Some(Source::new("stream", stream));
    topic.take(Field::TopicName, &["topic"]);
    let members = ["stream_id", "stream", "topic"].map(|name| (name, topic.at(&[name])));
    topic.keep_id(Export::Zulip, &members);
    topic.take_mapped();
    None
}
