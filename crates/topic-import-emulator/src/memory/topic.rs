use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands between a group's ID and a topic's own part of its ID \[G\].
pub(crate) const TOPIC_MARK: &str = "@TOPIC#_";

/// A topic that the emulator holds, as it was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Topic {
    /// `TopicId`, whole.
    pub topic_id: String,
    /// `GroupId` of the community it belongs to.
    pub group_id: String,
    /// What the import said of it.
    pub profile: Profile,
    /// How often an import of this `TopicId` was tried, those included that were refused or that a fault hit.
    pub tries: u32,
}

/// The fields of a topic that an import sets. `None`: the field was not sent.
///
/// As JSON, its fields have the API's names; those that were not sent are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Profile {
    /// `TopicName`.
    #[serde(rename = "TopicName")]
    pub topic_name: String,
    /// `From_Account`: the account that creates the topic.
    #[serde(rename = "From_Account", skip_serializing_if = "Option::is_none")]
    pub from_account: Option<Account>,
    /// `CustomString`.
    #[serde(rename = "CustomString", skip_serializing_if = "Option::is_none")]
    pub custom_string: Option<String>,
    /// `FaceUrl`.
    #[serde(rename = "FaceUrl", skip_serializing_if = "Option::is_none")]
    pub face_url: Option<String>,
    /// `Notification`.
    #[serde(rename = "Notification", skip_serializing_if = "Option::is_none")]
    pub notification: Option<String>,
    /// `Introduction`.
    #[serde(rename = "Introduction", skip_serializing_if = "Option::is_none")]
    pub introduction: Option<String>,
    /// `CreateTime` in Unix seconds: as sent, else the time of the request.
    #[serde(rename = "CreateTime")]
    pub create_time: u32,
}

/// An account in either form that an import may give it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Account {
    /// As a JSON number \[S\].
    Number(u64),
    /// As a JSON string: a user ID \[T\].
    Text(String),
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}
