//! Renews a worker's lease regularly, and exchanges failures with the other workers.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Error};
use topic_import_core::{Code, GroupId};

use super::error::{is_passing, journal_error};
use super::link::Link;
use super::statements::{begin_worker, run_exists, tell};
use super::worker::{Id, Result, Standing, Typed, Worker, token};
use crate::journal::{Cause, Hold, JournalError, Notice, Role};

/// How often the lease is renewed. Every worker learns of a hold within twice this time.
const EVERY: Duration = Duration::from_millis(500);
const RENEW: &str = "SELECT topic_import.renew($1, $2, $3, $4, $5, $6)";
const TAKE_OVER: &str = "SELECT topic_import.take_over($1, $2)";
const TOLD: &str =
    "SELECT id, group_id, line, code, said, cause FROM topic_import.told($1, $2, $3)";

/// Begins to work on the run and to renew the lease.
pub(super) async fn begin(worker: &Arc<Worker>, role: Role<'_>) -> Result<()> {
    worker.leave().await?;
    if let Role::Trial(..) = role {
        return Err(JournalError::NoTrial);
    }
    let failed = |error: Error| journal_error("write", &worker.journal, &error);
    let token = token();
    // An import may have many rows to queue, so there is no time limit.
    let link = Link::patient(&worker.database);
    let begun = link.insist(
        |session| async move {
            let asked = Instant::now();
            let number = begin_worker(
                &session.client,
                worker.run,
                token,
                role,
                worker.by.as_deref(),
                worker.lasts,
            );
            Ok((number.await?, asked))
        },
        |error| worker.note_away(error),
    );
    let (number, asked) = begun.await.map_err(failed)?;
    let number = number.ok_or_else(|| JournalError::InUse {
        journal: worker.journal.clone(),
    })?;
    let exists = link.insist_in_transaction(
        |session| async move { run_exists(&session.client, worker.run).await },
        |error| worker.note_away(error),
    );
    if !exists.await.map_err(failed)? {
        // It was removed after this process had opened it.
        return Err(JournalError::Missing {
            journal: worker.journal.clone(),
        });
    }
    worker.is_undoing.store(role == Role::Undo, SeqCst);
    worker.has_begun(Id { number, token }, asked);
    let mut heartbeat = Heartbeat::new(Arc::clone(worker));
    // Holds must be known before the first call is made.
    heartbeat.begin().await.map_err(failed)?;
    let renewing = tokio::spawn(heartbeat.run());
    *worker.renewing() = Some(renewing);
    Ok(())
}

/// Renews a worker's lease on its own connection, so that no other statement delays it.
struct Heartbeat {
    worker: Arc<Worker>,
    link: Link,
    /// The number of the last hold that was read.
    last_hold: i64,
    /// The token of the next worker. It is used again if the answer is lost, so that the worker is not begun twice.
    next_token: i64,
}

impl Heartbeat {
    fn new(worker: Arc<Worker>) -> Self {
        Self {
            link: Link::new(&worker.database),
            worker,
            last_hold: 0,
            next_token: token(),
        }
    }

    /// Makes the first beat, and tries again while the database cannot be reached.
    async fn begin(&mut self) -> Result<(), Error> {
        while let Some(error) = self.beat_in_time().await {
            if error.as_ref().is_some_and(|error| !is_passing(error)) {
                return error.map_or(Ok(()), Err);
            }
            tokio::time::sleep(EVERY).await;
        }
        Ok(())
    }

    /// Makes a beat within a time limit. Returns `None` if it succeeded, and otherwise why it failed: `Some(None)` if
    /// there was no answer.
    async fn beat_in_time(&mut self) -> Option<Option<Error>> {
        let within = self.worker.lasts / 3;
        let error = match tokio::time::timeout(within, self.beat()).await {
            Ok(Ok(())) => return None,
            Ok(Err(error)) => Some(error),
            Err(_) => None,
        };
        self.link.forget();
        self.worker.note_away(error.as_ref());
        Some(error)
    }

    /// Beats regularly until the task is aborted.
    async fn run(mut self) {
        loop {
            let worker = Arc::clone(&self.worker);
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = worker.has_to_tell.notified() => {}
            }
            let _ = self.beat_in_time().await;
        }
    }

    /// Renews the lease, tells the other workers about failures, and reads theirs.
    async fn beat(&mut self) -> Result<(), Error> {
        let session = self.link.session().await?;
        let worker = &self.worker;
        let asked = Instant::now();
        let current = *worker.id.borrow();
        let Some(id) = current else {
            return self.begin_again(&session.client, asked).await;
        };
        let lasts = worker.lasts.as_secs_f64();
        let known = worker.known(id);
        let of_renewal = known.and(&[(&lasts, Type::FLOAT8)]);
        let of_others: [Typed<'_>; 3] = [
            (&worker.run, Type::INT8),
            (&id.number, Type::INT8),
            (&self.last_hold, Type::INT8),
        ];
        let client = &session.client;
        let renewal = async {
            let standing = client.query_typed_one(RENEW, &of_renewal).await?;
            let standing = Standing::of(standing.get(0));
            // At once: what was sent with it may take longer.
            match standing {
                Standing::AtWork => worker.extend(asked),
                Standing::Lost => worker.lose(id),
                Standing::Behind => worker.note_behind(id),
            }
            Ok(standing)
        };
        let from_dead = client.query_typed(TAKE_OVER, &of_others[..2]);
        let told = client.query_typed(TOLD, &of_others);
        let (renewed, taken_over, told) = tokio::join!(renewal, from_dead, told);
        if renewed? == Standing::Behind {
            self.last_hold = 0;
        }
        taken_over?;
        for row in told? {
            self.last_hold = row.get(0);
            let group_id: Option<String> = row.get(1);
            worker.notice(Notice::Held(Hold {
                // Only another version can have written a GroupId that is invalid here, and no row here has it.
                group_id: match group_id.map(GroupId::parse) {
                    Some(Ok(group_id)) => Some(group_id),
                    Some(Err(_)) => continue,
                    None => None,
                },
                line: row.get::<_, i64>(2).unsigned_abs(),
                cause: Cause {
                    code: row.get::<_, Option<i64>>(3).map(Code::new),
                    said: row.get(4),
                    what: row.get(5),
                },
            }));
        }
        self.tell_all(&session.client, id).await
    }

    async fn tell_all(&self, client: &Client, id: Id) -> Result<(), Error> {
        let holds = self.worker.take_to_tell();
        for (place, hold) in holds.iter().enumerate() {
            if let Err(error) = tell(client, id.number, hold).await {
                self.worker
                    .lock_to_tell()
                    .extend_from_slice(&holds[place..]);
                return Err(error);
            }
        }
        Ok(())
    }

    /// Begins another worker after the lease was lost. Other workers have its former rows now, and it joins them,
    /// unless it undoes the run.
    async fn begin_again(&mut self, client: &Client, asked: Instant) -> Result<(), Error> {
        let worker = &self.worker;
        worker.remind().await?;
        let role = if worker.is_undoing.load(SeqCst) {
            Role::Undo
        } else {
            Role::Join
        };
        let token = self.next_token;
        match begin_worker(
            client,
            worker.run,
            token,
            role,
            worker.by.as_deref(),
            worker.lasts,
        )
        .await?
        {
            Some(number) => {
                worker.has_begun(Id { number, token }, asked);
                self.next_token = self::token();
            }
            None => worker.notice(Notice::Away("others have taken over the run".to_owned())),
        }
        Ok(())
    }
}
