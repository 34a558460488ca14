use std::time::Duration;

/// How patiently the service is called.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallSettings {
    /// How long a call is tried, and how long the service may be silent, once it has answered.
    pub give_up_after: Duration,
    /// How long calls in flight are awaited after a stop.
    pub drain_for: Duration,
}

impl Default for CallSettings {
    fn default() -> Self {
        Self {
            give_up_after: Duration::from_hours(1),
            drain_for: topic_import_core::DEFAULT_ANSWER_TIMEOUT,
        }
    }
}
