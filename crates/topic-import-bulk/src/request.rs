//! What a row asks for: a topic, or the community that topics go into.

use std::sync::Arc;

use serde::Serialize;
use topic_import_core::{GroupId, ImportGroup, ImportTopic, KnownTopicId, TopicId};

/// What a row asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[allow(
    clippy::exhaustive_enums,
    reason = "a further one must be handled everywhere"
)]
pub enum Kind {
    /// A community, which its topics wait for.
    Community,
    /// A topic.
    Topic,
}

impl Kind {
    /// What the row of this number in a journal asks for.
    pub(crate) const fn of_number(number: i64) -> Self {
        if number < 0 {
            Self::Community
        } else {
            Self::Topic
        }
    }

    /// The kind in a word, as in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Community => "community",
            Self::Topic => "topic",
        }
    }
}

/// The request that a row stands for. Clones are cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a further one must be handled everywhere"
)]
pub enum Request {
    /// To import a community.
    Community(Community),
    /// To import a topic.
    Topic(Arc<ImportTopic>),
}

impl Request {
    /// What it asks for.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Community(_) => Kind::Community,
            Self::Topic(_) => Kind::Topic,
        }
    }

    /// The community, or that of the topic.
    pub fn group_id(&self) -> &GroupId {
        match self {
            Self::Community(community) => community.group_id(),
            Self::Topic(topic) => topic.group_id(),
        }
    }

    /// What people call it: `Name` or `TopicName`.
    pub fn name(&self) -> &str {
        match self {
            Self::Community(community) => community.request.name.as_str(),
            Self::Topic(topic) => topic.topic_name.as_str(),
        }
    }

    /// The topic's own ID; `None` for a community as well.
    pub fn topic_id(&self) -> Option<&TopicId> {
        match self {
            Self::Community(_) => None,
            Self::Topic(topic) => topic.topic_id(),
        }
    }

    /// Whether it has an ID of its own: then what became of a call whose answer was lost can be settled.
    pub fn is_named(&self) -> bool {
        match self {
            Self::Community(_) => true,
            Self::Topic(topic) => topic.topic_id().is_some(),
        }
    }
}

/// A community to import. It has an ID, by which topics name it. Clones are cheap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Community {
    group_id: GroupId,
    request: Arc<ImportGroup>,
}

impl Community {
    /// The request; `None` where it leaves it to the service to choose an ID.
    pub fn new(request: ImportGroup) -> Option<Self> {
        let group_id = request.group_id.clone()?;
        Some(Self {
            group_id,
            request: Arc::new(request),
        })
    }

    /// Its ID.
    pub const fn group_id(&self) -> &GroupId {
        &self.group_id
    }

    /// The request.
    pub const fn request(&self) -> &Arc<ImportGroup> {
        &self.request
    }
}

/// The ID of what a row became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a further one must be handled everywhere"
)]
pub enum RowId<'a> {
    /// A community's.
    Community(&'a GroupId),
    /// A topic's.
    Topic(&'a KnownTopicId),
}

impl<'a> RowId<'a> {
    /// What has the ID.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Community(_) => Kind::Community,
            Self::Topic(_) => Kind::Topic,
        }
    }

    /// The ID.
    pub fn as_str(self) -> &'a str {
        match self {
            Self::Community(id) => id.as_str(),
            Self::Topic(id) => id.as_str(),
        }
    }
}

/// A request as a line of JSON: so a journal stores it, and so it is written into a file.
pub(crate) fn json(request: &impl Serialize) -> String {
    serde_json::to_string(request).expect("a request is JSON")
}
