use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use crate::memory::call::{Call, Outcome};
use crate::memory::group::GroupProfile;
use crate::memory::topic::Topic;
use crate::service::{Service, lock};

/// A view of an emulator's topics and of the calls that it has received.
///
/// Every method returns the state at the time when it is called. A view may outlive its
/// [`Emulator`](crate::Emulator).
#[derive(Clone)]
pub struct State {
    service: Arc<Mutex<Service>>,
}

impl State {
    pub(crate) fn of(service: &Arc<Mutex<Service>>) -> Self {
        Self {
            service: Arc::clone(service),
        }
    }

    /// The topic with this `TopicId`, if it exists.
    pub fn topic(&self, topic_id: &str) -> Option<Topic> {
        lock(&self.service).topics.topic(topic_id)
    }

    /// A copy of all topics, in the order of their `TopicId`s. No call is answered while it is made.
    pub fn topics(&self) -> Vec<Topic> {
        lock(&self.service).topics.all()
    }

    /// How many topics there are.
    pub fn topics_len(&self) -> usize {
        lock(&self.service).topics.len()
    }

    /// The community that was imported with this `GroupId`, if there is one.
    pub fn group(&self, group_id: &str) -> Option<GroupProfile> {
        lock(&self.service).groups.profile(group_id).cloned()
    }

    /// How many communities were imported.
    pub fn groups_len(&self) -> usize {
        lock(&self.service).groups.len()
    }

    /// How often an `import_topic` asked for this `TopicId`, whether or not the topic exists now.
    pub fn tries(&self, topic_id: &str) -> u32 {
        lock(&self.service).topics.tries(topic_id)
    }

    /// The last 100,000 calls, in the order in which they were handled.
    pub fn calls(&self) -> Vec<Call> {
        self.calls_after(0)
    }

    /// The calls in [`calls`](Self::calls) with a [`number`](Call::number) greater than this: for following an emulator
    /// as it runs.
    pub fn calls_after(&self, number: u64) -> Vec<Call> {
        lock(&self.service).calls.after(number).cloned().collect()
    }

    /// How many calls there have been, including those that are no longer kept.
    pub fn calls_len(&self) -> u64 {
        lock(&self.service).calls.len()
    }

    /// How many calls had each outcome, including calls that are no longer kept.
    pub fn outcomes(&self) -> BTreeMap<Outcome, u64> {
        lock(&self.service).calls.outcomes().clone()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("topics", &self.topics_len())
            .field("calls", &self.calls_len())
            .finish()
    }
}
