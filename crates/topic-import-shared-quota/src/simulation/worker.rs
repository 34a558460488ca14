//! A process that works on the run: with a client's own quota, or with the keeper and the lanes of the shared one.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep};
use topic_import_async::{LocalQuota, Quota, Waiting};
use topic_import_core::{Command, Rate};

use super::journal::{Claimed, Journal, LEASE, Rest};
use super::world::{Seen, World};
use crate::keeper::Keeper;
use crate::lane::Lanes;
use crate::row::interval;

const IMPORT: Command = Command::new("import_topic");
const LOOK_UP: Command = Command::new("get_topic");
/// How often a worker renews its lease, and asks again for rows that others have.
const EVERY: Duration = Duration::from_millis(500);
/// How often it records outcomes.
const RECORDS_EVERY: Duration = Duration::from_millis(200);
/// How far the clocks of the processes may be from the database's, in millionths.
const MOST_DRIFT: i64 = 200;
/// How many answers fit in a second, one after the other, on average.
const ANSWERS_PER_SECOND: usize = 10;

/// Works with a quota of its own until no row is left.
pub(super) async fn live_alone(world: Rc<World>, per_second: NonZeroU32) {
    let quota = LocalQuota::new(Rate::PerSecond(per_second));
    Worker::new(world, Box::new(quota), per_second).work().await;
}

/// Works with the shared quota until no row is left.
pub(super) async fn live_among_others(world: Rc<World>, per_second: NonZeroU32) {
    let lanes = Arc::new(Lanes::new(interval(per_second)));
    let seen = Seen {
        world: Rc::clone(&world),
        drift: world.chance.borrow_mut().i64(-MOST_DRIFT..=MOST_DRIFT),
        interval: interval(per_second),
    };
    let keeper = Keeper::<Seen>::start(Arc::clone(&lanes), seen)
        .await
        .unwrap();
    let quota = Shared {
        wasted: Arc::clone(&world.wasted),
        lanes,
    };
    let worker = Worker::new(world, Box::new(quota), per_second);
    tokio::select! {
            biased;
        () = keeper.keep() => {}
        () = worker.work() => {}
    }
}

/// The process's end of the shared quota. Counts at its end the slots that passed unused because the process was late.
#[derive(Debug)]
struct Shared {
    lanes: Arc<Lanes>,
    wasted: Arc<AtomicU64>,
}

impl Quota for Shared {
    fn slot(&self, command: Command) -> Waiting<'_> {
        Box::pin(async move { self.lanes.slot(command).await.map_err(Into::into) })
    }

    fn throttled(&self, command: Command) {
        self.lanes.throttled(command);
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.wasted.fetch_add(self.lanes.wasted(), Relaxed);
    }
}

struct Worker {
    world: Rc<World>,
    quota: Box<dyn Quota>,
    per_second: usize,
    /// Its number in the journal; another one once its lease was lost.
    id: Cell<u64>,
    /// Until when its lease lasts for certain, by its own clock.
    lasts_until: Cell<Instant>,
    ready: RefCell<VecDeque<Claimed>>,
    done: RefCell<Vec<u64>>,
}

/// What became of a call, so far.
enum Event<'a> {
    /// It waits for its answer, or is sent again. It was the first attempt or a further one.
    Left(LocalBoxFuture<'a, Event<'a>>, Attempt),
    Again(LocalBoxFuture<'a, Event<'a>>),
    /// Its lease is over, so it was not sent; the row is called later if it is still this worker's.
    Kept(Claimed, u64, Attempt),
    Over,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Attempt {
    First,
    Further,
}

impl Worker {
    fn new(world: Rc<World>, quota: Box<dyn Quota>, per_second: NonZeroU32) -> Self {
        Self {
            world,
            quota,
            per_second: per_second.get() as usize,
            id: Cell::new(0),
            lasts_until: Cell::new(Instant::now()),
            ready: RefCell::default(),
            done: RefCell::default(),
        }
    }

    async fn work(&self) {
        self.begin().await;
        tokio::select! {
            biased;
            () = self.renew() => {}
            () = self.record() => {}
            () = self.import() => {}
        }
    }

    async fn begin(&self) {
        let asked = Instant::now();
        let id = self.world.ask_journal(Journal::begin).await;
        self.id.set(id);
        self.extend(asked);
    }

    fn extend(&self, asked: Instant) {
        self.lasts_until.set(asked + LEASE / 10 * 9);
    }

    fn lasts(&self) -> bool {
        Instant::now() < self.lasts_until.get()
    }

    async fn renew(&self) {
        loop {
            sleep(EVERY).await;
            let (id, asked) = (self.id.get(), Instant::now());
            let renewed = self
                .world
                .ask_journal(move |journal, now| journal.renew(id, now));
            if renewed.await {
                self.extend(asked);
            } else {
                // No number of a worker, so that no row counts as this one's until it has begun again.
                self.id.set(0);
                self.lasts_until.set(Instant::now());
                self.ready.borrow_mut().clear();
                self.begin().await;
            }
        }
    }

    async fn record(&self) {
        loop {
            sleep(RECORDS_EVERY).await;
            let (id, done) = (self.id.get(), self.done.take());
            self.world
                .ask_journal(move |journal, _| journal.record(id, &done))
                .await;
        }
    }

    async fn import(&self) {
        let ahead = self.per_second.div_ceil(5);
        let most_unsent = (self.per_second / 10).max(8);
        let most = 8 + 2 * self.per_second / ANSWERS_PER_SECOND;
        let mut unsent = 0;
        let mut calls = FuturesUnordered::new();
        let mut claiming: FuturesUnordered<LocalBoxFuture<'_, Rest>> = FuturesUnordered::new();
        let mut is_over = false;
        let mut reconsider = tokio::time::interval(EVERY);
        loop {
            while calls.len() < most && unsent < most_unsent && self.lasts() {
                let Some(claimed) = self.ready.borrow_mut().pop_front() else {
                    break;
                };
                unsent += 1;
                calls.push(self.wait(claimed, self.id.get(), Attempt::First));
            }
            if claiming.is_empty() && !is_over && self.ready.borrow().len() < ahead {
                claiming.push(self.claim(ahead));
            }
            let is_idle = calls.is_empty() && self.ready.borrow().is_empty();
            if is_over && is_idle && self.done.borrow().is_empty() {
                return;
            }
            tokio::select! {
            biased;
                Some(event) = calls.next(), if !calls.is_empty() => match event {
                    Event::Left(answer, attempt) => {
                        unsent -= usize::from(attempt == Attempt::First);
                        calls.push(answer);
                    }
                    Event::Again(call) => calls.push(call),
                    Event::Kept(claimed, id, attempt) => {
                        unsent -= usize::from(attempt == Attempt::First);
                        if id == self.id.get() {
                            self.ready.borrow_mut().push_front(claimed);
                        }
                    }
                    Event::Over => {}
                },
                Some(rest) = claiming.next(), if !claiming.is_empty() => match rest {
                    Rest::More => {}
                    Rest::Elsewhere | Rest::Lost => claiming.push(Box::pin(async {
                        sleep(EVERY).await;
                        Rest::More
                    })),
                    Rest::Nothing => is_over = true,
                },
                _ = reconsider.tick() => {}
            }
        }
    }

    fn claim(&self, most: usize) -> LocalBoxFuture<'_, Rest> {
        Box::pin(async move {
            let id = self.id.get();
            let claimed = self
                .world
                .ask_journal(move |journal, now| journal.claim(id, most, now));
            let (rows, rest) = claimed.await;
            if id == self.id.get() {
                self.ready.borrow_mut().extend(rows);
            }
            rest
        })
    }

    /// Waits for a slot.
    fn wait(&self, claimed: Claimed, id: u64, attempt: Attempt) -> LocalBoxFuture<'_, Event<'_>> {
        Box::pin(async move {
            let command = if claimed.is_in_doubt { LOOK_UP } else { IMPORT };
            self.quota.slot(command).await.unwrap();
            if !self.lasts() || id != self.id.get() {
                return Event::Kept(claimed, id, attempt);
            }
            if claimed.is_in_doubt {
                return Event::Left(self.look_up(claimed, id), attempt);
            }
            Event::Left(self.send(claimed, id), attempt)
        })
    }

    fn look_up(&self, claimed: Claimed, id: u64) -> LocalBoxFuture<'_, Event<'_>> {
        let row = claimed.row;
        let looked_up = self.world.ask_service(move |service, _| service.has(row));
        Box::pin(async move {
            if looked_up.await {
                self.done.borrow_mut().push(row);
                return Event::Over;
            }
            let claimed = Claimed {
                is_in_doubt: false,
                ..claimed
            };
            Event::Again(self.wait(claimed, id, Attempt::Further))
        })
    }

    fn send(&self, claimed: Claimed, id: u64) -> LocalBoxFuture<'_, Event<'_>> {
        let row = claimed.row;
        let sent = self
            .world
            .ask_service(move |service, now| service.import(row, now));
        Box::pin(async move {
            if sent.await {
                self.done.borrow_mut().push(row);
                return Event::Over;
            }
            self.quota.throttled(IMPORT);
            let wait = Duration::from_millis(self.world.chance.borrow_mut().u64(50..100));
            Event::Again(Box::pin(async move {
                sleep(wait).await;
                Event::Again(self.wait(claimed, id, Attempt::Further))
            }))
        })
    }
}
