use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::service::found::Found;
use crate::service::refusal::Refusal;

/// A list of text as it stands in a body: `TopicIdList` and `ResponseFilter` \[T\]. How many there may be is not documented,
/// and not limited here.
#[derive(Debug, Default, Deserialize)]
#[serde(untagged)]
pub(crate) enum TextList<'a> {
    #[default]
    #[serde(skip)]
    Absent,
    List(#[serde(borrow)] Vec<Found<'a>>),
    Other(IgnoredAny),
}

impl<'a> TextList<'a> {
    pub(crate) fn required(self, name: &str) -> Result<Vec<Cow<'a, str>>, Refusal> {
        self.optional(name)?
            .ok_or_else(|| Refusal::of_field(name, "required, and missing"))
    }

    pub(crate) fn optional(self, name: &str) -> Result<Option<Vec<Cow<'a, str>>>, Refusal> {
        match self {
            Self::Absent => Ok(None),
            Self::List(items) => {
                let texts = items.into_iter().map(|item| text(name, item));
                texts.collect::<Result<_, _>>().map(Some)
            }
            Self::Other(_) => Err(Refusal::of_field(name, "an array of strings needed")),
        }
    }
}

fn text<'a>(name: &str, found: Found<'a>) -> Result<Cow<'a, str>, Refusal> {
    match found {
        Found::Text(text) => Ok(text),
        other => Err(Refusal::of_field(
            name,
            &format!("a string needed, {} found", other.kind()),
        )),
    }
}
