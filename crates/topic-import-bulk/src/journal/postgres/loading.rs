//! Loading a run: all of it in one transaction, so that a half loaded one was never there.

use std::pin::Pin;

use tokio::runtime::Runtime;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use topic_import_shared_quota::Database;
use topic_import_shared_quota::schema::{bring_up_to_date, version};

use super::error::journal_error;
use super::values::{signed, storable};
use super::worker::Result;
use super::{PostgresJournal, SCHEMA, ensure_version};
use crate::journal::{Identity, JournalError, JournalName, Loading, NewRow, StorageError};

const COPY: &str = "COPY topic_import.topic \
    (run, number, line, group_id, request, is_derived, as_read, message) FROM STDIN (FORMAT binary)";
const COLUMNS: [Type; 8] = [
    Type::INT8,
    Type::INT8,
    Type::INT8,
    Type::TEXT,
    Type::TEXT,
    Type::BOOL,
    Type::BYTEA,
    Type::TEXT,
];

/// Loads the rows of an input into a new run in PostgreSQL.
///
/// It has a runtime of its own, in which its connection lives. Its methods block, and panic within a task of another
/// runtime: in an async program they belong into tokio's `spawn_blocking`.
#[derive(Debug)]
pub struct PostgresLoading {
    runtime: Runtime,
    database: Database,
    client: Client,
    copy: Copy,
    run: i64,
    run_name: String,
    journal: JournalName,
    rows: i64,
    invalid: i64,
}

/// Rows on their way into the database.
struct Copy(Pin<Box<BinaryCopyInWriter>>);

impl std::fmt::Debug for Copy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Copy")
    }
}

impl PostgresLoading {
    pub(super) fn new(database: &Database, run_name: &str, identity: &Identity) -> Result<Self> {
        let journal = PostgresJournal::name(database, run_name);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| JournalError::Storage {
                doing: "create",
                journal: journal.clone(),
                source: StorageError::other(error),
            })?;
        let failed = |error: Error| journal_error("create", &journal, &error);
        let begun = runtime.block_on(async {
            let mut client = database.connect().await.map_err(failed)?;
            let found = version(&client, &SCHEMA).await.map_err(failed)?;
            if found != 0 {
                ensure_version(found, &journal)?;
            }
            let made = bring_up_to_date(&mut client, &SCHEMA).await;
            ensure_version(made.map_err(failed)?, &journal)?;
            let run = begin(&client, run_name, identity).await.map_err(failed)?;
            let run = run.ok_or_else(|| JournalError::InUse {
                journal: journal.clone(),
            })?;
            let sink = client.copy_in(COPY).await.map_err(failed)?;
            let copy = Copy(Box::pin(BinaryCopyInWriter::new(sink, &COLUMNS)));
            Ok((client, run, copy))
        });
        let (client, run, copy) = begun?;
        Ok(Self {
            runtime,
            database: database.clone(),
            client,
            copy,
            run,
            run_name: run_name.to_owned(),
            journal,
            rows: 0,
            invalid: 0,
        })
    }
}

/// Begins the transaction, and gives the run its number; `None` where it is there, or somebody else loads it.
async fn begin(client: &Client, name: &str, identity: &Identity) -> Result<Option<i64>, Error> {
    // However long it takes to read the input and to write it: it is one transaction.
    client
        .batch_execute(
            "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
        )
        .await?;
    let is_free = client
        .query_one(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('topic_import ' || $1, 0)) \
             AND NOT EXISTS (SELECT FROM topic_import.run WHERE name = $1)",
            &[&name],
        )
        .await?;
    if !is_free.get::<_, bool>(0) {
        return Ok(None);
    }
    let run = client
        .query_one(
            "INSERT INTO topic_import.run (name, rows, loaded_at) \
             VALUES ($1, 0, clock_timestamp()) RETURNING id",
            &[&name],
        )
        .await?;
    let run: i64 = run.get(0);
    let parts = identity.parts().into_iter();
    let (names, values): (Vec<&str>, Vec<String>) =
        parts.map(|(part, value)| (part.name(), value)).unzip();
    client
        .execute(
            "INSERT INTO topic_import.identity SELECT $1, * FROM unnest($2::text[], $3::text[])",
            &[&run, &names, &values],
        )
        .await?;
    Ok(Some(run))
}

impl Loading for PostgresLoading {
    type Journal = PostgresJournal;

    fn append(&mut self, rows: &[NewRow]) -> Result<()> {
        let copy = &mut self.copy.0;
        let (run, mut number) = (self.run, self.rows);
        let mut invalid = 0;
        let written = self.runtime.block_on(async {
            for row in rows {
                number += 1;
                match row {
                    NewRow::Sound {
                        line,
                        topic,
                        is_derived,
                    } => {
                        let request = serde_json::to_string(topic).unwrap_or_default();
                        let line = signed(*line);
                        let group_id = topic.group_id().as_str();
                        copy.as_mut()
                            .write(&[
                                &run,
                                &number,
                                &line,
                                &group_id,
                                &request,
                                is_derived,
                                &None::<&[u8]>,
                                &None::<&str>,
                            ])
                            .await?;
                    }
                    NewRow::Invalid {
                        line,
                        as_read,
                        message,
                    } => {
                        invalid += 1;
                        let line = signed(*line);
                        let as_read = as_read.as_deref().map(str::as_bytes);
                        let message = storable(message);
                        copy.as_mut()
                            .write(&[
                                &run,
                                &number,
                                &line,
                                &None::<&str>,
                                &None::<&str>,
                                &false,
                                &as_read,
                                &message,
                            ])
                            .await?;
                    }
                }
            }
            Ok(())
        });
        written.map_err(|error: Error| journal_error("write", &self.journal, &error))?;
        self.rows = number;
        self.invalid += invalid;
        Ok(())
    }

    fn finish(mut self) -> Result<PostgresJournal> {
        let client = &self.client;
        let copy = &mut self.copy.0;
        let (run, rows, has_invalid) = (self.run, self.rows, self.invalid > 0);
        let finished = self.runtime.block_on(async {
            copy.as_mut().finish().await?;
            if has_invalid {
                client.execute(REJECT_INVALID, &[&run]).await?;
            }
            client
                .execute("INSERT INTO topic_import.cursor (run) VALUES ($1)", &[&run])
                .await?;
            client
                .execute(
                    "UPDATE topic_import.run SET rows = $2, loaded_at = clock_timestamp() WHERE id = $1",
                    &[&run, &rows],
                )
                .await?;
            client.batch_execute("COMMIT").await
        });
        finished.map_err(|error: Error| match error.code() {
            Some(&SqlState::UNIQUE_VIOLATION) => JournalError::InUse {
                journal: self.journal.clone(),
            },
            _ => journal_error("write", &self.journal, &error),
        })?;
        Ok(PostgresJournal::new(
            &self.database,
            &self.run_name,
            self.run,
        ))
    }
}

/// Rows that are never called have their outcome from the beginning.
const REJECT_INVALID: &str = "\
    WITH rejected AS ( \
        INSERT INTO topic_import.outcome (run, number, state, cause, at) \
        SELECT run, number, 'rejected', message, clock_timestamp() \
        FROM topic_import.topic WHERE run = $1 AND request IS NULL \
        RETURNING 1 \
    ) INSERT INTO topic_import.tally SELECT $1, 'rejected', '', 0, count(*) FROM rejected";
