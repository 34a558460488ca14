//! What a journal says of its rows: for people, for the next step of a migration, and to be mended.

mod error;
pub(crate) mod row_format;
mod row_map;
mod rows_to_mend;

pub use error::{NotInCsv, ReportError};
pub use row_format::RowFormat;
pub use row_map::RowMap;
pub use rows_to_mend::RowsToMend;

use serde::Serialize;
use serde_json::{Map, Value};
use topic_import_core::{Field, KnownTopicId, TopicDraft};

use crate::journal::{Cause, JournalError, StoredRow};
use crate::outcome::Outcome;

/// A row of a journal as it is reported: which topic, where it is, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct ReportedRow {
    /// The line of the input on which it begins.
    #[serde(rename = "line")]
    pub line: u64,
    /// `GroupId`, where it can be told.
    pub group_id: Option<String>,
    /// The topic's ID, or the one that it would get; `None` where the service has not chosen it, or it cannot be told.
    pub topic_id: Option<String>,
    /// `TopicName`, where it can be told.
    pub topic_name: Option<String>,
    /// Where it is.
    #[serde(rename = "outcome")]
    pub outcome: Outcome,
    /// Why the topic is not there, where somebody said so: `code` and `message` in JSON.
    #[serde(flatten)]
    pub cause: Cause,
    /// `CustomString`, where an app keeps what it knew the topic by before; not part of the row's JSON.
    #[serde(skip)]
    pub custom_string: Option<String>,
}

impl TryFrom<StoredRow> for ReportedRow {
    type Error = JournalError;

    fn try_from(row: StoredRow) -> Result<Self, JournalError> {
        let topic = match &row.request {
            Some(request) => serde_json::from_str(request)
                .map_err(|_| JournalError::Damaged { number: row.number })?,
            None => legible(row.as_read.as_deref().unwrap_or_default()),
        };
        Ok(Self {
            line: row.line,
            group_id: topic.group_id,
            topic_id: row
                .topic_id
                .map(KnownTopicId::into_string)
                .or(topic.topic_id),
            topic_name: topic.topic_name,
            outcome: row.outcome,
            cause: row.cause,
            custom_string: topic.custom_string,
        })
    }
}

/// What can be told of a row that is invalid.
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
