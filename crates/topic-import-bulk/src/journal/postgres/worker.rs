//! One process at work on a run: what it claims, what it records, and its lease.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_postgres::Error;
use topic_import_core::KnownTopicId;

use super::heartbeat;
use super::link::Link;
use super::{Result, outcome, storable};
use crate::journal::{
    Claimed, ClaimedRow, Hold, JournalError, JournalName, Lease, Notice, Record, Rest, Role, Usage,
    topic,
};
use crate::postgres::{Database, journal_error, words};
use crate::summary::Outcome;

/// When to ask again for rows that others have.
const ASK_AGAIN: Duration = Duration::from_millis(500);

/// Each statement touches few rows of tables that may be large, and that may have grown since they were last analyzed.
const SETUP: &str =
    "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off";
const CLAIM: usize = 0;
const CLAIMED: usize = 1;
const RECORD: usize = 2;
const END: usize = 3;
const STATEMENTS: [&str; 4] = [
    "SELECT topic_import.claim($1, $2, $3)",
    "SELECT number, line, request, before FROM topic_import.lease \
     JOIN topic_import.topic USING (run, number) \
     WHERE worker = $1 AND claim = $2 ORDER BY number",
    "SELECT topic_import.record($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    "SELECT topic_import.end_worker($1, $2, $3)",
];

/// A process at work on a run.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) run: i64,
    pub(super) journal: JournalName,
    pub(super) lease: Lease,
    /// How long the lease lasts from when it is renewed, by the database's clock.
    pub(super) lasts: Duration,
    database: Database,
    link: Link,
    /// Its number; `None` before it has begun and where it has lost its lease.
    pub(super) id: watch::Sender<Option<i64>>,
    /// How many of its claims are known here. Held while one is made.
    known: tokio::sync::Mutex<Known>,
    /// What the others are to be told.
    pub(super) to_tell: Mutex<Vec<Hold>>,
    pub(super) has_to_tell: Notify,
    notices: mpsc::UnboundedSender<Notice>,
    heard: tokio::sync::Mutex<mpsc::UnboundedReceiver<Notice>>,
    renewing: Mutex<Option<JoinHandle<()>>>,
    /// It is alone with the run, to undo it.
    pub(super) is_undoing: AtomicBool,
}

#[derive(Debug, Default)]
struct Known {
    worker: i64,
    claims: i64,
}

impl Worker {
    pub(super) fn new(
        database: &Database,
        run: i64,
        journal: &JournalName,
        lasts: Duration,
    ) -> Self {
        let (notices, heard) = mpsc::unbounded_channel();
        Self {
            run,
            journal: journal.clone(),
            lease: Lease::over(),
            lasts,
            database: database.clone(),
            link: Link::new(database, SETUP, &STATEMENTS),
            id: watch::Sender::new(None),
            known: tokio::sync::Mutex::default(),
            to_tell: Mutex::default(),
            has_to_tell: Notify::new(),
            notices,
            heard: tokio::sync::Mutex::new(heard),
            renewing: Mutex::new(None),
            is_undoing: AtomicBool::new(false),
        }
    }

    pub(super) async fn begin(this: &Arc<Self>, role: Role<'_>) -> Result<()> {
        this.leave().await?;
        let asked = Instant::now();
        let failed = |error: Error| journal_error("write", &this.journal, &error);
        // An import may have many rows to put back: it has no limit of time.
        let client = this.database.connect().await.map_err(failed)?;
        let id = heartbeat::begin_worker(&client, this.run, role, this.lasts)
            .await
            .map_err(failed)?;
        let id = id.ok_or_else(|| JournalError::InUse {
            journal: this.journal.clone(),
        })?;
        this.is_undoing.store(role == Role::Undo, SeqCst);
        this.has_begun(id, asked);
        let mut heartbeat = heartbeat::Heartbeat::new(Arc::clone(this), &this.database);
        // What holds the run is heard before its first row is called.
        heartbeat.beat().await.map_err(failed)?;
        let renewing = tokio::spawn(heartbeat.run());
        *this.renewing() = Some(renewing);
        Ok(())
    }

    /// `asked` is when the lease was asked for; it cannot have begun before.
    pub(super) fn has_begun(&self, id: i64, asked: Instant) {
        self.id.send_replace(Some(id));
        self.extend(asked);
    }

    /// By this process's clock the lease ends earlier than by the database's, which may run faster.
    pub(super) fn extend(&self, asked: Instant) {
        self.lease.extend(asked + self.lasts / 10 * 9);
    }

    /// Others have taken over what this worker had.
    pub(super) fn lose(&self, id: i64) {
        let is_news = self.id.send_if_modified(|current| {
            let is_current = *current == Some(id);
            if is_current {
                *current = None;
            }
            is_current
        });
        if is_news {
            self.lease.lose();
        }
    }

    /// Its number, once it has one.
    async fn id(&self) -> i64 {
        let mut ids = self.id.subscribe();
        loop {
            if let Some(id) = *ids.borrow_and_update() {
                return id;
            }
            // The sender is this one: it is not gone.
            let _ = ids.changed().await;
        }
    }

    pub(super) async fn claim(&self, at_most: usize) -> Result<Claimed> {
        let mut known = self.known.lock().await;
        loop {
            let id = self.id().await;
            if known.worker != id {
                *known = Known {
                    worker: id,
                    claims: 0,
                };
            }
            // The lease may be another one before the answer is there: then its number is another.
            let lease = self.lease.number();
            let claim = known.claims + 1;
            let most = i64::try_from(at_most).unwrap_or(i64::MAX);
            let answer = self.link.insist(
                |session| async move {
                    // Two transactions, sent at once: while rows are on their way, nobody waits for a lock.
                    let claim_parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
                        [&id, &claim, &most];
                    let claimed_parameters: [&(dyn tokio_postgres::types::ToSql + Sync); 2] =
                        [&id, &claim];
                    let claim = session
                        .client
                        .query_one(&session.statements[CLAIM], &claim_parameters);
                    let rows = session
                        .client
                        .query(&session.statements[CLAIMED], &claimed_parameters);
                    let (rest, rows) = tokio::join!(claim, rows);
                    Ok((rest?.get::<_, String>(0), rows?))
                },
                |error| self.note_away(error),
            );
            let (rest, rows) = answer
                .await
                .map_err(|error| journal_error("write", &self.journal, &error))?;
            let rest = match &*rest {
                "lost" => {
                    self.lose(id);
                    continue;
                }
                "elsewhere" => Rest::Elsewhere(ASK_AGAIN),
                "nothing" => Rest::Nothing,
                _ => Rest::More,
            };
            let rows: Result<Vec<ClaimedRow>> = rows
                .iter()
                .map(|row| {
                    let number = row.get::<_, i64>(0).unsigned_abs();
                    Ok(ClaimedRow {
                        number,
                        line: row.get::<_, i64>(1).unsigned_abs(),
                        topic: Arc::new(topic(number, row.get(2))?),
                        before: outcome(row.get(3)),
                        lease,
                    })
                })
                .collect();
            let rows = rows?;
            known.claims = claim;
            return Ok(Claimed { rows, rest });
        }
    }

    pub(super) async fn record(&self, records: &[Record], usage: Usage) -> Result<()> {
        let current = *self.id.borrow();
        let id = match current {
            Some(id) => id,
            // What was destroyed is destroyed, whoever holds the lease.
            None if self.is_undoing.load(SeqCst) => self.id().await,
            // All its rows are others'.
            None => return Ok(()),
        };
        let columns = &Columns::of(records);
        let imports: &Vec<i64> = &usage
            .imports
            .ranges()
            .map(|range| signed(range.calls))
            .collect();
        let recorded = self.link.insist(
            |session| async move {
                let row = session
                    .client
                    .query_one(
                        &session.statements[RECORD],
                        &[
                            &id,
                            &columns.numbers,
                            &columns.states,
                            &columns.codes,
                            &columns.messages,
                            &columns.topic_ids,
                            &signed(usage.calls),
                            &signed(usage.repeated),
                            imports,
                            &usage.rate.map(|rate| i64::from(NonZeroU32::get(rate))),
                        ],
                    )
                    .await?;
                Ok(row.get::<_, bool>(0))
            },
            |error| self.note_away(error),
        );
        let is_kept = recorded
            .await
            .map_err(|error| journal_error("write", &self.journal, &error))?;
        if is_kept {
            return Ok(());
        }
        self.lose(id);
        if self.is_undoing.load(SeqCst) {
            return Box::pin(self.record(records, usage)).await;
        }
        Ok(())
    }

    pub(super) async fn leave(&self) -> Result<()> {
        let Some(id) = *self.id.borrow() else {
            self.stop_renewing();
            return Ok(());
        };
        let failed = |error: Error| journal_error("write", &self.journal, &error);
        let known = self.known.lock().await;
        let claims = if known.worker == id { known.claims } else { 0 };
        let to_tell = &self.take_to_tell();
        let run = self.run;
        let left = self.link.insist(
            |session| async move {
                for hold in to_tell {
                    heartbeat::tell(&session.client, id, hold).await?;
                }
                session
                    .client
                    .execute(&session.statements[END], &[&run, &id, &claims])
                    .await
            },
            |error| self.note_away(error),
        );
        left.await.map_err(failed)?;
        self.stop_renewing();
        self.lose(id);
        Ok(())
    }

    pub(super) fn tell(&self, hold: Hold) {
        self.lock_to_tell().push(hold);
        self.has_to_tell.notify_one();
    }

    pub(super) fn take_to_tell(&self) -> Vec<Hold> {
        std::mem::take(&mut *self.lock_to_tell())
    }

    pub(super) fn lock_to_tell(&self) -> MutexGuard<'_, Vec<Hold>> {
        self.to_tell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn heard(&self) -> Notice {
        match self.heard.lock().await.recv().await {
            Some(notice) => notice,
            // This one keeps a sender.
            None => std::future::pending().await,
        }
    }

    pub(super) fn notice(&self, notice: Notice) {
        // There is a receiver as long as this is there.
        let _ = self.notices.send(notice);
    }

    /// `None` where there was no answer in time.
    pub(super) fn note_away(&self, error: Option<&Error>) {
        let why = error.map_or_else(|| "no answer in time".to_owned(), words);
        self.notice(Notice::Away(format!(
            "the journal's database is out of reach, and tried again: {why}"
        )));
    }

    pub(super) fn stop_renewing(&self) {
        if let Some(renewing) = self.renewing().take() {
            renewing.abort();
        }
    }

    fn renewing(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.renewing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records by columns.
struct Columns<'a> {
    numbers: Vec<i64>,
    states: Vec<&'static str>,
    codes: Vec<Option<i64>>,
    messages: Vec<Option<std::borrow::Cow<'a, str>>>,
    topic_ids: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    fn of(records: &'a [Record]) -> Self {
        let each = || records.iter();
        Self {
            numbers: each().map(|record| signed(record.number)).collect(),
            states: each().map(|record| Outcome::name(record.outcome)).collect(),
            codes: each().map(|record| record.code).collect(),
            messages: each()
                .map(|record| record.message.as_deref().map(storable))
                .collect(),
            topic_ids: each()
                .map(|record| record.topic_id.as_ref().map(KnownTopicId::as_str))
                .collect(),
        }
    }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
