//! Keeps track of the topics that a probe has to destroy.

use std::time::Duration;

use tokio::time::Instant;

/// How long the service may take for a request (RESTful API Overview). A request without an answer may still be
/// executed until then.
const SERVICE_TIME: Duration = Duration::from_secs(3);

/// The topics that exist or may exist.
#[derive(Debug, Default)]
pub(crate) struct Throwaways {
    topics: Vec<Throwaway>,
    /// When the last call ended that may or may not have been executed.
    in_doubt_since: Option<Instant>,
}

#[derive(Debug, PartialEq, Eq)]
struct Throwaway {
    group_id: String,
    topic_id: String,
    /// Whether the service confirmed that the topic exists.
    is_there: bool,
}

impl Throwaways {
    /// Records a topic before it is imported. Returns false if it was already recorded.
    pub(crate) fn expect(&mut self, group_id: &str, topic_id: &str) -> bool {
        let is_new = !self.topics.iter().any(|topic| topic.topic_id == topic_id);
        if is_new {
            self.topics.push(Throwaway {
                group_id: group_id.to_owned(),
                topic_id: topic_id.to_owned(),
                is_there: false,
            });
        }
        is_new
    }

    /// Records that a topic exists.
    pub(crate) fn confirm(&mut self, group_id: &str, topic_id: &str) {
        self.expect(group_id, topic_id);
        for topic in &mut self.topics {
            topic.is_there |= topic.topic_id == topic_id;
        }
    }

    /// Records that a call just ended that may or may not have been executed.
    pub(crate) fn doubt(&mut self) {
        self.in_doubt_since = Some(Instant::now());
    }

    /// The time from which no earlier call can still be executed.
    pub(crate) fn settled_at(&self) -> Instant {
        self.in_doubt_since
            .map_or_else(Instant::now, |since| since + SERVICE_TIME)
    }

    /// Records that a topic does not exist.
    pub(crate) fn forget(&mut self, topic_id: &str) {
        self.topics.retain(|topic| topic.topic_id != topic_id);
    }

    /// Forgets the topics of a group that were never confirmed and are not among those that `get_topic` shows.
    pub(crate) fn keep_shown(&mut self, group_id: &str, shown: &[&str]) {
        self.topics.retain(|topic| {
            topic.is_there || topic.group_id != group_id || shown.contains(&topic.topic_id.as_str())
        });
    }

    /// All topics in lists, each of one group and of limited length.
    pub(crate) fn lists(&self, at_most: usize) -> Vec<(String, Vec<String>)> {
        let same_group = |a: &Throwaway, b: &Throwaway| a.group_id == b.group_id;
        self.topics
            .chunk_by(same_group)
            .flat_map(|group| group.chunks(at_most))
            .map(|topics| {
                let ids = topics.iter().map(|topic| topic.topic_id.clone());
                (topics[0].group_id.clone(), ids.collect())
            })
            .collect()
    }

    /// The IDs of all topics.
    pub(crate) fn topic_ids(&self) -> Vec<String> {
        let ids = self.topics.iter().map(|topic| topic.topic_id.clone());
        ids.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_of_one_group_each_and_no_longer_than_asked() {
        let mut topics = Throwaways::default();
        for (group, id) in [("a", "1"), ("a", "2"), ("a", "3"), ("b", "4"), ("a", "5")] {
            assert!(topics.expect(group, id));
        }
        assert!(!topics.expect("a", "1"));
        let lists = topics.lists(2);
        let lists: Vec<_> = lists
            .iter()
            .map(|(group, ids)| format!("{group}:{}", ids.join(",")))
            .collect();
        assert_eq!(lists, ["a:1,2", "a:3", "b:4", "a:5"]);
    }

    #[test]
    fn only_what_was_never_said_to_be_there_is_forgotten_when_it_is_not_shown() {
        let mut topics = Throwaways::default();
        topics.confirm("a", "there");
        topics.expect("a", "shown");
        topics.expect("a", "neither");
        topics.expect("b", "elsewhere");
        topics.keep_shown("a", &["shown"]);
        assert_eq!(topics.topic_ids(), ["there", "shown", "elsewhere"]);
    }
}
