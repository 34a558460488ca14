//! A worker's sign of life, by which it hears of the others as well.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Error};
use topic_import_core::{Code, GroupId};

use super::link::Link;
use super::worker::{Id, Standing, Worker, token};
use crate::journal::{Hold, Notice, Role};
use crate::outcome::Outcome;
use crate::postgres::{Database, is_passing};

/// How often the lease is renewed; every worker hears of a hold within twice as long.
const EVERY: Duration = Duration::from_millis(500);
const RENEW: usize = 0;
const HOLDS: usize = 1;
const STATEMENTS: [&str; 2] = [
    "SELECT topic_import.renew($1, $2, $3, $4, $5, $6::float8 * interval '1 s')",
    "SELECT id, group_id, line, code, why FROM topic_import.hold \
     WHERE run = $1 AND id > $2 AND worker <> $3 ORDER BY id",
];

/// Keeps a worker's lease alive, on a connection of its own: no other statement holds it up.
pub(super) struct Heartbeat {
    worker: Arc<Worker>,
    link: Link,
    /// Up to where holds were heard.
    last_hold: i64,
    /// What the next worker proves itself with: one that was begun though nobody heard of it is not begun again.
    next_token: i64,
}

impl Heartbeat {
    pub(super) fn new(worker: Arc<Worker>, database: &Database) -> Self {
        Self {
            worker,
            link: Link::new(database, "", &STATEMENTS),
            last_hold: 0,
            next_token: token(),
        }
    }

    /// Beats for the first time, however often that takes.
    pub(super) async fn begin(&mut self) -> Result<(), Error> {
        while let Some(error) = self.beat_in_time().await {
            if error.as_ref().is_some_and(|error| !is_passing(error)) {
                return error.map_or(Ok(()), Err);
            }
            tokio::time::sleep(EVERY).await;
        }
        Ok(())
    }

    /// Why it failed; `Some(None)` where there was no answer.
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

    /// Beats until it is aborted.
    pub(super) async fn run(mut self) {
        loop {
            let worker = Arc::clone(&self.worker);
            tokio::select! {
                () = tokio::time::sleep(EVERY) => {}
                () = worker.has_to_tell.notified() => {}
            }
            let _ = self.beat_in_time().await;
        }
    }

    /// Renews the lease, tells what is to be told, and hears what others tell.
    async fn beat(&mut self) -> Result<(), Error> {
        let session = self.link.session().await?;
        let worker = &self.worker;
        let asked = Instant::now();
        let current = *worker.id.borrow();
        let Some(id) = current else {
            return self.begin_again(&session.client, asked).await;
        };
        let lasts = worker.lasts.as_secs_f64();
        let (claims, records) = worker.counts();
        let renewal_parameters: [&(dyn ToSql + Sync); 6] = [
            &worker.run,
            &id.number,
            &id.token,
            &claims,
            &records,
            &lasts,
        ];
        let renewal = session
            .client
            .query_one(&session.statements[RENEW], &renewal_parameters);
        let hold_parameters: [&(dyn ToSql + Sync); 3] = [&worker.run, &self.last_hold, &id.number];
        let holds = session
            .client
            .query(&session.statements[HOLDS], &hold_parameters);
        let (renewal, holds) = tokio::join!(renewal, holds);
        match Standing::of(renewal?.get(0)) {
            Standing::AtWork => worker.extend(asked),
            Standing::Lost => worker.lose(id),
            Standing::Behind => {
                worker.note_behind(id);
                self.last_hold = 0;
            }
        }
        for row in holds? {
            self.last_hold = row.get(0);
            let group_id: Option<String> = row.get(1);
            worker.notice(Notice::Held(Hold {
                // One that is none here is of another version's making: it holds nothing that this one knows.
                group_id: match group_id.map(GroupId::parse) {
                    Some(Ok(group_id)) => Some(group_id),
                    Some(Err(_)) => continue,
                    None => None,
                },
                line: row.get::<_, i64>(2).unsigned_abs(),
                code: row.get::<_, Option<i64>>(3).map(Code::new),
                why: row.get(4),
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

    /// Its rows are others' now; it joins them. Who undoes the run has none.
    async fn begin_again(&mut self, client: &Client, asked: Instant) -> Result<(), Error> {
        let worker = &self.worker;
        worker.remind().await?;
        let role = if worker.is_undoing.load(SeqCst) {
            Role::Undo
        } else {
            Role::Join
        };
        let token = self.next_token;
        match begin_worker(client, worker.run, token, role, worker.lasts).await? {
            Some(number) => {
                worker.has_begun(Id { number, token }, asked);
                self.next_token = self::token();
            }
            None => worker.notice(Notice::Away("others have taken the run over".to_owned())),
        }
        Ok(())
    }
}

/// A new worker's number; `None` where somebody is at work who cannot be joined.
pub(super) async fn begin_worker(
    client: &Client,
    run: i64,
    token: i64,
    role: Role<'_>,
    lasts: Duration,
) -> Result<Option<i64>, Error> {
    let (name, retry) = match role {
        Role::Import(retry) => ("import", retry),
        Role::Join => ("join", &[][..]),
        Role::Undo => ("undo", &[][..]),
    };
    let mut outcomes = vec![Outcome::Held.name()];
    outcomes.extend(retry.iter().map(|retry| retry.outcome().name()));
    let row = client
        .query_one(
            "SELECT topic_import.begin_worker($1, $2, $3, $4, $5::float8 * interval '1 s')",
            &[&run, &token, &name, &outcomes, &lasts.as_secs_f64()],
        )
        .await?;
    Ok(row.get(0))
}

/// Tells the others of a failure.
pub(super) async fn tell(client: &Client, worker: i64, hold: &Hold) -> Result<(), Error> {
    client
        .execute(
            "SELECT topic_import.tell($1, $2, $3, $4, $5)",
            &[
                &worker,
                &hold.group_id.as_ref().map(GroupId::as_str),
                &i64::try_from(hold.line).unwrap_or(i64::MAX),
                &hold.code.map(Code::get),
                &super::storable(&hold.why),
            ],
        )
        .await
        .map(|_| ())
}
