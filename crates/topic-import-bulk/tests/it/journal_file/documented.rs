//! What `docs/journal.md` says of the tables.

use rusqlite::Connection;

use crate::support::{JournalFile, Trial, lines, named_row};

/// The part of the document that follows this heading.
fn documented(heading: &str) -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/journal.md");
    let document = std::fs::read_to_string(path).unwrap();
    let (_, part) = document.split_once(heading).unwrap();
    part.split("\n## ").next().unwrap().to_owned()
}

/// Makes sure that the part has a line for the table, and names the column in it.
pub(crate) fn assert_documented(heading: &str, columns: &[(String, String)]) {
    let part = documented(heading);
    assert!(!columns.is_empty());
    for (table, column) in columns {
        let start = format!("| `{table}` |");
        let line = part.lines().find(|line| line.starts_with(&start));
        let line = line.unwrap_or_else(|| panic!("no line for the table {table}"));
        let name = format!("`{column}`");
        assert!(line.contains(&name), "{table}.{column} is not in: {line}");
    }
}

#[test]
fn every_column_of_a_file_is_documented() {
    let file = JournalFile::new();
    drop(Trial::new().load(&file, &lines([named_row("a")])));
    let connection = Connection::open(file.path()).unwrap();
    let mut columns = connection
        .prepare(
            "SELECT tables.name, columns.name \
             FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'",
        )
        .unwrap();
    let columns: Result<Vec<(String, String)>, _> = columns
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .collect();
    assert_documented("## Ask it yourself", &columns.unwrap());
}
