//! What an emulator has: a running one, or one that was killed and has left its file.

use topic_import_emulator::{SavedState, State, Topic};

pub(crate) trait Holdings {
    fn topics(&self) -> Vec<Topic>;
    /// How often an import asked for this `TopicId`.
    fn tries(&self, topic_id: &str) -> u32;
}

impl Holdings for State {
    fn topics(&self) -> Vec<Topic> {
        self.topics()
    }

    fn tries(&self, topic_id: &str) -> u32 {
        self.tries(topic_id)
    }
}

impl Holdings for SavedState {
    fn topics(&self) -> Vec<Topic> {
        self.topics()
    }

    fn tries(&self, topic_id: &str) -> u32 {
        self.tries(topic_id)
    }
}
