//! Simulates many processes that share a quota, and prints what they make of it.

use crate::check::Problem;
use crate::command::cargo;

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
