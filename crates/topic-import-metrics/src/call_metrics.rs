use std::time::Instant;

use metrics::{Key, Level, Metadata, with_recorder};
use topic_import_core::{Attempt, Command, Feedback};

use crate::keys::Keys;

const METADATA: Metadata<'_> = Metadata::new("topic_import", Level::INFO, None);

/// Counts and measures one call; dropped before its end, it counts the call as `dropped`.
#[derive(Debug)]
#[must_use]
pub struct CallMetrics {
    command: Command,
    begun: Instant,
    slot_wanted: Instant,
    last_attempt: Option<Command>,
    has_ended: bool,
}

impl CallMetrics {
    /// A call of this command begins.
    pub fn begin(command: Command) -> Self {
        let now = Instant::now();
        Self {
            command,
            begun: now,
            slot_wanted: now,
            last_attempt: None,
            has_ended: false,
        }
    }

    /// An attempt begins to wait for its slot in the quota.
    pub fn wants_slot(&mut self) {
        self.slot_wanted = Instant::now();
    }

    /// It has the slot.
    pub fn has_slot(&self, command: Command) {
        let waited = self.slot_wanted.elapsed();
        record(&Keys::of(command).quota_wait, waited.as_secs_f64());
    }

    /// An attempt is over.
    pub fn attempt(&mut self, attempt: &Attempt<'_>, feedback: Feedback) {
        let keys = Keys::of(attempt.command);
        count(keys.attempts(attempt.result.name()));
        record(&keys.attempt_duration, attempt.took.as_secs_f64());
        if self.last_attempt.replace(attempt.command) == Some(attempt.command) {
            count(&keys.repeats);
        }
        if let Some(code) = attempt.result.code() {
            count(&keys.refusals(code));
        }
        if feedback == Feedback::Throttled {
            count(&keys.throttled);
        }
    }

    /// The call has ended; `outcome` is `done` or [`CallError::name`](topic_import_core::CallError::name).
    pub fn end(&mut self, outcome: &'static str) {
        self.has_ended = true;
        let keys = Keys::of(self.command);
        count(keys.calls(outcome));
        record(&keys.call_duration, self.begun.elapsed().as_secs_f64());
    }
}

impl Drop for CallMetrics {
    fn drop(&mut self) {
        if !self.has_ended {
            self.end("dropped");
        }
    }
}

/// The recorder is asked each time: one that is installed after the first call is told of the later ones.
fn count(key: &Key) {
    with_recorder(|recorder| recorder.register_counter(key, &METADATA).increment(1));
}

fn record(key: &Key, seconds: f64) {
    with_recorder(|recorder| recorder.register_histogram(key, &METADATA).record(seconds));
}
