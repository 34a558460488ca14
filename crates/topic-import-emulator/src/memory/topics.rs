use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use crate::memory::topic::{Profile, TOPIC_MARK, Topic};

/// All topics, and what is known about IDs without a topic.
///
/// A `TopicId` alone does not determine the topic's community, because both `GroupId`s and custom parts may contain
/// `@TOPIC#_`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Topics {
    /// By whole `TopicId`.
    ids: BTreeMap<String, Entry>,
    /// The number of topics in each community.
    groups: HashMap<String, usize>,
    /// The number in the last `TopicId` that was assigned.
    assigned: u64,
    /// Whether the ID of a destroyed topic can be taken again.
    reuses_destroyed_ids: bool,
}

/// The beginning of the custom part of an assigned `TopicId`; a number follows.
const ASSIGNED_MARK: &str = "@TOPIC#c";

#[derive(Debug, Default, PartialEq)]
struct Entry {
    tries: u32,
    slot: Slot,
}

/// What a `TopicId` stands for.
#[derive(Debug, Default, PartialEq)]
enum Slot {
    #[default]
    Nothing,
    Topic(Record),
    Destroyed,
}

#[derive(Debug, PartialEq)]
struct Record {
    group_id: String,
    profile: Profile,
}

impl Topics {
    /// From now on, makes the IDs of destroyed topics available again.
    pub(crate) fn reuse_destroyed_ids(&mut self) {
        self.reuses_destroyed_ids = true;
    }

    pub(crate) fn len(&self) -> usize {
        self.groups.values().sum()
    }

    pub(crate) fn len_of(&self, group_id: &str) -> usize {
        self.groups.get(group_id).copied().unwrap_or(0)
    }

    /// Counts a try to import a topic with this `TopicId`, whatever the result.
    pub(crate) fn count_try(&mut self, topic_id: &str) {
        let entry = self.entry(topic_id);
        entry.tries = entry.tries.saturating_add(1);
    }

    pub(crate) fn tries(&self, topic_id: &str) -> u32 {
        self.ids.get(topic_id).map_or(0, |entry| entry.tries)
    }

    /// Whether no topic can be imported with this ID.
    pub(crate) fn is_taken(&self, topic_id: &str) -> bool {
        self.record(topic_id).is_some() || self.is_used_up(topic_id)
    }

    /// Whether the ID cannot be used because its topic was destroyed.
    pub(crate) fn is_used_up(&self, topic_id: &str) -> bool {
        !self.reuses_destroyed_ids
            && matches!(
                self.ids.get(topic_id),
                Some(Entry {
                    slot: Slot::Destroyed,
                    ..
                })
            )
    }

    /// The next `TopicId` to assign, in the form that the service uses \[S\]. An ID is never returned again once a
    /// topic has been inserted with it.
    pub(crate) fn next_id(&self, group_id: &str) -> String {
        let mut number = self.assigned;
        loop {
            number = number.wrapping_add(1);
            let id = format!("{group_id}{TOPIC_MARK}{ASSIGNED_MARK}{number:011}");
            // No document forbids apps to choose an ID that looks like an assigned one.
            if !self.is_taken(&id) {
                return id;
            }
        }
    }

    /// Adds a topic to this community, with an assigned ID.
    pub(crate) fn insert_assigned(&mut self, group_id: &str, topic_id: &str, profile: Profile) {
        let number = own_part(group_id, topic_id)
            .and_then(|own| own.strip_prefix(ASSIGNED_MARK)?.parse().ok());
        self.assigned = self.assigned.max(number.unwrap_or(0));
        self.insert(group_id, topic_id, profile);
    }

    /// Adds a topic to this community. No topic may have the ID already.
    pub(crate) fn insert(&mut self, group_id: &str, topic_id: &str, profile: Profile) {
        let group_id = group_id.to_owned();
        *self.groups.entry(group_id.clone()).or_default() += 1;
        self.entry(topic_id).slot = Slot::Topic(Record { group_id, profile });
    }

    /// Removes a topic, and returns whether it existed. Its tries stay counted.
    pub(crate) fn remove(&mut self, topic_id: &str) -> bool {
        let Some(group_id) = self.record(topic_id).map(|record| record.group_id.clone()) else {
            return false;
        };
        *self.groups.entry(group_id).or_default() -= 1;
        self.entry(topic_id).slot = Slot::Destroyed;
        true
    }

    /// The profile of the topic with this ID, if it exists and belongs to this community.
    pub(crate) fn profile(&self, group_id: &str, topic_id: &str) -> Option<&Profile> {
        let record = self.record(topic_id)?;
        (record.group_id == group_id).then_some(&record.profile)
    }

    pub(crate) fn topic(&self, topic_id: &str) -> Option<Topic> {
        let entry = self.ids.get(topic_id)?;
        entry.topic(topic_id)
    }

    /// The topics of one community, in the order of their IDs.
    pub(crate) fn of_group<'a>(
        &'a self,
        group_id: &str,
    ) -> impl Iterator<Item = (&'a str, &'a Profile)> {
        let start = [group_id, TOPIC_MARK].concat();
        let group_id = group_id.to_owned();
        self.ids
            .range::<str, _>((Bound::Included(&*start), Bound::Unbounded))
            .take_while(move |(id, _)| id.starts_with(&start))
            .filter_map(move |(id, entry)| match &entry.slot {
                Slot::Topic(record) if record.group_id == group_id => {
                    Some((&**id, &record.profile))
                }
                _ => None,
            })
    }

    /// All topics, in the order of their IDs.
    pub(crate) fn all(&self) -> Vec<Topic> {
        let topics = self.ids.iter().filter_map(|(id, entry)| entry.topic(id));
        topics.collect()
    }

    fn record(&self, topic_id: &str) -> Option<&Record> {
        match &self.ids.get(topic_id)?.slot {
            Slot::Topic(record) => Some(record),
            Slot::Nothing | Slot::Destroyed => None,
        }
    }

    fn entry(&mut self, topic_id: &str) -> &mut Entry {
        self.ids.entry(topic_id.to_owned()).or_default()
    }
}

impl Entry {
    fn topic(&self, topic_id: &str) -> Option<Topic> {
        let Slot::Topic(record) = &self.slot else {
            return None;
        };
        Some(Topic {
            topic_id: topic_id.to_owned(),
            group_id: record.group_id.clone(),
            profile: record.profile.clone(),
            tries: self.tries,
        })
    }
}

/// The custom part of a `TopicId`, if the ID has the form for this community.
pub(crate) fn own_part<'a>(group_id: &str, topic_id: &'a str) -> Option<&'a str> {
    topic_id.strip_prefix(group_id)?.strip_prefix(TOPIC_MARK)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "@TGS#_g";
    const ID: &str = "@TGS#_g@TOPIC#_a";

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

    #[test]
    fn tries_are_counted_before_while_and_after_the_topic_is_there() {
        let mut topics = Topics::default();
        assert_eq!(topics.tries(ID), 0);
        topics.count_try(ID);
        topics.count_try(ID);
        assert_eq!(topics.tries(ID), 2);
        topics.insert(GROUP, ID, profile("a"));
        topics.count_try(ID);
        assert_eq!(topics.topic(ID).unwrap().tries, 3);
        topics.remove(ID);
        topics.count_try(ID);
        assert_eq!((topics.topic(ID), topics.tries(ID)), (None, 4));
    }

    #[test]
    fn assigned_ids_differ_and_belong_to_their_group() {
        let group = "@TGS#_@TGS#cB";
        let mut topics = Topics::default();
        let first = topics.next_id(group);
        assert_eq!(first, "@TGS#_@TGS#cB@TOPIC#_@TOPIC#c00000000001");
        topics.insert_assigned(group, &first, profile("a"));
        assert_eq!(topics.topic(&first).unwrap().group_id, group);
        let second = topics.next_id(group);
        assert_eq!(second, "@TGS#_@TGS#cB@TOPIC#_@TOPIC#c00000000002");
        topics.reuse_destroyed_ids();
        assert!(topics.remove(&first));
        assert_eq!(topics.next_id(group), second);
    }

    #[test]
    fn a_chosen_id_that_looks_like_an_assigned_one_is_passed_over() {
        let id = |number: u64| format!("{GROUP}@TOPIC#_@TOPIC#c{number:011}");
        let mut topics = Topics::default();
        for number in [1, 2, u64::MAX] {
            topics.insert(GROUP, &id(number), profile("chosen"));
        }
        assert_eq!(topics.next_id(GROUP), id(3));
        topics.insert_assigned(GROUP, &id(3), profile("assigned"));
        topics.remove(&id(1));
        assert_eq!(topics.next_id(GROUP), id(4));
    }

    #[test]
    fn a_group_whose_id_holds_a_topics_mark_is_kept_apart() {
        let (inner, outer) = ("@TGS#_a@TOPIC#_b", "@TGS#_a");
        let id = "@TGS#_a@TOPIC#_b@TOPIC#_c";
        let mut topics = Topics::default();
        topics.insert(inner, id, profile("x"));
        assert_eq!((topics.len_of(inner), topics.len_of(outer)), (1, 0));
        assert!(topics.profile(inner, id).is_some());
        assert!(topics.profile(outer, id).is_none());
        assert_eq!(topics.of_group(outer).count(), 0);
        // The ID is taken, whichever group the import is for.
        assert!(topics.is_taken(id));
        assert_eq!(topics.topic(id).unwrap().group_id, inner);
    }

    #[test]
    fn the_id_of_a_removed_topic_is_used_up_unless_it_is_to_be_free() {
        for reuse in [false, true] {
            let mut topics = Topics::default();
            if reuse {
                topics.reuse_destroyed_ids();
            }
            topics.insert(GROUP, ID, profile("a"));
            assert!(topics.is_taken(ID) && !topics.is_used_up(ID));
            assert!(!topics.remove("@TGS#_g@TOPIC#_b"));
            assert!(topics.remove(ID));
            assert!(!topics.remove(ID));
            assert_eq!((topics.len(), topics.len_of(GROUP)), (0, 0));
            assert_eq!(topics.is_used_up(ID), !reuse);
            assert_eq!(topics.is_taken(ID), !reuse);
        }
    }

    #[test]
    fn topics_are_listed_by_their_ids() {
        let mut topics = Topics::default();
        for (group, id) in [
            ("@TGS#_b", "@TGS#_b@TOPIC#_1"),
            ("@TGS#_a", "@TGS#_a@TOPIC#_2"),
            ("@TGS#_a", "@TGS#_a@TOPIC#_1"),
        ] {
            topics.insert(group, id, profile(id));
        }
        topics.count_try("@TGS#_a@TOPIC#_3");
        let all = topics.all().into_iter().map(|topic| topic.topic_id);
        assert_eq!(
            all.collect::<Vec<_>>(),
            ["@TGS#_a@TOPIC#_1", "@TGS#_a@TOPIC#_2", "@TGS#_b@TOPIC#_1"]
        );
        assert_eq!(topics.len(), 3);
        let of_group = topics.of_group("@TGS#_a").map(|(id, _)| id);
        assert_eq!(
            of_group.collect::<Vec<_>>(),
            ["@TGS#_a@TOPIC#_1", "@TGS#_a@TOPIC#_2"]
        );
    }
}
