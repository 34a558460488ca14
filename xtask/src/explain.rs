//! Explains every statement on a run of ten million rows in PostgreSQL, and writes the table in `docs/journal.md`.

use crate::command::{cargo, workspace};
use crate::debian;
use crate::postgres;
use crate::problem::Problem;

pub(crate) fn run() -> Result<(), Problem> {
    debian::ensure(postgres::needs())?;
    let document = workspace().join("docs/journal.md");
    cargo(&["test", "--package", "topic-import-bulk"])
        .arguments(&["--features", "postgres", "--test", "it"])
        .arguments(&["--", "postgres::plans", "--nocapture"])
        .env("TOPIC_IMPORT_EXPLAIN", &document.display().to_string())
        .run()
}
