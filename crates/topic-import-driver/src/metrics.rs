//! The names of the metrics that are recorded through the [`metrics`](https://docs.rs/metrics) facade if the feature
//! `metrics` is on.
//!
//! No metric names a group, a topic or an account. The labels are the command, its result and the service's error code.

#[cfg(feature = "metrics")]
use metrics::{Unit, describe_counter, describe_histogram};

/// The number of calls that have ended, by `command` and `outcome`: `done`, `rejected`, `conflict`, `unknown`,
/// `not_executed`, or `dropped` if the call was dropped before its end.
pub const CALLS: &str = "topic_import_calls_total";
/// The duration of a call in seconds, waits and repetitions included, by `command`.
pub const CALL_DURATION: &str = "topic_import_call_duration_seconds";
/// The number of attempts, by `command` and `result`: `done`, `refused`, `not_sent`, `maybe_sent`, `status` or
/// `unreadable`. The read-back of an `import_topic` counts under `get_topic`.
pub const ATTEMPTS: &str = "topic_import_attempts_total";
/// The time from taking a slot in the quota to the end of the attempt in seconds, by `command`.
pub const ATTEMPT_DURATION: &str = "topic_import_attempt_duration_seconds";
/// The number of attempts that repeated the one before them in the same call, by `command`.
pub const REPEATS: &str = "topic_import_repeats_total";
/// The number of refusals, by `command` and the service's `code`. Codes that are not in
/// [`CODES`](topic_import_core::CODES) are counted as `other`.
pub const REFUSALS: &str = "topic_import_refusals_total";
/// The number of answers that say that calls are too frequent, by `command`.
pub const THROTTLED: &str = "topic_import_throttled_total";
/// The time for which an attempt waited for its slot in the quota in seconds, by `command`.
pub const QUOTA_WAIT: &str = "topic_import_quota_wait_seconds";

/// Describes every metric to the installed recorder. Call it once, after installing the recorder.
#[cfg(feature = "metrics")]
pub fn describe() {
    describe_counter!(CALLS, Unit::Count, "calls that have ended");
    describe_histogram!(
        CALL_DURATION,
        Unit::Seconds,
        "duration of a call, waits and repetitions included"
    );
    describe_counter!(ATTEMPTS, Unit::Count, "attempts to send a request");
    describe_histogram!(
        ATTEMPT_DURATION,
        Unit::Seconds,
        "time from taking a slot in the quota to the end of the attempt"
    );
    describe_counter!(
        REPEATS,
        Unit::Count,
        "attempts that repeated an earlier one"
    );
    describe_counter!(REFUSALS, Unit::Count, "answers with an error code");
    describe_counter!(
        THROTTLED,
        Unit::Count,
        "answers that say that calls are too frequent"
    );
    describe_histogram!(
        QUOTA_WAIT,
        Unit::Seconds,
        "time spent waiting for a slot in the quota"
    );
}
