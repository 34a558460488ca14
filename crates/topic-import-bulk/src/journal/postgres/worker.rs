//! A process that works on a run: it claims rows, records outcomes and holds a lease.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;
use tokio_postgres::Error;
use tokio_postgres::types::{ToSql, Type};
use topic_import_core::{Code, KnownTopicId};
use topic_import_shared_quota::{Database, said};

use super::error::{is_refused_for_now, journal_error};
use super::link::Link;
use super::memory::Memory;
use super::statements;
use super::values::{outcome, signed, storable};
use crate::journal::{
    Claimed, ClaimedRow, Hold, JournalError, JournalName, Lease, Notice, Record, Rest, RowPlace,
    Usage, request_of,
};
use crate::outcome::Outcome;

pub(super) type Result<T, E = JournalError> = std::result::Result<T, E>;

/// How long to wait before asking again for rows that other workers have.
const ASK_AGAIN: Duration = Duration::from_millis(500);

const CLAIM: &str = "SELECT topic_import.claim($1, $2, $3, $4, $5, $6)";
const CLAIMED: &str =
    "SELECT number, line, request, before, is_blocked, file FROM topic_import.claimed($1, $2)";
const RECORD: &str = "SELECT topic_import.record($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";
const LEAVE: &str = "SELECT topic_import.leave($1, $2, $3, $4, $5)";
const REMIND: &str =
    "SELECT topic_import.remind($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

/// A value with the type that the database has for it.
pub(super) type Typed<'a> = (&'a (dyn ToSql + Sync), Type);

/// A worker's number, and the token that proves who it is: once the database has lost commits, the number may belong to
/// another worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) number: i64,
    pub(super) token: i64,
}

/// What a worker knows of itself, with which each of its statements begins: the database may have lost some of it.
pub(super) struct Known {
    pub(super) run: i64,
    pub(super) id: Id,
    /// How many claims it has made.
    pub(super) claims: i64,
    /// How often it has recorded outcomes.
    pub(super) records: i64,
}

impl Known {
    /// The first five parameters of each of these statements, and those that follow them.
    pub(super) fn and<'a>(&'a self, further: &[Typed<'a>]) -> Vec<Typed<'a>> {
        let known: [Typed<'a>; 5] = [
            (&self.run, Type::INT8),
            (&self.id.number, Type::INT8),
            (&self.id.token, Type::INT8),
            (&self.claims, Type::INT8),
            (&self.records, Type::INT8),
        ];
        [&known, further].concat()
    }
}

/// The standing of a worker, as the database sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    AtWork,
    /// Other workers have taken over its rows.
    Lost,
    /// The database has lost commits of this worker that it had confirmed.
    Behind,
}

impl Standing {
    pub(super) fn of(word: &str) -> Self {
        match word {
            "lost" => Self::Lost,
            "behind" => Self::Behind,
            _ => Self::AtWork,
        }
    }
}

/// A process that works on a run.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) run: i64,
    pub(super) journal: JournalName,
    pub(super) lease: Lease,
    /// How long the lease lasts after it is renewed, by the database's clock.
    pub(super) lasts: Duration,
    /// Who works on the run, and where.
    pub(super) by: Option<String>,
    pub(super) database: Database,
    link: Link,
    /// `None` before the worker has begun, and while it has lost its lease.
    pub(super) id: watch::Sender<Option<Id>>,
    /// What to record again if the database loses commits.
    memory: Mutex<Memory>,
    /// Held while a claim is made.
    claiming: tokio::sync::Mutex<()>,
    /// Held while the database is told what it has lost.
    behind: tokio::sync::Mutex<()>,
    /// The former identity of this worker, from when it is noticed that the database has lost commits until it is told.
    was: Mutex<Option<Id>>,
    /// The failures that the other workers are to be told about.
    pub(super) to_tell: Mutex<Vec<Hold>>,
    pub(super) has_to_tell: Notify,
    notices: mpsc::UnboundedSender<Notice>,
    received: tokio::sync::Mutex<mpsc::UnboundedReceiver<Notice>>,
    renewing: Mutex<Option<JoinHandle<()>>>,
    /// Whether it undoes the run, with no other worker at work.
    pub(super) is_undoing: AtomicBool,
}

impl Worker {
    pub(super) fn new(
        database: &Database,
        run: i64,
        journal: &JournalName,
        lasts: Duration,
        by: Option<String>,
    ) -> Self {
        let (notices, received) = mpsc::unbounded_channel();
        Self {
            run,
            journal: journal.clone(),
            lease: Lease::over(),
            lasts,
            by,
            database: database.clone(),
            link: Link::new(database),
            id: watch::Sender::new(None),
            memory: Mutex::default(),
            claiming: tokio::sync::Mutex::default(),
            behind: tokio::sync::Mutex::default(),
            was: Mutex::default(),
            to_tell: Mutex::default(),
            has_to_tell: Notify::new(),
            notices,
            received: tokio::sync::Mutex::new(received),
            renewing: Mutex::new(None),
            is_undoing: AtomicBool::new(false),
        }
    }

    /// Takes on the identity of a worker that the database has begun. Its lease was requested at `asked`, and so cannot
    /// have begun earlier.
    pub(super) fn has_begun(&self, id: Id, asked: Instant) {
        *self.memory() = Memory::default();
        self.id.send_replace(Some(id));
        self.extend(asked);
    }

    /// Extends the lease, which was requested at `asked`. Here it ends a little earlier than in the database, whose
    /// clock may run faster.
    pub(super) fn extend(&self, asked: Instant) {
        self.lease.extend(asked + self.lasts / 10 * 9);
    }

    /// Gives up this identity, whose rows belong to other workers now, and with it the lease.
    pub(super) fn lose(&self, id: Id) {
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

    /// The identity of this worker; waits until it has one.
    async fn id(&self) -> Id {
        let mut ids = self.id.subscribe();
        loop {
            if let Some(id) = *ids.borrow_and_update() {
                return id;
            }
            // This cannot fail: the sender belongs to this worker.
            let _ = ids.changed().await;
        }
    }

    pub(super) async fn claim(&self, at_most: usize) -> Result<Claimed> {
        let _turn = self.claiming.lock().await;
        loop {
            let id = self.id().await;
            // Read before asking: if the lease is lost meanwhile, the rows must not count as claimed under a new one.
            let lease = self.lease.number();
            let mut known = self.known(id);
            known.claims += 1;
            let (known, claim) = (&known, known.claims);
            let most = i64::try_from(at_most).unwrap_or(i64::MAX);
            let answer = self.link.insist(
                |session| async move {
                    // Two transactions, sent together, so that no locks are held while the rows are transferred.
                    let claim_parameters = known.and(&[(&most, Type::INT8)]);
                    let claimed_parameters: [Typed<'_>; 2] =
                        [(&id.number, Type::INT8), (&claim, Type::INT8)];
                    let claim = session.client.query_typed_one(CLAIM, &claim_parameters);
                    let rows = session.client.query_typed(CLAIMED, &claimed_parameters);
                    let (rest, rows) = tokio::join!(claim, rows);
                    Ok((rest?.get::<_, String>(0), rows?))
                },
                |error| self.note_away(error),
            );
            let (rest, rows) = answer
                .await
                .map_err(|error| journal_error("write", &self.journal, &error))?;
            match Standing::of(&rest) {
                Standing::AtWork => {}
                standing => {
                    self.heed(id, standing).await?;
                    continue;
                }
            }
            let rest = match &*rest {
                "elsewhere" => Rest::AskAgainAfter(ASK_AGAIN),
                "settling" => {
                    self.notice(Notice::LostCommits(
                        "the journal's database is now another server, or an older copy, and may have lost its last \
                         commits. No rows are claimed until every process that works on the run has recorded again \
                         what was lost; what a process that does not come back within its lease had recorded stays lost"
                            .to_owned(),
                    ));
                    return Ok(Claimed::new(Vec::new(), Rest::AskAgainAfter(ASK_AGAIN)));
                }
                "nothing" => Rest::Nothing,
                _ => Rest::More,
            };
            let rows: Result<Vec<ClaimedRow>> = rows
                .iter()
                .map(|row| {
                    let number = row.get(0);
                    Ok(ClaimedRow {
                        number,
                        place: RowPlace::new(row.get::<_, i64>(1).unsigned_abs(), row.get(5)),
                        request: request_of(number, row.get(2))?,
                        before: outcome(row.get(3)),
                        is_blocked: row.get(4),
                        lease,
                    })
                })
                .collect();
            let rows = rows?;
            if *self.id.borrow() == Some(id) {
                self.memory().note_claim(rows.iter().map(|row| row.number));
            }
            return Ok(Claimed { rows, rest });
        }
    }

    /// Records outcomes, the first of those that are known.
    pub(super) async fn record(
        &self,
        records: &[Record],
        known: &[Record],
        usage: Usage,
    ) -> Result<()> {
        loop {
            let current = *self.id.borrow();
            let id = match current {
                Some(id) => id,
                // A topic stays destroyed, even if the lease was lost, and that must be recorded.
                None if self.is_undoing.load(SeqCst) => self.id().await,
                None => {
                    // All rows belong to others now, but what the database has lost, it is told with these outcomes.
                    if self.was().is_some() {
                        self.memory().note_record(records);
                    }
                    return self.remind_now().await;
                }
            };
            // They are remembered even if the database never confirms them.
            self.memory().note_outcomes(known);
            match self.record_as(id, records, usage).await? {
                Standing::AtWork => return Ok(()),
                Standing::Lost => self.lose(id),
                Standing::Behind => {
                    self.heed(id, Standing::Behind).await?;
                    return Ok(());
                }
            }
        }
    }

    async fn record_as(&self, id: Id, records: &[Record], usage: Usage) -> Result<Standing> {
        let columns = &Columns::of(records);
        let imports: &Vec<i64> = &usage
            .imports
            .ranges()
            .map(|range| signed(range.calls))
            .collect();
        let mut known = self.known(id);
        known.records += 1;
        let known = &known;
        let recorded = self.link.insist(
            |session| async move {
                let rate = &usage.rate.map(|rate| i64::from(NonZeroU32::get(rate)));
                let further: [Typed<'_>; 11] = [
                    (&columns.numbers, Type::INT8_ARRAY),
                    (&columns.states, Type::TEXT_ARRAY),
                    (&columns.codes, Type::INT8_ARRAY),
                    (&columns.said, Type::TEXT_ARRAY),
                    (&columns.causes, Type::TEXT_ARRAY),
                    (&columns.topic_ids, Type::TEXT_ARRAY),
                    (&signed(usage.calls), Type::INT8),
                    (&signed(usage.repeated), Type::INT8),
                    (&signed(usage.throttled), Type::INT8),
                    (imports, Type::INT8_ARRAY),
                    (rate, Type::INT8),
                ];
                let parameters = known.and(&further);
                let record = session.client.query_typed_one(RECORD, &parameters);
                Ok(Standing::of(record.await?.get(0)))
            },
            |error| self.note_away(error),
        );
        let standing = recorded
            .await
            .map_err(|error| journal_error("write", &self.journal, &error))?;
        if standing == Standing::AtWork && *self.id.borrow() == Some(id) {
            self.memory().note_record(records);
        }
        Ok(standing)
    }

    pub(super) async fn leave(&self) -> Result<()> {
        let failed = |error: Error| journal_error("write", &self.journal, &error);
        let current = *self.id.borrow();
        let Some(id) = current else {
            self.remind_now().await?;
            self.stop_renewing();
            return Ok(());
        };
        let _turn = self.claiming.lock().await;
        let known = &self.known(id);
        let to_tell = &self.take_to_tell();
        let left = self.link.insist(
            |session| async move {
                for hold in to_tell {
                    statements::tell(&session.client, id.number, hold).await?;
                }
                let parameters = known.and(&[]);
                let left = session.client.query_typed_one(LEAVE, &parameters);
                Ok(Standing::of(left.await?.get(0)))
            },
            |error| self.note_away(error),
        );
        let standing = left.await.map_err(failed)?;
        self.stop_renewing();
        self.heed(id, standing).await?;
        self.lose(id);
        Ok(())
    }

    /// Reacts to the standing of this worker.
    async fn heed(&self, id: Id, standing: Standing) -> Result<()> {
        match standing {
            Standing::AtWork => {}
            Standing::Lost => self.lose(id),
            Standing::Behind => {
                self.note_behind(id);
                self.remind_now().await?;
            }
        }
        Ok(())
    }

    async fn remind_now(&self) -> Result<()> {
        let reminded = self.remind().await;
        reminded.map_err(|error| journal_error("write", &self.journal, &error))
    }

    /// Notes that the database has lost commits. No more requests are sent for this worker's rows. It continues as
    /// another worker once the database was [told](Self::remind) what it has lost.
    pub(super) fn note_behind(&self, id: Id) {
        if *self.id.borrow() == Some(id) {
            *self.was() = Some(id);
            self.lose(id);
        }
    }

    /// Tells the database what it has lost, if it has lost anything. The rows that were open are queued again, since
    /// nobody knows whether their topics exist.
    pub(super) async fn remind(&self) -> Result<(), Error> {
        let _turn = self.behind.lock().await;
        loop {
            let was = *self.was();
            let Some(id) = was else {
                return Ok(());
            };
            let memory = self.memory().clone();
            self.remind_of(id, &memory).await?;
            let mut was = self.was();
            // If more became known meanwhile, the database is told that as well.
            if self.memory().counts() == memory.counts() {
                *was = None;
            }
        }
    }

    async fn remind_of(&self, id: Id, memory: &Memory) -> Result<(), Error> {
        let (claims, records) = memory.counts();
        let (kept, open) = (memory.records(), &memory.open());
        let columns = &Columns::of(&kept);
        let role = if self.is_undoing.load(SeqCst) {
            "undo"
        } else {
            "join"
        };
        let link = Link::patient(&self.database);
        let twice: Option<i64> = link
            .insist(
                |session| async move {
                    let parameters: [Typed<'_>; 12] = [
                        (&self.run, Type::INT8),
                        (&id.token, Type::INT8),
                        (&role, Type::TEXT),
                        (&claims, Type::INT8),
                        (&records, Type::INT8),
                        (&columns.numbers, Type::INT8_ARRAY),
                        (&columns.states, Type::TEXT_ARRAY),
                        (&columns.codes, Type::INT8_ARRAY),
                        (&columns.said, Type::TEXT_ARRAY),
                        (&columns.causes, Type::TEXT_ARRAY),
                        (&columns.topic_ids, Type::TEXT_ARRAY),
                        (open, Type::INT8_ARRAY),
                    ];
                    let reminded = session.client.query_typed_one(REMIND, &parameters);
                    Ok(reminded.await?.get(0))
                },
                |error| self.note_away(error),
            )
            .await?;
        let taken = match twice {
            Some(twice @ 1..) => format!(
                ". Other processes had already claimed {twice} of these rows without a TopicId: \
                 check whether their topics exist twice"
            ),
            _ => String::new(),
        };
        let said = format!(
            "the journal's database has lost its last commits, as after a failover to a standby that lacked them, or a \
             restored backup: up to {} outcomes were recorded again, and {} open rows will be settled{taken}",
            kept.len(),
            open.len()
        );
        self.notice(Notice::LostCommits(said));
        Ok(())
    }

    fn was(&self) -> MutexGuard<'_, Option<Id>> {
        self.was.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What this worker knows of itself under this identity.
    pub(super) fn known(&self, id: Id) -> Known {
        let (claims, records) = self.memory().counts();
        Known {
            run: self.run,
            id,
            claims,
            records,
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
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

    pub(super) async fn next_notice(&self) -> Notice {
        match self.received.lock().await.recv().await {
            Some(notice) => notice,
            // This never happens, since this worker keeps a sender.
            None => std::future::pending().await,
        }
    }

    pub(super) fn notice(&self, notice: Notice) {
        // This cannot fail: the receiver belongs to this worker.
        let _ = self.notices.send(notice);
    }

    /// Sends a notice that the database cannot be used; `error` is `None` if it does not answer.
    pub(super) fn note_away(&self, error: Option<&Error>) {
        self.notice(Notice::Away(match error {
            None => "the journal's database does not answer".to_owned(),
            Some(error) if is_refused_for_now(error) => format!(
                "the journal's database refuses a request for now; trying again: {}",
                said(error)
            ),
            Some(error) => format!(
                "the journal's database is out of reach; trying again: {}",
                said(error)
            ),
        }));
    }

    pub(super) fn stop_renewing(&self) {
        if let Some(renewing) = self.renewing().take() {
            renewing.abort();
        }
    }

    /// The task that renews the lease.
    pub(super) fn renewing(&self) -> MutexGuard<'_, Option<JoinHandle<()>>> {
        self.renewing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records, with one list for each column.
struct Columns<'a> {
    numbers: Vec<i64>,
    states: Vec<&'static str>,
    codes: Vec<Option<i64>>,
    said: Vec<Option<Cow<'a, str>>>,
    causes: Vec<Option<Cow<'a, str>>>,
    topic_ids: Vec<Option<&'a str>>,
}

impl<'a> Columns<'a> {
    fn of(records: &'a [Record]) -> Self {
        let each = || records.iter();
        Self {
            numbers: each().map(|record| record.number).collect(),
            states: each().map(|record| Outcome::name(record.outcome)).collect(),
            codes: each()
                .map(|record| record.cause.code.map(Code::get))
                .collect(),
            said: each()
                .map(|record| record.cause.said.as_deref().map(storable))
                .collect(),
            causes: each()
                .map(|record| record.cause.what.as_deref().map(storable))
                .collect(),
            topic_ids: each()
                .map(|record| record.topic_id.as_ref().map(KnownTopicId::as_str))
                .collect(),
        }
    }
}

/// A random number, so that no two processes have the same.
pub(super) fn token() -> i64 {
    RandomState::new().build_hasher().finish().cast_signed()
}
