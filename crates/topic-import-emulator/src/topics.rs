use foldhash::HashMap;

use crate::topic::{Profile, TOPIC_MARK, Topic};

/// All topics, by community, and how often each ID was tried.
///
/// A topic is kept under its own part of its ID: what follows the `GroupId` and `@TOPIC#_`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Topics {
    groups: HashMap<Box<str>, Group>,
    len: usize,
    /// The number in the last `TopicId` that was assigned.
    assigned: u64,
    /// Tries of IDs under which there is no topic, by the whole ID.
    vain_tries: HashMap<Box<str>, u32>,
}

/// What the own part of an assigned `TopicId` starts with; a number follows. No client can choose such an ID.
const ASSIGNED_MARK: &str = "@TOPIC#c";

type Group = HashMap<Box<str>, Box<Record>>;

#[derive(Debug, PartialEq)]
struct Record {
    profile: Profile,
    tries: u32,
}

impl Topics {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn len_of(&self, group_id: &str) -> usize {
        self.groups.get(group_id).map_or(0, Group::len)
    }

    /// Counts a try to import under a `TopicId`, whatever will come of it.
    pub(crate) fn count_try(&mut self, topic_id: &str) {
        if let Some(record) = self.record_mut(topic_id) {
            record.tries = record.tries.saturating_add(1);
        } else if let Some(tries) = self.vain_tries.get_mut(topic_id) {
            *tries = tries.saturating_add(1);
        } else {
            self.vain_tries.insert(topic_id.into(), 1);
        }
    }

    pub(crate) fn tries(&self, topic_id: &str) -> u32 {
        self.record(topic_id)
            .map(|record| record.tries)
            .or_else(|| self.vain_tries.get(topic_id).copied())
            .unwrap_or(0)
    }

    pub(crate) fn contains(&self, group_id: &str, topic_id: &str) -> bool {
        self.profile(group_id, topic_id).is_some()
    }

    /// The `TopicId` that is assigned next, as the service assigns them \[S\]: never the same twice, once a topic
    /// was inserted under it.
    pub(crate) fn next_id(&self, group_id: &str) -> String {
        let number = self.assigned.saturating_add(1);
        format!("{group_id}{TOPIC_MARK}{ASSIGNED_MARK}{number:011}")
    }

    /// Adds a topic of this community, under an ID that is free.
    pub(crate) fn insert(&mut self, group_id: &str, topic_id: &str, profile: Profile) {
        let Some(own) = own_part(group_id, topic_id) else {
            return;
        };
        if let Some(number) = assigned_number(own) {
            self.assigned = self.assigned.max(number);
        }
        let tries = self.vain_tries.remove(topic_id).unwrap_or(0);
        let record = Box::new(Record { profile, tries });
        let group = match self.groups.get_mut(group_id) {
            Some(group) => group,
            None => self.groups.entry(group_id.into()).or_default(),
        };
        let before = group.insert(own.into(), record);
        self.len += usize::from(before.is_none());
    }

    /// Removes a topic of this community, if it is there. Its ID is free again, its tries stay counted.
    pub(crate) fn remove(&mut self, group_id: &str, topic_id: &str) -> bool {
        let removed =
            own_part(group_id, topic_id).and_then(|own| self.groups.get_mut(group_id)?.remove(own));
        if let Some(record) = &removed {
            self.len -= 1;
            if record.tries > 0 {
                self.vain_tries.insert(topic_id.into(), record.tries);
            }
        }
        removed.is_some()
    }

    /// What is there under an ID, provided that it is one of this community.
    pub(crate) fn profile(&self, group_id: &str, topic_id: &str) -> Option<&Profile> {
        let own = own_part(group_id, topic_id)?;
        let record = self.groups.get(group_id)?.get(own)?;
        Some(&record.profile)
    }

    pub(crate) fn topic(&self, topic_id: &str) -> Option<Topic> {
        let (group_id, own) = split(topic_id)?;
        Some(topic(group_id, own, self.record(topic_id)?))
    }

    /// The topics of one community, by their IDs.
    pub(crate) fn of_group(&self, group_id: &str) -> Vec<(String, &Profile)> {
        let mut topics: Vec<_> = self
            .groups
            .get(group_id)
            .into_iter()
            .flatten()
            .map(|(own, record)| (whole_id(group_id, own), &record.profile))
            .collect();
        topics.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        topics
    }

    /// Every topic, by their IDs.
    pub(crate) fn all(&self) -> Vec<Topic> {
        let mut topics = Vec::with_capacity(self.len);
        for (group_id, group) in &self.groups {
            topics.extend(
                group
                    .iter()
                    .map(|(own, record)| topic(group_id, own, record)),
            );
        }
        topics.sort_unstable_by(|a, b| a.topic_id.cmp(&b.topic_id));
        topics
    }

    fn record(&self, topic_id: &str) -> Option<&Record> {
        let (group_id, own) = split(topic_id)?;
        self.groups.get(group_id)?.get(own).map(Box::as_ref)
    }

    fn record_mut(&mut self, topic_id: &str) -> Option<&mut Record> {
        let (group_id, own) = split(topic_id)?;
        self.groups.get_mut(group_id)?.get_mut(own).map(Box::as_mut)
    }
}

/// The community and the own part of an ID. Looking for one character is much quicker than for several.
fn split(topic_id: &str) -> Option<(&str, &str)> {
    let (at, _) = topic_id
        .rmatch_indices('@')
        .find(|(at, _)| topic_id[*at..].starts_with(TOPIC_MARK))?;
    Some((&topic_id[..at], &topic_id[at + TOPIC_MARK.len()..]))
}

fn own_part<'a>(group_id: &str, topic_id: &'a str) -> Option<&'a str> {
    topic_id.strip_prefix(group_id)?.strip_prefix(TOPIC_MARK)
}

fn assigned_number(own: &str) -> Option<u64> {
    own.strip_prefix(ASSIGNED_MARK)?.parse().ok()
}

fn whole_id(group_id: &str, own: &str) -> String {
    [group_id, TOPIC_MARK, own].concat()
}

fn topic(group_id: &str, own: &str, record: &Record) -> Topic {
    Topic {
        topic_id: whole_id(group_id, own),
        group_id: group_id.to_owned(),
        profile: record.profile.clone(),
        tries: record.tries,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(name: &str) -> Profile {
        Profile {
            topic_name: name.into(),
            from_account: None,
            custom_string: None,
            face_url: None,
            notification: None,
            introduction: None,
            create_time: 0,
        }
    }

    fn insert(topics: &mut Topics, topic_id: &str, profile: Profile) {
        let (group_id, _) = topic_id.rsplit_once(TOPIC_MARK).unwrap();
        topics.insert(group_id, topic_id, profile);
    }

    #[test]
    fn tries_are_counted_before_and_after_the_topic_is_there() {
        let mut topics = Topics::default();
        let id = "@TGS#_g@TOPIC#_a";
        assert_eq!(topics.tries(id), 0);
        topics.count_try(id);
        topics.count_try(id);
        assert_eq!(topics.tries(id), 2);
        insert(&mut topics, id, profile("a"));
        assert_eq!(topics.tries(id), 2);
        topics.count_try(id);
        assert_eq!(topics.topic(id).unwrap().tries, 3);
        assert!(topics.vain_tries.is_empty());
    }

    #[test]
    fn assigned_ids_differ_and_belong_to_their_group() {
        let mut topics = Topics::default();
        let first = topics.next_id("@TGS#_@TGS#cB");
        assert_eq!(first, "@TGS#_@TGS#cB@TOPIC#_@TOPIC#c00000000001");
        insert(&mut topics, &first, profile("a"));
        assert_eq!(topics.topic(&first).unwrap().group_id, "@TGS#_@TGS#cB");
        let second = topics.next_id("@TGS#_@TGS#cB");
        assert_eq!(second, "@TGS#_@TGS#cB@TOPIC#_@TOPIC#c00000000002");
        assert!(topics.remove("@TGS#_@TGS#cB", &first));
        assert_eq!(topics.next_id("@TGS#_@TGS#cB"), second);
    }

    #[test]
    fn a_group_whose_id_holds_a_topics_mark_is_kept_apart() {
        let mut topics = Topics::default();
        insert(&mut topics, "@TGS#_a@TOPIC#_b@TOPIC#_c", profile("x"));
        assert_eq!(topics.len_of("@TGS#_a@TOPIC#_b"), 1);
        assert_eq!(topics.len_of("@TGS#_a"), 0);
        assert!(topics.contains("@TGS#_a@TOPIC#_b", "@TGS#_a@TOPIC#_b@TOPIC#_c"));
        assert!(!topics.contains("@TGS#_a", "@TGS#_a@TOPIC#_b@TOPIC#_c"));
    }

    #[test]
    fn a_removed_topic_leaves_its_id_free_and_its_tries_counted() {
        let mut topics = Topics::default();
        let id = "@TGS#_g@TOPIC#_a";
        topics.count_try(id);
        insert(&mut topics, id, profile("a"));
        assert!(!topics.remove("@TGS#_", id));
        assert!(!topics.remove("@TGS#_g", "@TGS#_g@TOPIC#_b"));
        assert!(topics.remove("@TGS#_g", id));
        assert!(!topics.remove("@TGS#_g", id));
        assert_eq!((topics.len(), topics.tries(id)), (0, 1));
        topics.count_try(id);
        insert(&mut topics, id, profile("b"));
        assert_eq!((topics.len(), topics.tries(id)), (1, 2));
    }

    #[test]
    fn topics_are_listed_by_their_ids() {
        let mut topics = Topics::default();
        for id in ["@TGS#_b@TOPIC#_1", "@TGS#_a@TOPIC#_2", "@TGS#_a@TOPIC#_1"] {
            insert(&mut topics, id, profile(id));
        }
        let ids: Vec<_> = topics
            .all()
            .into_iter()
            .map(|topic| topic.topic_id)
            .collect();
        assert_eq!(
            ids,
            ["@TGS#_a@TOPIC#_1", "@TGS#_a@TOPIC#_2", "@TGS#_b@TOPIC#_1"]
        );
        assert_eq!(topics.len(), 3);
        assert_eq!(topics.of_group("@TGS#_a").len(), 2);
    }
}
