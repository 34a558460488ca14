//! Rows that are lines of a Mattermost bulk export.

use std::io::{self, BufRead};

use serde::Deserialize;
use serde_json::Value;

use super::{Become, Channel, mattermost};
use crate::element::Element;
use crate::foreign::kind;
use crate::json;
use crate::left_out::{LeftOut, LeftOutReason};
use crate::line::{Line, Lines};
use crate::mapping::Mapped;
use crate::problem::Problem;
use crate::row::{Draft, legible};

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

    pub(crate) fn next(&mut self) -> io::Result<Option<Draft>> {
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
    pub(crate) fn as_read(&self) -> Option<String> {
        let line = legible(self.lines.last());
        (!line.is_empty()).then(|| line.trim().to_owned())
    }

    pub(crate) fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    pub(crate) fn mapped(&self) -> &Mapped {
        &self.mapped
    }

    pub(crate) fn into_reader(self) -> R {
        self.lines.into_reader()
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
    let reason = mattermost::read(channel);
    Become::of(draft, reason)
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
        Some("channel") | None => Become::unreadable(json::too_long(number)),
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
        return Problem::syntax(
            number,
            "does not say what it holds: a line of a Mattermost bulk export has a `type`: check the file and --from",
        );
    }
    json::not_a_row(number, text, error)
}
