//! The rows that hand out slots: one for each command of an app at an endpoint.

use std::num::NonZeroU32;
use std::time::{Duration, SystemTime};

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row as Found};
use topic_import_core::pace::{
    CLIMB_MILLIS, FIRST_BACK_OFF, IN_A_ROW, SHARE_OF_QUOTA, STRONGEST_BACK_OFF, TOGETHER,
};
use topic_import_core::{Command, SdkAppId};

use crate::clock::Reading;
use crate::database::{Database, in_transaction};
use crate::error::{DatabaseFailure, QuotaError};
use crate::schema::{Part, create_if_missing};
use crate::slots::{Batch, Wanted};
use crate::source::Source;

/// How long to wait for an answer of the database.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// The table of quotas.
pub(crate) const SCHEMA: Part = Part {
    name: "quota",
    version: 1,
    tables: include_str!("schema.sql"),
};
/// Begins a transaction that looks up names only where other users cannot create anything. Its commit need not wait for
/// the disk: a crash of the server loses less than a second's slots, and those have passed when it is back.
const BEGIN: &str =
    "BEGIN; SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL synchronous_commit = off";
const READ_CLOCK: &str = "SELECT pg_catalog.clock_timestamp()";
const TAKE: &str = include_str!("take.sql");
const THROTTLE: &str = include_str!("throttle.sql");
const INSERT: &str = "INSERT INTO topic_import.quota (sdk_app_id, origin, command) VALUES ($1, $2, $3) \
    ON CONFLICT DO NOTHING";

/// Identifies the rows of an app at an endpoint, for all commands.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    sdk_app_id: i64,
    origin: String,
}

impl Key {
    pub(crate) fn new(sdk_app_id: SdkAppId, origin: &str) -> Self {
        Self {
            sdk_app_id: sdk_app_id.get().cast_signed(),
            origin: origin.to_owned(),
        }
    }
}

/// The time from one slot to the next at the full rate, which is 1% below the quota.
pub(crate) fn interval(per_second: NonZeroU32) -> Duration {
    let thousandths = u64::from(per_second.get()) * SHARE_OF_QUOTA;
    Duration::from_nanos(1_000_000_000_000 / thousandths + 1)
}

/// The rows of an app at an endpoint, in a database.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) database: Database,
    pub(crate) key: Key,
}

/// A connection for the rows of an app at an endpoint.
#[derive(Debug)]
pub(crate) struct Row {
    database: Database,
    client: Client,
    key: Key,
    /// The time from one slot to the next at the full rate, in seconds.
    interval: f64,
}

impl Source for Row {
    type Address = Address;

    /// Connects, and creates the table if it is missing, which needs more permissions than using it.
    async fn connect(address: &Address, interval: Duration) -> Result<Self, QuotaError> {
        let Address { database, key } = address;
        let connected = async {
            let client = database.connect().await?;
            let found = create_if_missing(&client, &SCHEMA).await?;
            Ok((client, found))
        };
        let (client, found) = within(database, connected).await?;
        if found != SCHEMA.version {
            return Err(QuotaError::AnotherVersion {
                database: database.clone(),
                found,
                known: SCHEMA.version,
            });
        }
        Ok(Self {
            database: database.clone(),
            client,
            key: key.clone(),
            interval: interval.as_secs_f64(),
        })
    }

    fn is_lost(&self) -> bool {
        self.client.is_closed()
    }

    async fn read_clock(&self) -> Result<Reading, QuotaError> {
        let read = self.client.query_typed_one(READ_CLOCK, &[]);
        within(&self.database, async { reading(&read.await?, 0) }).await
    }

    async fn take(&self, command: Command, wanted: Wanted) -> Result<(Reading, Batch), QuotaError> {
        let slots = i32::try_from(wanted.slots).unwrap_or(i32::MAX);
        let (not_within, climb) = (wanted.not_within.as_secs_f64(), climb());
        within(&self.database, async {
            let parameters: [(&(dyn ToSql + Sync), Type); 7] = [
                (&self.key.sdk_app_id, Type::INT8),
                (&self.key.origin, Type::TEXT),
                (&command.name(), Type::TEXT),
                (&slots, Type::INT4),
                (&not_within, Type::FLOAT8),
                (&self.interval, Type::FLOAT8),
                (&climb, Type::FLOAT8),
            ];
            loop {
                let row = self.at_once(TAKE, &parameters).await?;
                if let Some(row) = row {
                    let batch = Batch {
                        first: reading(&row, 1)?,
                        due: reading(&row, 2)?,
                        slots: wanted.slots,
                    };
                    return Ok((reading(&row, 0)?, batch));
                }
                self.insert(command).await?;
            }
        })
        .await
    }

    async fn throttle(&self, command: Command) -> Result<(), QuotaError> {
        let [first, strongest] = [FIRST_BACK_OFF, STRONGEST_BACK_OFF]
            .map(|part| i32::try_from(part).unwrap_or(i32::MAX));
        let parameters: [(&(dyn ToSql + Sync), Type); 8] = [
            (&self.key.sdk_app_id, Type::INT8),
            (&self.key.origin, Type::TEXT),
            (&command.name(), Type::TEXT),
            (&TOGETHER.as_secs_f64(), Type::FLOAT8),
            (&IN_A_ROW.as_secs_f64(), Type::FLOAT8),
            (&first, Type::INT4),
            (&strongest, Type::INT4),
            (&climb(), Type::FLOAT8),
        ];
        within(&self.database, self.at_once(THROTTLE, &parameters))
            .await
            .map(drop)
    }
}

impl Row {
    /// Creates the row of a command that was never called before.
    async fn insert(&self, command: Command) -> Result<(), Error> {
        let key: [(&(dyn ToSql + Sync), Type); 3] = [
            (&self.key.sdk_app_id, Type::INT8),
            (&self.key.origin, Type::TEXT),
            (&command.name(), Type::TEXT),
        ];
        let inserted = self.client.query_typed(INSERT, &key);
        in_transaction(&self.client, inserted).await.map(drop)
    }

    /// Executes a statement in a transaction of its own, in a single round trip: all parts are sent before any answer has
    /// arrived.
    async fn at_once(
        &self,
        statement: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Option<Found>, Error> {
        let (begun, found, committed) = tokio::join!(
            biased;
            self.client.batch_execute(BEGIN),
            self.client.query_typed_opt(statement, parameters),
            self.client.batch_execute("COMMIT"),
        );
        begun?;
        let found = found?;
        committed?;
        Ok(found)
    }
}

fn climb() -> f64 {
    Duration::from_millis(CLIMB_MILLIS).as_secs_f64()
}

async fn within<T>(
    database: &Database,
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, QuotaError> {
    let source = match tokio::time::timeout(ANSWER_WITHIN, answer).await {
        Ok(Ok(answer)) => return Ok(answer),
        Ok(Err(error)) => DatabaseFailure::Refused(error),
        Err(_) => DatabaseFailure::NoAnswer(ANSWER_WITHIN),
    };
    Err(QuotaError::Unusable {
        database: database.clone(),
        source,
    })
}

/// Reads a column that holds a time after 1970.
fn reading(row: &tokio_postgres::Row, column: usize) -> Result<Reading, tokio_postgres::Error> {
    let time: SystemTime = row.try_get(column)?;
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    let micros = since.unwrap_or_default().as_micros();
    Ok(Reading(i64::try_from(micros).unwrap_or(i64::MAX)))
}
