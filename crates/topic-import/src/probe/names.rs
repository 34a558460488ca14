//! The names and IDs of a probe's topics, which set them apart from all other topics.

use topic_import_core::{GROUP_ID_PREFIX, GroupId, TOPIC_ID_SEPARATOR, TopicInfo, UserId};

/// The community and the account of a probe, and the names that it generates.
#[derive(Debug)]
pub(crate) struct Names {
    group_id: GroupId,
    admin: UserId,
    own: String,
    topics: u32,
}

impl Names {
    /// `random` makes the names of this probe's topics differ from those of other probes.
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

    /// The name of every topic, with which the custom part of its ID also begins: 14 bytes of ASCII.
    pub(crate) fn own(&self) -> &str {
        &self.own
    }

    /// The ID of a topic that does not exist yet. All of these have the same length.
    pub(crate) fn fresh_topic_id(&mut self) -> String {
        let part = self.fresh_part();
        format!("{}{TOPIC_ID_SEPARATOR}{part}", self.group_id)
    }

    /// The custom part of such an ID, which follows the group's ID and the separator.
    pub(crate) fn fresh_part(&mut self) -> String {
        self.topics += 1;
        format!("{}-{:03}", self.own, self.topics)
    }

    /// The ID of a group that does not exist.
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
