//! What the simulated processes share: the service, the database, and the ways to them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use fastrand::Rng;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep};
use topic_import_core::Command;

use super::journal::Journal;
use super::service::Service;
use super::shared_row::SharedRow;
use crate::clock::Reading;
use crate::error::QuotaError;
use crate::slots::{Batch, Wanted};
use crate::source::Source;

/// The database's clock when the simulation begins, in microseconds since the Unix epoch.
const EPOCH: i64 = 1_700_000_000_000_000;

/// How long something is on its way: so many milliseconds, more or less, each as likely as the other; never less than 0.
#[derive(Clone, Copy, Debug)]
struct Way {
    millis: f64,
    more_or_less: f64,
}

const TO_SERVICE: Way = Way {
    millis: 50.0,
    more_or_less: 40.0,
};
const TO_DATABASE: Way = Way {
    millis: 2.0,
    more_or_less: 10.0,
};

impl Way {
    fn takes(self, chance: &mut Rng) -> Duration {
        let millis = self.millis + (2.0 * chance.f64() - 1.0) * self.more_or_less;
        Duration::from_secs_f64(millis.max(0.0) / 1000.0)
    }
}

pub(super) struct World {
    began: Instant,
    pub(super) service: RefCell<Service>,
    pub(super) journal: RefCell<Journal>,
    rows: RefCell<BTreeMap<&'static str, SharedRow>>,
    pub(super) chance: RefCell<Rng>,
    /// Slots that passed unused because a process was late.
    pub(super) wasted: Arc<AtomicU64>,
}

impl World {
    pub(super) fn new(quota: u32, rows: u64, seed: u64) -> Rc<Self> {
        Rc::new(Self {
            began: Instant::now(),
            service: RefCell::new(Service::new(quota)),
            journal: RefCell::new(Journal::new(rows)),
            rows: RefCell::default(),
            chance: RefCell::new(Rng::with_seed(seed)),
            wasted: Arc::default(),
        })
    }

    pub(super) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// Asks the service. It answers also if whoever asked is gone.
    pub(super) async fn ask_service<T: 'static>(
        self: &Rc<Self>,
        ask: impl FnOnce(&mut Service, Duration) -> T + 'static,
    ) -> T {
        let world = Rc::clone(self);
        let asked = move || ask(&mut world.service.borrow_mut(), world.now());
        self.travels(TO_SERVICE, asked).await
    }

    /// Asks the journal. It answers also if whoever asked is gone.
    pub(super) async fn ask_journal<T: 'static>(
        self: &Rc<Self>,
        ask: impl FnOnce(&mut Journal, Duration) -> T + 'static,
    ) -> T {
        let world = Rc::clone(self);
        let asked = move || ask(&mut world.journal.borrow_mut(), world.now());
        self.travels(TO_DATABASE, asked).await
    }

    async fn ask_database<T: 'static>(
        self: &Rc<Self>,
        ask: impl FnOnce(&mut BTreeMap<&'static str, SharedRow>, i64) -> T + 'static,
    ) -> T {
        let world = Rc::clone(self);
        let asked = move || ask(&mut world.rows.borrow_mut(), EPOCH + micros(world.now()));
        self.travels(TO_DATABASE, asked).await
    }

    async fn travels<T: 'static>(&self, way: Way, ask: impl FnOnce() -> T + 'static) -> T {
        let (there, back) = {
            let chance = &mut self.chance.borrow_mut();
            (way.takes(chance), way.takes(chance))
        };
        let (answer, answered) = oneshot::channel();
        tokio::task::spawn_local(async move {
            sleep(there).await;
            let asked = ask();
            sleep(back).await;
            // Whoever asked may be gone.
            let _ = answer.send(asked);
        });
        answered.await.unwrap()
    }
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap()
}

/// The quota's rows as one process sees them: its clock runs faster or slower than the database's. Here the process has
/// the true time, and what it reads of the database's clock is off.
#[derive(Clone)]
pub(super) struct Seen {
    pub(super) world: Rc<World>,
    /// In millionths.
    pub(super) drift: i64,
    pub(super) interval: Duration,
}

impl Seen {
    fn reading(&self, time: i64) -> Reading {
        Reading(time + (time - EPOCH) * self.drift / 1_000_000)
    }
}

impl Source for Seen {
    type Address = Self;

    async fn connect(address: &Self, _: Duration) -> Result<Self, QuotaError> {
        Ok(address.clone())
    }

    fn is_lost(&self) -> bool {
        false
    }

    async fn read_clock(&self) -> Result<Reading, QuotaError> {
        let now = self.world.ask_database(|_, now| now).await;
        Ok(self.reading(now))
    }

    async fn take(&self, command: Command, wanted: Wanted) -> Result<(Reading, Batch), QuotaError> {
        let Wanted { slots, not_within } = wanted;
        let interval = self.interval;
        let taken = self.world.ask_database(move |rows, now| {
            let row = rows
                .entry(command.name())
                .or_insert_with(|| SharedRow::inserted(now));
            (now, row.take(now, slots, not_within, interval))
        });
        let (now, (first, due)) = taken.await;
        let batch = Batch {
            first: self.reading(first),
            due: self.reading(due),
            slots,
        };
        Ok((self.reading(now), batch))
    }

    async fn throttle(&self, command: Command) -> Result<(), QuotaError> {
        let throttled = self.world.ask_database(move |rows, now| {
            if let Some(row) = rows.get_mut(command.name()) {
                row.throttle(now);
            }
        });
        throttled.await;
        Ok(())
    }
}
