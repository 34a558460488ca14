//! The schema of a journal. A file may come from anybody, so its schema is compared before anything in it is used.

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction};

use super::fault::{Fault, Result, legible};
use super::place::Place;
use crate::journal::JournalError;

/// Tells tools which program a file belongs to: `TOPI` in ASCII.
const APPLICATION_ID: i64 = 0x544f_5049;
/// The version of the schema; it increases with every change.
const VERSION: i64 = 5;
const SCHEMA: &str = include_str!("schema.sql");
/// The SQL expression for the state of a row, in a join of `input` and `progress`. It is not a view, because the views
/// in a file are not trusted.
pub(super) const STATE: &str = "coalesce(state, 'pending')";
/// The SQL expression for the GroupId of a row of `input`; NULL for an invalid one.
pub(super) const GROUP_ID: &str = "json_extract(request, '$.GroupId')";
/// The SQL expression for the file of a row of `input`; NULL if the input is only one.
pub(super) const FILE: &str =
    "(SELECT name FROM file WHERE first_number <= input.number ORDER BY first_number DESC LIMIT 1)";
/// The most bytes that a value may have. A row is stored as JSON, in which one byte of the input may take six.
const MOST_BYTES: i32 = 64 << 20;

/// Makes sure that nothing in a file is executed, and that no value is larger than those that this crate writes.
pub(super) fn distrust(connection: &Connection) -> rusqlite::Result<()> {
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
    ] {
        connection.set_db_config(setting, value)?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MOST_BYTES)?;
    connection.pragma_update(None, "cell_size_check", true)
}

pub(super) fn make(connection: &mut Connection) -> rusqlite::Result<()> {
    // What follows never needs to be rolled back, and no rollback journal shall appear beside the file.
    connection.pragma_update(None, "journal_mode", "memory")?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    let transaction = connection.transaction()?;
    fill(&transaction)?;
    transaction.commit()
}

fn fill(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(SCHEMA)?;
    transaction.pragma_update(None, "user_version", VERSION)
}

/// Returns an error unless a file has exactly the schema of this version's journals.
pub(super) fn ensure(place: &Place, connection: &Connection) -> Result<(), Fault> {
    let journal = place.name();
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if pragma("application_id")? != APPLICATION_ID {
        return Err(JournalError::NotAJournal { journal }.into());
    }
    let found = pragma("user_version")?;
    if found > 0 && found != VERSION {
        return Err(JournalError::AnotherVersion {
            journal,
            found,
            known: VERSION,
        }
        .into());
    }
    let expected = match found {
        VERSION => objects_of_this_version()?,
        _ => Vec::new(),
    };
    let objects = objects(connection, expected.len() + 1)?;
    if found != VERSION {
        // An empty schema: a process was killed before it had created the tables.
        return Err(if found == 0 && objects.is_empty() {
            JournalError::NotLoaded { journal }
        } else {
            JournalError::NotAJournal { journal }
        }
        .into());
    }
    let foreign = objects.iter().find(|object| !expected.contains(object));
    let missing = || expected.iter().find(|object| !objects.contains(object));
    match foreign.or_else(missing) {
        None => Ok(()),
        Some(object) => Err(JournalError::Altered {
            journal,
            what: name(object),
        }
        .into()),
    }
}

/// The type, name, table and definition of an entry in `sqlite_schema`.
type Object = [Value; 4];

fn name(object: &Object) -> String {
    match object {
        [Value::Text(kind), Value::Text(name), ..] => legible(&format!("the {kind} {name}")),
        _ => "its list of tables".to_owned(),
    }
}

fn objects(connection: &Connection, at_most: usize) -> rusqlite::Result<Vec<Object>> {
    let mut statement = connection
        .prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid LIMIT ?")?;
    let objects = statement.query_map([at_most], |row| {
        Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?])
    })?;
    objects.collect()
}

fn objects_of_this_version() -> rusqlite::Result<Vec<Object>> {
    let mut connection = Connection::open_in_memory()?;
    let transaction = connection.transaction()?;
    fill(&transaction)?;
    objects(&transaction, usize::MAX >> 1)
}
