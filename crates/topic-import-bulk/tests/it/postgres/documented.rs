//! What `docs/journal.md` says of the tables.

use super::Run;
use crate::journal::kept::{Kept as _, sound_rows};
use crate::journal_file::documented::assert_documented;

#[test]
fn every_column_of_the_database_is_documented() {
    let run = Run::of(&sound_rows(1));
    let found = run.sql(
        "SELECT columns.table_name || ' ' || column_name \
         FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name) \
         WHERE table_schema = 'topic_import' AND table_type = 'BASE TABLE' AND column_name <> 'run' \
         AND table_name NOT IN ('version', 'quota')",
    );
    let columns = found.lines().map(|line| {
        let (table, column) = line.split_once(' ').unwrap();
        (table.to_owned(), column.to_owned())
    });
    assert_documented("## In PostgreSQL", &columns.collect::<Vec<_>>());
}
