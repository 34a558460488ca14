use std::time::Instant;

use metrics::{counter, histogram};
use topic_import_core::{Attempt, Command, Feedback};

use crate::metrics::{
    ATTEMPT_DURATION, ATTEMPTS, CALL_DURATION, CALLS, QUOTA_WAIT, REFUSALS, REPEATS, THROTTLED,
};

/// Counts and measures one call; dropped before its end, it counts the call as `dropped`.
#[derive(Debug)]
#[must_use]
pub(crate) struct CallMetrics {
    command: Command,
    begun: Instant,
    slot_wanted: Instant,
    last_attempt: Option<Command>,
    has_ended: bool,
}

impl CallMetrics {
    /// A call of this command begins.
    pub(crate) fn begin(command: Command) -> Self {
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
    pub(crate) fn wants_slot(&mut self) {
        self.slot_wanted = Instant::now();
    }

    /// It has the slot.
    pub(crate) fn has_slot(&self, command: Command) {
        histogram!(QUOTA_WAIT, "command" => command.name()).record(self.slot_wanted.elapsed());
    }

    /// An attempt is over.
    pub(crate) fn attempt(&mut self, attempt: &Attempt<'_>, feedback: Feedback) {
        let command = attempt.command.name();
        let result = attempt.result.name();
        counter!(ATTEMPTS, "command" => command, "result" => result).increment(1);
        histogram!(ATTEMPT_DURATION, "command" => command).record(attempt.took);
        if self.last_attempt.replace(attempt.command) == Some(attempt.command) {
            counter!(REPEATS, "command" => command).increment(1);
        }
        if let Some(code) = attempt.result.code() {
            // A stranger's number as a label could be any number of labels.
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

    /// The call has ended; `outcome` is `done` or [`CallError::name`](topic_import_core::CallError::name).
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
