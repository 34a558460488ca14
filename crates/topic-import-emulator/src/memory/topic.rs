use std::fmt;

use serde::{Deserialize, Serialize};

/// The separator between the group's ID and the custom part in a `TopicId` \[G\].
pub(crate) const TOPIC_MARK: &str = "@TOPIC#_";

/// A topic as it was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Topic {
    /// The whole `TopicId`, group included.
    pub topic_id: String,
    /// The `GroupId` of the topic's community.
    pub group_id: String,
    /// The other fields that the import set.
    pub profile: Profile,
    /// How often an import with this `TopicId` was tried, including tries that were refused or hit by a fault.
    pub tries: u32,
}

/// The fields of a topic that an import sets. `None` means that the field was not sent.
///
/// As JSON, the fields have the API's names, and fields that were not sent are left out.
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
    /// `CreateTime` in Unix seconds; the time of the request if it was not sent.
    #[serde(rename = "CreateTime")]
    pub create_time: u32,
}

/// An account, in either of the forms that an import accepts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Account {
    /// A JSON number \[S\].
    Number(u64),
    /// A JSON string that is a user ID \[T\].
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
