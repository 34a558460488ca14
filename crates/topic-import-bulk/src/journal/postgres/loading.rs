//! Loads a run in a single transaction, so that a run that is only partly loaded never exists.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

use tokio::runtime::Runtime;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use topic_import_core::GroupId;
use topic_import_shared_quota::Database;
use topic_import_shared_quota::schema::create_if_missing;

use super::error::journal_error;
use super::values::{signed, storable};
use super::worker::{Result, Typed};
use super::{PostgresJournal, SCHEMA, ensure_version};
use crate::input::communities::InputCommunity;
use crate::input::row::InputRow;
use crate::journal::input_line::{Files, InputLine};
use crate::journal::{Identity, JournalError, JournalName, Loading, StorageError, topic};
use crate::request::json;

const COPY: &str = "COPY topic_import.input \
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
/// Its connection runs in its own runtime. The methods block, and panic within a task of another runtime: in an async
/// program, call them in tokio's `spawn_blocking`.
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
    communities: i64,
    invalid: i64,
    files: Files,
    /// The numbers of the rows with which files begin, and the names of these files.
    begun: (Vec<i64>, Vec<Option<Arc<str>>>),
}

/// The stream of rows into the database; `None` once it has ended.
struct Copy(Option<Pin<Box<BinaryCopyInWriter>>>);

impl std::fmt::Debug for Copy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Copy")
    }
}

impl PostgresLoading {
    pub(super) fn new(database: &Database, run_name: &str) -> Result<Self> {
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
            let client = database.connect().await.map_err(failed)?;
            let found = create_if_missing(&client, &SCHEMA).await;
            ensure_version(found.map_err(failed)?, &journal)?;
            let run = begin(&client, run_name).await.map_err(failed)?;
            let run = run.ok_or_else(|| JournalError::InUse {
                journal: journal.clone(),
            })?;
            let sink = client.copy_in(COPY).await.map_err(failed)?;
            let copy = Some(Box::pin(BinaryCopyInWriter::new(sink, &COLUMNS)));
            Ok((client, run, copy))
        });
        let (client, run, copy) = begun?;
        Ok(Self {
            runtime,
            database: database.clone(),
            client,
            copy: Copy(copy),
            run,
            run_name: run_name.to_owned(),
            journal,
            rows: 0,
            communities: 0,
            invalid: 0,
            files: Files::default(),
            begun: (Vec::new(), Vec::new()),
        })
    }
}

/// Begins the transaction and returns the number of the new run; `None` if the run exists already, or is being loaded
/// by another process.
async fn begin(client: &Client, name: &str) -> Result<Option<i64>, Error> {
    // Everything is one transaction, and reading and writing the input may take any time.
    topic_import_shared_quota::begin(client).await?;
    client
        .batch_execute(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
        )
        .await?;
    if !take_name(client, name).await? {
        return Ok(None);
    }
    let run = client
        .query_typed_one(
            "INSERT INTO topic_import.run (name, rows, loaded_at) \
             VALUES ($1, 0, clock_timestamp()) RETURNING id",
            &[(&name, Type::TEXT)],
        )
        .await?;
    Ok(Some(run.get(0)))
}

/// Reserves a name until the transaction ends, so that no other process loads a run of this name. Returns whether the
/// name was free.
async fn take_name(client: &Client, name: &str) -> Result<bool, Error> {
    let is_free = client
        .query_typed_one(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('topic_import ' || $1, 0)) \
             AND NOT EXISTS (SELECT FROM topic_import.run WHERE name = $1)",
            &[(&name, Type::TEXT)],
        )
        .await?;
    Ok(is_free.get(0))
}

impl PostgresLoading {
    /// Gives the run another name, for callers that did not know it when loading began.
    ///
    /// # Errors
    /// If a run of this name exists or is being loaded, or the database fails.
    pub fn rename(mut self, run_name: &str) -> Result<Self> {
        self.end_copying()?;
        self.journal = PostgresJournal::name(&self.database, run_name);
        let is_free = self.runtime.block_on(take_name(&self.client, run_name));
        match is_free {
            Ok(true) => run_name.clone_into(&mut self.run_name),
            Ok(false) => {
                return Err(JournalError::InUse {
                    journal: self.journal,
                });
            }
            Err(error) => return Err(journal_error("write", &self.journal, &error)),
        }
        Ok(self)
    }

    fn write<'a>(&mut self, lines: impl Iterator<Item = InputLine<'a>>) -> Result<()> {
        let run = self.run;
        let mut invalid = 0;
        let (files, (numbers, names)) = (&mut self.files, &mut self.begun);
        let Some(copy) = &mut self.copy.0 else {
            return Err(JournalError::Storage {
                doing: "write",
                journal: self.journal.clone(),
                source: StorageError::other("no rows can be added after rows were corrected"),
            });
        };
        let written = self.runtime.block_on(async {
            for line in lines {
                invalid += i64::from(line.cause.is_some());
                // Nothing else can be written while rows are.
                if files.begin_with(&line) {
                    numbers.push(line.number);
                    names.push(line.file.cloned());
                }
                copy.as_mut()
                    .write(&[
                        &run,
                        &line.number,
                        &signed(line.line),
                        &line.group_id.map(GroupId::as_str),
                        &line.request,
                        &line.is_derived,
                        &line.as_read.map(str::as_bytes),
                        &line.cause.as_deref().map(storable),
                    ])
                    .await?;
            }
            Ok(())
        });
        written.map_err(|error: Error| journal_error("write", &self.journal, &error))?;
        self.invalid += invalid;
        Ok(())
    }

    /// Ends the stream of rows, so that the connection can execute other statements.
    fn end_copying(&mut self) -> Result<()> {
        let Some(mut copy) = self.copy.0.take() else {
            return Ok(());
        };
        let ended = self.runtime.block_on(copy.as_mut().finish());
        ended
            .map(drop)
            .map_err(|error| journal_error("write", &self.journal, &error))
    }
}

impl Loading for PostgresLoading {
    type Journal = PostgresJournal;

    fn append(&mut self, rows: &[InputRow]) -> Result<()> {
        self.write(InputLine::of_topics(self.rows, rows))?;
        self.rows += i64::try_from(rows.len()).unwrap_or(i64::MAX);
        Ok(())
    }

    fn append_communities(&mut self, rows: &[InputCommunity]) -> Result<()> {
        if !rows.is_empty() {
            self.files = Files::default();
            self.write(InputLine::of_communities(rows))?;
            self.communities = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        }
        Ok(())
    }

    fn correct(
        &mut self,
        numbers: &[u64],
        correct: &mut dyn FnMut(u64, InputRow) -> InputRow,
    ) -> Result<()> {
        self.end_copying()?;
        let numbers: Vec<i64> = numbers.iter().copied().map(signed).collect();
        let (client, run) = (&self.client, self.run);
        let failed = |error: Error| journal_error("write", &self.journal, &error);
        let found = self.runtime.block_on(
            client.query_typed(SELECT, &[(&run, Type::INT8), (&numbers, Type::INT8_ARRAY)]),
        );
        let mut corrected = Corrected::default();
        for row in found.map_err(failed)? {
            let number: i64 = row.get(0);
            let request: Option<&str> = row.get(2);
            let topic = topic(number, request.unwrap_or_default())?;
            let before = InputRow {
                is_derived: row.get(3),
                ..InputRow::sound(row.get::<_, i64>(1).unsigned_abs(), topic)
            };
            corrected.add(number, correct(number.unsigned_abs(), before));
        }
        let Corrected {
            numbers,
            requests,
            as_read,
            messages,
            group_ids,
        } = &corrected;
        let written = self.runtime.block_on(async {
            let corrected: [Typed<'_>; 6] = [
                (&run, Type::INT8),
                (numbers, Type::INT8_ARRAY),
                (requests, Type::TEXT_ARRAY),
                (as_read, Type::BYTEA_ARRAY),
                (messages, Type::TEXT_ARRAY),
                (group_ids, Type::TEXT_ARRAY),
            ];
            client.query_typed(UPDATE, &corrected).await
        });
        written.map_err(failed)?;
        self.invalid += i64::try_from(corrected.invalid()).unwrap_or(i64::MAX);
        Ok(())
    }

    fn finish(mut self, identity: &Identity) -> Result<PostgresJournal> {
        self.end_copying()?;
        let client = &self.client;
        let (run, rows, has_invalid) = (self.run, self.rows, self.invalid > 0);
        let communities = self.communities;
        let first = if communities > 0 { -communities } else { 1 };
        let parts = identity.parts().into_iter();
        let (names, values): (Vec<&str>, Vec<String>) =
            parts.map(|(part, value)| (part.name(), value)).unzip();
        let (begun, files) = &self.begun;
        let files: Vec<Option<Cow<'_, str>>> = files
            .iter()
            .map(|name| name.as_deref().map(storable))
            .collect();
        let finished = self.runtime.block_on(async {
            client
                .query_typed(
                    "INSERT INTO topic_import.identity SELECT $1, * FROM unnest($2, $3)",
                    &[
                        (&run, Type::INT8),
                        (&names, Type::TEXT_ARRAY),
                        (&values, Type::TEXT_ARRAY),
                    ],
                )
                .await?;
            if !begun.is_empty() {
                let files: [Typed<'_>; 3] = [
                    (&run, Type::INT8),
                    (&begun, Type::INT8_ARRAY),
                    (&files, Type::TEXT_ARRAY),
                ];
                client.query_typed("INSERT INTO topic_import.file SELECT $1, * FROM unnest($2, $3)", &files).await?;
            }
            if has_invalid {
                client.query_typed(REJECT_INVALID, &[(&run, Type::INT8)]).await?;
            }
            client
                .query_typed(
                    "INSERT INTO topic_import.cursor (run, next) VALUES ($1, $2)",
                    &[(&run, Type::INT8), (&first, Type::INT8)],
                )
                .await?;
            client
                .query_typed(
                    "UPDATE topic_import.run SET name = $2, rows = $3, communities = $4, loaded_at = clock_timestamp() WHERE id = $1",
                    &[
                        (&run, Type::INT8),
                        (&self.run_name, Type::TEXT),
                        (&rows, Type::INT8),
                        (&communities, Type::INT8),
                    ],
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

    fn discard(self) {
        // Closing the connection rolls back the transaction.
        drop(self);
    }
}

const SELECT: &str = "SELECT number, line, request, is_derived FROM topic_import.input \
    WHERE run = $1 AND number = ANY ($2)";
const UPDATE: &str = "UPDATE topic_import.input SET request = new.request, as_read = new.as_read, \
        message = new.message, \
        is_derived = is_derived AND new.request IS NOT NULL, \
        group_id = new.group_id \
    FROM unnest($2::bigint[], $3::text[], $4::bytea[], $5::text[], $6::text[]) \
        AS new (number, request, as_read, message, group_id) \
    WHERE input.run = $1 AND input.number = new.number";

/// Rows that were corrected, with one list for each column.
#[derive(Default)]
struct Corrected {
    numbers: Vec<i64>,
    requests: Vec<Option<String>>,
    as_read: Vec<Option<Vec<u8>>>,
    messages: Vec<Option<String>>,
    group_ids: Vec<Option<String>>,
}

impl Corrected {
    fn add(&mut self, number: i64, row: InputRow) {
        self.numbers.push(number);
        let topic = row.topic.as_ref().ok();
        self.requests.push(topic.map(json));
        self.group_ids
            .push(topic.map(|topic| topic.group_id().to_string()));
        let cause = row.cause();
        self.messages
            .push(cause.map(|cause| storable(&cause).into_owned()));
        let as_read = row.as_read.map(|text| text.into_string().into_bytes());
        self.as_read.push(as_read);
    }

    fn invalid(&self) -> usize {
        self.messages.iter().flatten().count()
    }
}

/// Gives the invalid rows, for which no calls are made, their outcome from the beginning.
const REJECT_INVALID: &str = "\
    WITH rejected AS ( \
        INSERT INTO topic_import.outcome (run, number, state, cause, at) \
        SELECT run, number, 'rejected', message, clock_timestamp() \
        FROM topic_import.input WHERE run = $1 AND request IS NULL \
        RETURNING topic_import.kind(number) AS kind \
    ) INSERT INTO topic_import.tally SELECT $1, kind, 'rejected', '', 0, count(*) FROM rejected GROUP BY kind";
