//! Reports the rows of a journal: for people to read, as a map for the next step of a migration, and as an input to
//! correct and import again.

mod error;
pub(crate) mod row_format;
mod row_map;
mod rows_to_correct;

pub use error::ReportError;
pub use row_format::RowFormat;
pub use row_map::RowMap;
pub use rows_to_correct::RowsToCorrect;

use serde::Serialize;
use serde_json::{Map, Value};
use topic_import_core::{Field, KnownTopicId, TopicDraft};

use crate::journal::{Cause, JournalError, RowPlace, StoredRow};
use crate::outcome::Outcome;
use crate::request::Kind;

/// A row of a journal as it is reported: which topic or community, where it is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ReportedRow {
    /// Where it stands in the input: `line` in JSON and, if the input is several files, `file`.
    #[serde(flatten)]
    pub place: RowPlace,
    /// What it is.
    #[serde(rename = "kind")]
    pub kind: Kind,
    /// `GroupId`; `None` if an invalid row does not show it.
    pub group_id: Option<String>,
    /// The topic's ID, or the one that it would get; `None` if the service has not chosen it yet, or if an invalid row
    /// does not show it.
    pub topic_id: Option<String>,
    /// `TopicName`; `None` if an invalid row does not show it.
    pub topic_name: Option<String>,
    /// A community's `Name`, where it can be told; not part of a topic's JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What has become of the row so far.
    #[serde(rename = "outcome")]
    pub outcome: Outcome,
    /// Why it is not there, where somebody said so: `code` and `message` in JSON.
    #[serde(flatten)]
    pub cause: Cause,
    /// `CustomString`, in which an app may keep its former ID of the topic; not part of the row's JSON.
    #[serde(skip)]
    pub custom_string: Option<String>,
}

impl ReportedRow {
    /// What people call it: `TopicName` or `Name`, where it can be told.
    pub fn called(&self) -> Option<&str> {
        self.topic_name.as_deref().or(self.name.as_deref())
    }

    fn of_community(row: StoredRow) -> Result<Self, JournalError> {
        let as_read = match &row.request {
            Some(_) => {
                row.community()?;
                &row.request
            }
            None => &row.as_read,
        };
        let fields: Map<String, Value> =
            serde_json::from_str(as_read.as_deref().unwrap_or_default()).unwrap_or_default();
        let text = |field: Field| {
            let text = fields.get(field.name()).and_then(Value::as_str);
            text.map(ToOwned::to_owned)
        };
        Ok(Self {
            place: row.place,
            kind: Kind::Community,
            group_id: text(Field::GroupId),
            topic_id: None,
            topic_name: None,
            name: text(Field::Name),
            outcome: row.outcome,
            cause: row.cause.of_kind(Kind::Community),
            custom_string: None,
        })
    }
}

impl TryFrom<StoredRow> for ReportedRow {
    type Error = JournalError;

    fn try_from(row: StoredRow) -> Result<Self, JournalError> {
        if row.kind() == Kind::Community {
            return Self::of_community(row);
        }
        let topic = match &row.request {
            Some(request) => serde_json::from_str(request)
                .map_err(|_| JournalError::Damaged { number: row.number })?,
            None => legible(row.as_read.as_deref().unwrap_or_default()),
        };
        Ok(Self {
            place: row.place,
            kind: Kind::Topic,
            group_id: topic.group_id,
            topic_id: row
                .topic_id
                .map(KnownTopicId::into_string)
                .or(topic.topic_id),
            topic_name: topic.topic_name,
            name: None,
            outcome: row.outcome,
            cause: row.cause,
            custom_string: topic.custom_string,
        })
    }
}

/// The fields of an invalid row that can be read.
fn legible(as_read: &str) -> TopicDraft {
    let mut fields: Map<String, Value> = serde_json::from_str(as_read).unwrap_or_default();
    let mut text = |field: Field| match fields.remove(field.name()) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    let mut topic = TopicDraft::default();
    topic.group_id = text(Field::GroupId);
    topic.topic_id = text(Field::TopicId);
    topic.topic_name = text(Field::TopicName);
    topic.custom_string = text(Field::CustomString);
    topic
}
