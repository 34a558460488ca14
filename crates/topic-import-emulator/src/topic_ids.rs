use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::field::invalid;
use crate::found::Found;
use crate::refusal::Refusal;

/// `TopicIdList` as it stands in a body \[T\]. How many IDs it may hold is not documented, and not limited here.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
pub(crate) enum TopicIds<'a> {
    #[default]
    #[serde(skip)]
    Absent,
    List(#[serde(borrow)] Vec<Found<'a>>),
    Other(IgnoredAny),
}

impl<'a> TopicIds<'a> {
    pub(crate) fn required(self) -> Result<Vec<Cow<'a, str>>, Refusal> {
        self.optional()?
            .ok_or_else(|| invalid("TopicIdList", "required, and missing"))
    }

    pub(crate) fn optional(self) -> Result<Option<Vec<Cow<'a, str>>>, Refusal> {
        match self {
            Self::Absent => Ok(None),
            Self::List(items) => items.into_iter().map(topic_id).collect(),
            Self::Other(_) => Err(invalid("TopicIdList", "an array of strings needed")),
        }
    }
}

fn topic_id(found: Found<'_>) -> Result<Option<Cow<'_, str>>, Refusal> {
    match found {
        Found::Text(id) => Ok(Some(id)),
        other => Err(invalid(
            "TopicIdList",
            &format!("a string needed, {} found", other.kind()),
        )),
    }
}
