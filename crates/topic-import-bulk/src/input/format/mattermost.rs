//! Mattermost: the channels of a bulk export, whose lines each say what they hold.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::Value;
use topic_import_core::Field;

use crate::input::draft::Draft;
use crate::input::element::Element;
use crate::input::field::lenient::{integer, kind};
use crate::input::format::Export;
use crate::input::format::channel::{Become, Channel};
use crate::input::format::jsonl;
use crate::input::groups::Source;
use crate::input::left_out::{LeftOut, LeftOutReason};
use crate::input::mapped::Mapped;
use crate::input::problem::{Problem, ProblemRule};
use crate::input::row_reader::RowReader;
use crate::input::text::legible::legible;
use crate::input::text::lines::{Line, Lines};

/// Reads a draft from every line that is a channel. Teams, users, posts and whatever else an export holds are no
/// channels: they are passed over.
#[derive(Debug)]
pub(crate) struct MattermostRows<R> {
    lines: Lines<R>,
    mapped: Mapped,
    is_archived_wanted: bool,
    left_out: LeftOut,
}

/// A line as far as it concerns channels.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    channel: Value,
}

impl<R: BufRead> MattermostRows<R> {
    pub(crate) fn new(reader: R, mapped: Mapped, is_archived_wanted: bool) -> io::Result<Self> {
        Ok(Self {
            lines: Lines::new(reader)?,
            mapped,
            is_archived_wanted,
            left_out: LeftOut::default(),
        })
    }
}

impl<R: BufRead> RowReader for MattermostRows<R> {
    fn next(&mut self) -> io::Result<Option<Draft>> {
        while let Some((number, line)) = self.lines.next()? {
            let found = match line {
                Line::Whole(text) if text.trim_ascii().is_empty() => Become::Nothing,
                Line::Whole(text) => read(number, text, &mut self.mapped, self.is_archived_wanted),
                Line::TooLong => too_long(number, self.lines.head()),
            };
            match found {
                Become::Topic(draft) => return Ok(Some(*draft)),
                Become::LeftOut(reason) => self.left_out.add(reason),
                Become::Nothing => {}
            }
        }
        Ok(None)
    }

    /// The line of the last draft; `None` where it was passed over.
    fn as_read(&self) -> Option<String> {
        let line = legible(self.lines.last());
        (!line.is_empty()).then(|| line.trim().to_owned())
    }

    fn closing_problems(&self) -> Vec<Problem> {
        self.mapped.problems()
    }

    fn left_out(&self) -> LeftOut {
        self.left_out
    }

    fn read_on(&mut self) -> io::Result<()> {
        self.lines.read_on()
    }
}

fn read(number: u64, text: &[u8], mapped: &mut Mapped, is_archived_wanted: bool) -> Become {
    let entry = match serde_json::from_slice::<Entry>(text) {
        Ok(entry) => entry,
        Err(error) => return Become::unreadable(not_an_entry(number, text, &error)),
    };
    match &*entry.kind {
        "channel" if entry.channel.is_object() => {}
        "channel" => {
            let found = kind(&entry.channel);
            let message = format!("`channel` is {found}: it must be an object");
            return Become::unreadable(Problem::syntax(number, message));
        }
        other => return no_channel(other),
    }
    let mut draft = Draft::new(number);
    let name = entry.channel.get("name").and_then(Value::as_str);
    draft.element = Some(Box::new(Element::new("channel", None, name)));
    let channel = Channel::new(&entry.channel, &mut draft, mapped, is_archived_wanted);
    let reason = read_channel(channel);
    Become::of(draft, reason)
}

/// Makes a draft of a channel, or says why it becomes no topic.
fn read_channel(mut channel: Channel<'_>) -> Option<LeftOutReason> {
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

fn no_channel(kind: &str) -> Become {
    match kind {
        "direct_channel" => Become::LeftOut(LeftOutReason::Direct),
        _ => Become::Nothing,
    }
}

/// A post with all its replies may be longer than any channel is.
fn too_long(number: u64, head: &[u8]) -> Become {
    match kind_of_head(head) {
        Some("channel") | None => Become::unreadable(jsonl::too_long(number)),
        Some(other) => no_channel(other),
    }
}

/// What a line says that it holds, where it says so first.
fn kind_of_head(head: &[u8]) -> Option<&str> {
    let head = &head[..head.utf8_chunks().next()?.valid().len()];
    let head = std::str::from_utf8(head).ok()?;
    let after_key = head.trim_start().strip_prefix('{')?.trim_start();
    let after_colon = after_key
        .strip_prefix("\"type\"")?
        .trim_start()
        .strip_prefix(':')?;
    let (kind, _) = after_colon
        .trim_start()
        .strip_prefix('"')?
        .split_once('"')?;
    Some(kind)
}

fn not_an_entry(number: u64, text: &[u8], error: &serde_json::Error) -> Problem {
    if error.is_data() {
        let message = "does not say what it holds: a line of a Mattermost bulk export has a `type`";
        return Problem {
            rule: ProblemRule::OtherSystem,
            ..Problem::syntax(number, message)
        };
    }
    jsonl::not_a_row(number, text, error)
}
