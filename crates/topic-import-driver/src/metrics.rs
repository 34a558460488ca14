//! The metrics that are recorded through the [`metrics`](https://docs.rs/metrics) facade. No metric names a group, a
//! topic or an account. The labels are the command, its result and the service's error code.
//!
//! | name | labels | what it measures |
//! | --- | --- | --- |
//! | `topic_import_calls_total` | `command`, `outcome` | calls that have ended: `done`, `rejected`, `conflict`, `unknown`, `not_executed`, or `dropped` if the call was dropped before its end |
//! | `topic_import_call_duration_seconds` | `command` | the duration of a call, waits and repetitions included |
//! | `topic_import_attempts_total` | `command`, `result` | attempts: `done`, `refused`, `not_sent`, `maybe_sent`, `status` or `unreadable`. The read-back of an `import_topic` counts under `get_topic` |
//! | `topic_import_attempt_duration_seconds` | `command` | the time from taking a slot in the quota to the end of the attempt |
//! | `topic_import_repeats_total` | `command` | attempts that repeated the one before them in the same call |
//! | `topic_import_refusals_total` | `command`, `code` | refusals, by the service's code; codes that are not in [`CODES`](topic_import_core::CODES) are counted as `other` |
//! | `topic_import_throttled_total` | `command` | answers that say that calls are too frequent |
//! | `topic_import_quota_wait_seconds` | `command` | the time for which an attempt waited for its slot in the quota |

use metrics::{Unit, describe_counter, describe_histogram};

pub(crate) const CALLS: &str = "topic_import_calls_total";
pub(crate) const CALL_DURATION: &str = "topic_import_call_duration_seconds";
pub(crate) const ATTEMPTS: &str = "topic_import_attempts_total";
pub(crate) const ATTEMPT_DURATION: &str = "topic_import_attempt_duration_seconds";
pub(crate) const REPEATS: &str = "topic_import_repeats_total";
pub(crate) const REFUSALS: &str = "topic_import_refusals_total";
pub(crate) const THROTTLED: &str = "topic_import_throttled_total";
pub(crate) const QUOTA_WAIT: &str = "topic_import_quota_wait_seconds";

/// Describes every metric to the installed recorder. Call it once, after installing the recorder.
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
