//! Compares the rows of an input with those of an earlier run: what was added, renamed, changed, and what is gone.

use rusqlite::{Connection, params};
use serde::Serialize;
use topic_import_core::{KnownTopicId, TopicId};

use crate::check::valid_rows::ValidRows;
use crate::error::Error;
use crate::input::InputError;
use crate::journal::{Journal, Order, Pages as _, StoredRow};
use crate::outcome::Outcome;
use crate::request::Kind;

/// How many topics of each kind of difference are listed.
const LISTED: usize = 20;

/// How the rows of an input differ from those of an earlier run. A topic is the same if its `TopicId` is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Delta {
    /// How many topics are the same in everything.
    pub unchanged: u64,
    /// Topics that the earlier run did not have.
    pub added: Differing,
    /// Topics with another name than in the earlier run, whatever else has changed.
    pub renamed: Differing,
    /// Topics with the same name, of which something else has changed.
    pub changed: Differing,
    /// Topics of the earlier run that are not among the sound rows of the input.
    pub gone: Differing,
    /// How many rows of the input have no `TopicId`, so that nobody can tell whether the earlier run had them.
    pub unnamed: u64,
    /// How many of the unchanged topics are there, according to the earlier run.
    pub unchanged_there: u64,
    /// How many of the renamed and changed topics are there, according to the earlier run, so that importing them would be a
    /// conflict.
    pub conflicts: u64,
}

/// Topics that differ in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Differing {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<DifferingTopic>,
}

/// A topic that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct DifferingTopic {
    /// Its ID.
    pub topic_id: String,
    /// Its name in the earlier run; `None` if it was not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earlier_name: Option<String>,
    /// Its name in the input; `None` if it is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic_name: Option<String>,
}

const SCHEMA: &str = "
    CREATE TEMP TABLE earlier (
        topic_id TEXT PRIMARY KEY,
        number   INTEGER NOT NULL,
        name     TEXT NOT NULL,
        content  TEXT NOT NULL, -- the request without the TopicId, which the service may have chosen
        is_there INTEGER NOT NULL
    );
    CREATE TEMP TABLE now AS
        SELECT json_extract(request, '$.TopicId') AS topic_id, number,
               json_extract(request, '$.TopicName') AS name, json_remove(request, '$.TopicId') AS content
        FROM row;
    CREATE INDEX temp.now_by_id ON now (topic_id);";

/// Compares the sound rows of an input with the topics of an earlier run. Memory does not grow with the number of rows.
///
/// # Errors
/// If the journal cannot be read, or the temporary database fails.
pub async fn delta(rows: &ValidRows, earlier: &impl Journal) -> Result<Delta, Error> {
    let database = rows.database();
    database
        .execute_batch(SCHEMA)
        .map_err(InputError::of_comparing)?;
    let mut pages = earlier.rows(&Outcome::ALL, Order::Input).await?;
    loop {
        let page = pages.next_page().await?;
        if page.is_empty() {
            return Ok(compare(database).map_err(InputError::of_comparing)?);
        }
        for row in page {
            keep(database, &row)?;
        }
    }
}

/// Keeps a topic of the earlier run, if it has an ID.
fn keep(database: &Connection, row: &StoredRow) -> Result<(), Error> {
    let Some(request) = row.request.as_ref().filter(|_| row.kind() == Kind::Topic) else {
        return Ok(());
    };
    let topic = row.topic()?;
    let own_id = topic.topic_id().map(TopicId::as_str);
    let given_id = row.topic_id.as_ref().map(KnownTopicId::as_str);
    let Some(topic_id) = given_id.or(own_id) else {
        return Ok(());
    };
    let kept = database
        .prepare_cached(
            "INSERT OR IGNORE INTO earlier VALUES (?, ?, ?, json_remove(?, '$.TopicId'), ?)",
        )
        .and_then(|mut insert| {
            insert.execute(params![
                topic_id,
                row.number,
                topic.topic_name.as_str(),
                request,
                row.outcome.is_there()
            ])
        });
    kept.map_err(InputError::of_comparing)?;
    Ok(())
}

fn compare(database: &Connection) -> rusqlite::Result<Delta> {
    const BOTH: &str = "FROM now JOIN earlier USING (topic_id) WHERE";
    const ALIKE: &str = "now.name = earlier.name AND now.content = earlier.content";
    const RENAMED: &str = "now.name <> earlier.name";
    const CHANGED: &str = "now.name = earlier.name AND now.content <> earlier.content";
    let count = |what: &str| {
        let select = format!("SELECT count(*) {what}");
        database.query_row(&select, [], |row| row.get(0))
    };
    let differing = |names: &str, what: &str, order: &str| {
        let select = format!("SELECT topic_id, {names} {what} ORDER BY {order} LIMIT {LISTED}");
        let mut statement = database.prepare(&select)?;
        let first = statement.query_map([], |row| {
            Ok(DifferingTopic {
                topic_id: row.get(0)?,
                earlier_name: row.get(1)?,
                topic_name: row.get(2)?,
            })
        })?;
        Ok::<_, rusqlite::Error>(Differing {
            count: count(what)?,
            first: first.collect::<rusqlite::Result<_>>()?,
        })
    };
    let both = |how: &str| {
        differing(
            "earlier.name, now.name",
            &format!("{BOTH} {how}"),
            "now.number",
        )
    };
    Ok(Delta {
        unchanged: count(&format!("{BOTH} {ALIKE}"))?,
        added: differing(
            "NULL, now.name",
            "FROM now WHERE topic_id IS NOT NULL AND topic_id NOT IN (SELECT topic_id FROM earlier)",
            "now.number",
        )?,
        renamed: both(RENAMED)?,
        changed: both(CHANGED)?,
        gone: differing(
            "earlier.name, NULL",
            "FROM earlier WHERE NOT EXISTS (SELECT 1 FROM now WHERE now.topic_id = earlier.topic_id)",
            "earlier.number",
        )?,
        unnamed: count("FROM now WHERE topic_id IS NULL")?,
        unchanged_there: count(&format!("{BOTH} {ALIKE} AND is_there"))?,
        conflicts: count(&format!("{BOTH} is_there AND NOT ({ALIKE})"))?,
    })
}
