use std::time::{Duration, Instant};

use metrics::{counter, histogram};
use topic_import_core::{Attempt, Command, Feedback};

use crate::metrics::{
    ATTEMPT_DURATION, ATTEMPTS, CALL_DURATION, CALLS, QUOTA_WAIT, REFUSALS, REPEATS, THROTTLED,
};

/// Records the metrics of one call. If it is dropped before the call ends, the call counts as `dropped`.
#[derive(Debug)]
#[must_use]
pub(crate) struct CallMetrics {
    command: Command,
    begun: Instant,
    /// When the attempt began to wait for its slot, on the client's clock.
    slot_wanted: Duration,
    last_attempt: Option<Command>,
    has_ended: bool,
}

impl CallMetrics {
    /// Records the start of a call of this command.
    pub(crate) fn begin(command: Command) -> Self {
        Self {
            command,
            begun: Instant::now(),
            slot_wanted: Duration::ZERO,
            last_attempt: None,
            has_ended: false,
        }
    }

    /// Records that an attempt has begun to wait for its slot in the quota.
    pub(crate) const fn wants_slot(&mut self, now: Duration) {
        self.slot_wanted = now;
    }

    /// Records that the attempt has its slot.
    pub(crate) fn has_slot(&self, command: Command, now: Duration) {
        let waited = now.saturating_sub(self.slot_wanted);
        histogram!(QUOTA_WAIT, "command" => command.name()).record(waited);
    }

    /// Records the end of an attempt.
    pub(crate) fn attempt(&mut self, attempt: &Attempt<'_>, feedback: Feedback) {
        let command = attempt.command.name();
        let result = attempt.result.name();
        counter!(ATTEMPTS, "command" => command, "result" => result).increment(1);
        histogram!(ATTEMPT_DURATION, "command" => command).record(attempt.took);
        if self.last_attempt.replace(attempt.command) == Some(attempt.command) {
            counter!(REPEATS, "command" => command).increment(1);
        }
        if let Some(code) = attempt.result.code() {
            // Unknown codes share one label: an unlimited number of label values would overload the metrics system.
            let code = code.entry().map_or_else(
                || "other".to_owned(),
                |documented| documented.code.get().to_string(),
            );
            counter!(REFUSALS, "command" => command, "code" => code).increment(1);
        }
        if feedback == Feedback::Throttled {
            counter!(THROTTLED, "command" => command).increment(1);
        }
    }

    /// Records the end of the call. `outcome` is `done` or [`CallError::name`](topic_import_core::CallError::name).
    pub(crate) fn end(&mut self, outcome: &'static str) {
        self.has_ended = true;
        let command = self.command.name();
        counter!(CALLS, "command" => command, "outcome" => outcome).increment(1);
        histogram!(CALL_DURATION, "command" => command).record(self.begun.elapsed());
    }
}

impl Drop for CallMetrics {
    fn drop(&mut self) {
        if !self.has_ended {
            self.end("dropped");
        }
    }
}
