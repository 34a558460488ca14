//! Explores every sequence of events in the life of a call, and shows how many there are.

use crate::command::cargo;
use crate::problem::Problem;

pub(crate) fn run() -> Result<(), Problem> {
    cargo(&["test", "--release", "--package", "topic-import-core"])
        .arguments(&["--test", "it", "--", "explorer", "--nocapture"])
        .env("TOPIC_IMPORT_EXPLORE", "whole")
        .run()
}
