//! How rows are written down: one file for each format.

pub(crate) mod channel;
mod detect;
mod discord;
pub(crate) mod document;
pub(crate) mod jsonl;
pub(crate) mod mattermost;
mod slack;
pub(crate) mod table;
mod zulip;

/// How rows are written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a further one must be handled everywhere"
)]
pub enum Format {
    /// A JSON object on each line.
    Jsonl,
    /// Comma-separated values, the fields' names in the first record; or separated by semicolons or tabs.
    Csv,
    /// A spreadsheet (`.xlsx`, `.xls`, `.ods`), the fields' names in the first row.
    Spreadsheet,
    /// One JSON document: a list of objects, or an object that holds one.
    Json,
    /// As another chat system exported it.
    Export(Export),
}

impl Format {
    /// Its name in arguments: `jsonl`, `csv`, `spreadsheet`, `json`, or that of the chat system.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Spreadsheet => "spreadsheet",
            Self::Json => "json",
            Self::Export(export) => export.name(),
        }
    }
}

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
