//! Discord: a guild with its channels, or the channels alone, as the API gives them.

use serde_json::Value;
use topic_import_core::Field;

use crate::input::field::lenient::integer;
use crate::input::format::Export;
use crate::input::format::channel::Channel;
use crate::input::groups::Source;
use crate::input::left_out::LeftOutReason;
use crate::input::problem::{Problem, ProblemRule, excerpt};
use crate::input::text::json_document::{Shape, Step};

/// A guild keeps its threads beside its channels: they are read to be counted.
pub(super) const SHAPE: Shape = Shape {
    ways: &[
        &[Step::Item],
        &[Step::Key("channels"), Step::Item],
        &[Step::Key("threads"), Step::Item],
        &[Step::Key("d"), Step::Key("channels"), Step::Item],
        &[Step::Key("d"), Step::Key("threads"), Step::Item],
    ],
    wanted: "a guild of Discord with its `channels`, nor a list of channels",
    rule: ProblemRule::OtherSystem,
};

/// The first second of 2015, from which Discord counts milliseconds.
const EPOCH_MILLISECONDS: u64 = 1_420_070_400_000;
const SEQUENCE_BITS: u32 = 22;

/// Makes a draft of a channel, or says why it becomes no topic.
pub(super) fn read(mut channel: Channel<'_>) -> Option<LeftOutReason> {
    if let Some(reason) = kept_out(&channel) {
        return Some(reason);
    }
    let is_archived = channel.says("archived") || channel.says("deleted");
    if let Some(archived) = channel.archived(is_archived) {
        return Some(archived);
    }
    channel.draft.source = Some(Source::new("guild", None));
    channel.take(Field::TopicName, &["name"]);
    channel.take(Field::Notification, &["topic"]);
    let id = channel.at(&["id"]);
    if !channel.mapped.has(Field::CreateTime)
        && let Some(id) = id
    {
        if let Some(id) = integer(Some(id)) {
            channel.draft.topic.create_time = Some(created(id));
        } else {
            let problem = no_snowflake(channel.draft.line, id);
            channel.draft.problems.push(problem);
        }
    }
    channel.keep_id(Export::Discord, &[("id", id)]);
    channel.take_mapped();
    None
}

/// The types of channels are listed in Discord's documents (Channel Resource, Channel Types). One without a type is
/// taken for text.
fn kept_out(channel: &Channel<'_>) -> Option<LeftOutReason> {
    let kind = channel.at(&["type"])?;
    match integer(Some(kind)) {
        // Text, announcements, forum, media.
        Some(0 | 5 | 15 | 16) => None,
        // With one person, with several.
        Some(1 | 3) => Some(LeftOutReason::Direct),
        // Voice, stage.
        Some(2 | 13) => Some(LeftOutReason::Voice),
        Some(4) => Some(LeftOutReason::Category),
        // Of an announcement, public, private.
        Some(10..=12) => Some(LeftOutReason::Thread),
        // A directory, a store, and what is not known yet.
        _ => Some(LeftOutReason::Other),
    }
}

/// The second in which an ID was given out.
fn created(id: u64) -> i64 {
    let milliseconds = (id >> SEQUENCE_BITS) + EPOCH_MILLISECONDS;
    // 42 bits of milliseconds end in the year 2154.
    i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX)
}

fn no_snowflake(line: u64, id: &Value) -> Problem {
    let found = id.to_string();
    Problem {
        line,
        element: None,
        field: Some(Field::CreateTime.name().into()),
        rule: ProblemRule::OtherSystem,
        limit: Value::Null,
        found: excerpt(&found).into(),
        message: format!(
            "cannot be told: `.id` is {}, and no ID of Discord",
            excerpt(&found)
        )
        .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_id_tells_its_second() {
        // The example of Discord's documents.
        assert_eq!(created(175_928_847_299_117_063), 1_462_015_105);
        assert_eq!(created(0), 1_420_070_400);
        assert!(created(u64::MAX) > 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn every_moment_comes_back_whatever_the_rest_of_the_id(
            milliseconds in EPOCH_MILLISECONDS..EPOCH_MILLISECONDS + (1 << 42),
            rest in 0_u64..1 << SEQUENCE_BITS,
        ) {
            let id = ((milliseconds - EPOCH_MILLISECONDS) << SEQUENCE_BITS) | rest;
            prop_assert_eq!(u64::try_from(created(id)).unwrap(), milliseconds / 1000);
        }
    }
}
