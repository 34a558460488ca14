//! The names under which calls are counted and measured through the [`metrics`](https://docs.rs/metrics) facade, where
//! the feature `metrics` is on.
//!
//! Nothing here names a group, a topic or an account: labels are the command, how it went and the service's code.

#[cfg(feature = "metrics")]
use metrics::{Unit, describe_counter, describe_histogram};

/// Calls that have ended, by `command` and `outcome`: `done`, `rejected`, `conflict`, `unknown`, `not_executed`, or
/// `dropped` where the future was dropped first.
pub const CALLS: &str = "topic_import_calls_total";
/// From a call's beginning to its end in seconds, by `command`: waits and repetitions included.
pub const CALL_DURATION: &str = "topic_import_call_duration_seconds";
/// Requests that were sent, by `command` and `result`: `done`, `refused`, `not_sent`, `maybe_sent`, `status` or
/// `unreadable`. The `get_topic` of a call that settles a doubtful end counts as one of `get_topic`.
pub const ATTEMPTS: &str = "topic_import_attempts_total";
/// From a slot in the quota to the end of the attempt in seconds, by `command`.
pub const ATTEMPT_DURATION: &str = "topic_import_attempt_duration_seconds";
/// Attempts that repeated the one before them in the same call, by `command`.
pub const REPEATS: &str = "topic_import_repeats_total";
/// Refusals, by `command` and the service's `code`; `other` stands for every code that the documents do not name.
pub const REFUSALS: &str = "topic_import_refusals_total";
/// Answers that calls are too frequent, by `command`.
pub const THROTTLED: &str = "topic_import_throttled_total";
/// How long an attempt waited for its slot in the quota in seconds, by `command`.
pub const QUOTA_WAIT: &str = "topic_import_quota_wait_seconds";

/// Tells the installed recorder what each name means. Call it once, after the recorder was installed.
#[cfg(feature = "metrics")]
pub fn describe() {
    describe_counter!(CALLS, Unit::Count, "calls that have ended");
    describe_histogram!(
        CALL_DURATION,
        Unit::Seconds,
        "from a call's beginning to its end"
    );
    describe_counter!(ATTEMPTS, Unit::Count, "requests that were sent");
    describe_histogram!(
        ATTEMPT_DURATION,
        Unit::Seconds,
        "from a slot in the quota to the attempt's end"
    );
    describe_counter!(REPEATS, Unit::Count, "attempts that repeated one");
    describe_counter!(REFUSALS, Unit::Count, "answers with an error code");
    describe_counter!(
        THROTTLED,
        Unit::Count,
        "answers that calls are too frequent"
    );
    describe_histogram!(QUOTA_WAIT, Unit::Seconds, "waits for a slot in the quota");
}
