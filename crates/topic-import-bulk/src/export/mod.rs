//! Lists of channels as other chat systems export them.

mod discord;
mod document_rows;
mod mattermost;
mod mattermost_rows;
mod slack;
mod zulip;

pub(crate) use document_rows::{DocumentRows, ElementKind};
pub(crate) use mattermost_rows::MattermostRows;

use serde_json::Value;
use topic_import_core::Field;

use crate::foreign::{is_true, with_line_feeds};
use crate::left_out::LeftOutReason;
use crate::mapping::Mapped;
use crate::problem::Problem;
use crate::row::Draft;

/// A chat system whose list of channels can be read as it was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a further one must be handled everywhere"
)]
pub enum Export {
    /// The `channels.json` of a workspace export: a list of channels.
    Slack,
    /// A guild object of the API, bare or as the event `GUILD_CREATE` carries it, or its list of channels.
    Discord,
    /// A bulk export: JSONL in which each line says what it holds.
    Mattermost,
    /// The `stream_index.json` of zulip-archive.
    Zulip,
}

impl Export {
    /// Every one of them.
    pub const ALL: [Self; 4] = [Self::Slack, Self::Discord, Self::Mattermost, Self::Zulip];

    /// Its name in arguments: `slack`, `discord`, `mattermost`, `zulip`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Mattermost => "mattermost",
            Self::Zulip => "zulip",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|export| export.name() == name)
    }

    /// Whether an export holds several of what can become a community.
    pub const fn has_several_groups(self) -> bool {
        match self {
            Self::Slack | Self::Discord => false,
            Self::Mattermost | Self::Zulip => true,
        }
    }
}

/// What a part of an export becomes.
enum Become {
    Topic(Box<Draft>),
    LeftOut(LeftOutReason),
    Nothing,
}

impl Become {
    fn of(draft: Draft, left_out: Option<LeftOutReason>) -> Self {
        left_out.map_or_else(|| Self::Topic(Box::new(draft)), Self::LeftOut)
    }

    fn unreadable(problem: Problem) -> Self {
        Self::Topic(Box::new(Draft::unreadable(problem)))
    }
}

/// A channel of an export on its way to be a draft.
struct Channel<'a> {
    value: &'a Value,
    draft: &'a mut Draft,
    mapped: &'a mut Mapped,
    clean: fn(&str) -> String,
    is_archived_wanted: bool,
}

impl<'a> Channel<'a> {
    fn new(
        value: &'a Value,
        draft: &'a mut Draft,
        mapped: &'a mut Mapped,
        is_archived_wanted: bool,
    ) -> Self {
        draft.is_converted = true;
        Self {
            value,
            draft,
            mapped,
            clean: with_line_feeds,
            is_archived_wanted,
        }
    }

    /// What stands there; null is nothing.
    fn at(&self, names: &[&str]) -> Option<&'a Value> {
        let value = names
            .iter()
            .try_fold(self.value, |value, name| value.get(name));
        value.filter(|value| !value.is_null())
    }

    fn text_at(&self, name: &str) -> Option<&'a str> {
        self.at(&[name]).and_then(Value::as_str)
    }

    fn says(&self, name: &str) -> bool {
        is_true(self.at(&[name]))
    }

    /// Sets a field from what stands there, unless another place is mapped to it.
    fn take(&mut self, field: Field, names: &[&str]) {
        if let Some(value) = self.at(names)
            && !self.mapped.has(field)
        {
            let path = format!(".{}", names.join("."));
            self.draft.take(field, &path, value, self.clean);
        }
    }

    fn take_mapped(&mut self) {
        self.mapped.apply(self.draft, self.value, self.clean);
    }

    /// Keeps in `CustomString` what the channel is identified by where it comes from: compact JSON, the source first.
    fn keep_id(&mut self, export: Export, members: &[(&str, Option<&Value>)]) {
        if self.mapped.has(Field::CustomString) || members.iter().all(|(_, value)| value.is_none())
        {
            return;
        }
        let mut json = format!("{{\"source\":\"{}\"", export.name());
        for (name, value) in members {
            if let Some(value) = value {
                json = format!("{json},\"{name}\":{value}");
            }
        }
        json.push('}');
        self.draft.topic.custom_string = Some(json);
    }

    fn archived(&self, is_archived: bool) -> Option<LeftOutReason> {
        (is_archived && !self.is_archived_wanted).then_some(LeftOutReason::Archived)
    }
}
