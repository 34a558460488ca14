//! Runs the drills of the program in full, and shows their figures.

use crate::command::cargo;
use crate::problem::Problem;

/// One after the other: they count on a machine of their own.
pub(crate) fn run() -> Result<(), Problem> {
    cargo(&["test", "--release", "--package", "topic-import"])
        .arguments(&["--test", "drill", "--", "--nocapture", "--test-threads=1"])
        .env("TOPIC_IMPORT_DRILL", "full")
        .run()
}
