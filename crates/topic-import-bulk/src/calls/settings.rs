use std::time::Duration;

/// How long to wait for the service.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CallSettings {
    /// How long a call is tried, and how long the service may be silent. Until the service has answered once, at most 15 s.
    pub give_up_after: Duration,
    /// How long to wait for calls in flight after a stop.
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
