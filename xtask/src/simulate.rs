//! Simulates many processes that share a quota, and prints what they make of it.

use crate::command::cargo;
use crate::problem::Problem;

pub(crate) fn run() -> Result<(), Problem> {
    cargo(&[
        "test",
        "--release",
        "--package",
        "topic-import-shared-quota",
    ])
    .arguments(&["--lib", "--", "simulation::processes", "--nocapture"])
    .env("TOPIC_IMPORT_SIMULATE", "whole")
    .run()
}
