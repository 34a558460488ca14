//! What the topics of a probe are called, so that they can be told from all others.

use topic_import_core::{GROUP_ID_PREFIX, GroupId, TOPIC_ID_SEPARATOR, TopicInfo, UserId};

/// The community and the account of a probe, and a name of its own in everything that it makes up.
#[derive(Debug)]
pub(crate) struct Names {
    group_id: GroupId,
    admin: UserId,
    own: String,
    topics: u32,
}

impl Names {
    /// `random` tells this probe's topics from those of another one.
    pub(crate) fn new(group_id: GroupId, admin: UserId, random: u32) -> Self {
        Self {
            group_id,
            admin,
            own: format!("probe-{random:08x}"),
            topics: 0,
        }
    }

    pub(crate) const fn group_id(&self) -> &GroupId {
        &self.group_id
    }

    pub(crate) const fn admin(&self) -> &UserId {
        &self.admin
    }

    /// The name of every topic, and what the custom part of its ID starts with: 14 bytes of ASCII.
    pub(crate) fn own(&self) -> &str {
        &self.own
    }

    /// The ID of a topic that is not there, as long as any other.
    pub(crate) fn fresh_topic_id(&mut self) -> String {
        let part = self.fresh_part();
        format!("{}{TOPIC_ID_SEPARATOR}{part}", self.group_id)
    }

    /// The custom part of such an ID: what stands after its group.
    pub(crate) fn fresh_part(&mut self) -> String {
        self.topics += 1;
        format!("{}-{:03}", self.own, self.topics)
    }

    /// A group that nobody has made.
    pub(crate) fn other_group(&self) -> String {
        format!("{GROUP_ID_PREFIX}{}", self.own)
    }

    /// Whether this probe imported the topic.
    pub(crate) fn is_own(&self, topic: &TopicInfo) -> bool {
        let id = topic.topic_id.as_deref().unwrap_or_default();
        let name = topic.topic_name.as_deref().unwrap_or_default();
        let start = format!("{TOPIC_ID_SEPARATOR}{}-", self.own);
        id.contains(&start) || name.starts_with(&self.own)
    }
}
