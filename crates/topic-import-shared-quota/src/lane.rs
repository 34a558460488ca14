//! Lanes: the calls of each command wait for slots in the order in which they asked for them.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use topic_import_core::Command;

use crate::clock::{DatabaseClock, Reading};
use crate::error::QuotaError;
use crate::outage::Outage;
use crate::slots::{Batch, Next, Slots, Wanted};

/// The lanes of all commands, and what their calls share with the keeper, which fetches the slots.
#[derive(Debug)]
pub(crate) struct Lanes {
    /// The time from one slot to the next at the full rate.
    interval: Duration,
    /// On tokio's clock, like the waits, so that a test that pauses the clock stops both.
    start: Instant,
    by_command: Mutex<Vec<Arc<Lane>>>,
    /// Notified when the keeper may have something to do: a call needs more slots, or was throttled.
    wanted: Notify,
    outage: Outage,
}

impl Lanes {
    pub(crate) fn new(interval: Duration) -> Self {
        Self {
            interval,
            start: Instant::now(),
            by_command: Mutex::default(),
            wanted: Notify::new(),
            outage: Outage::new(),
        }
    }

    pub(crate) const fn interval(&self) -> Duration {
        self.interval
    }

    pub(crate) const fn outage(&self) -> &Outage {
        &self.outage
    }

    /// The time of this machine's clock since the quota was created.
    pub(crate) fn now(&self) -> Duration {
        self.start.elapsed()
    }

    #[cfg(test)]
    pub(crate) fn wasted(&self) -> u64 {
        self.all().iter().map(|lane| lane.wasted()).sum()
    }

    /// Waits until a call may be sent. Fails if there are no slots because the database is unreachable.
    pub(crate) async fn slot(&self, command: Command) -> Result<(), Arc<QuotaError>> {
        self.lane(command).slot(self).await
    }

    /// Notes that the service said that calls are too frequent.
    pub(crate) fn throttled(&self, command: Command) {
        self.lane(command).throttle();
        self.wanted.notify_one();
    }

    /// Waits until the keeper may have something to do.
    pub(crate) async fn wanted(&self) {
        self.wanted.notified().await;
    }

    pub(crate) fn all(&self) -> MutexGuard<'_, Vec<Arc<Lane>>> {
        lock(&self.by_command)
    }

    fn lane(&self, command: Command) -> Arc<Lane> {
        let mut lanes = self.all();
        if let Some(lane) = lanes.iter().find(|lane| lane.command() == command) {
            return Arc::clone(lane);
        }
        let lane = Arc::new(Lane::new(command, self.interval));
        lanes.push(Arc::clone(&lane));
        lane
    }
}

/// The calls of one command that wait for slots.
#[derive(Debug)]
pub(crate) struct Lane {
    command: Command,
    /// Held by the call that is next. Only that one waits for a slot; the others wait for this lock, in order.
    turn: tokio::sync::Mutex<()>,
    /// How many calls are waiting, including the next one.
    waiting: AtomicUsize,
    slots: Mutex<Slots>,
    /// Notified when slots have arrived for the call that is next.
    arrived: Notify,
    /// Whether the service said that calls are too frequent, and the database was not told yet.
    is_throttled: AtomicBool,
}

impl Lane {
    fn new(command: Command, interval: Duration) -> Self {
        Self {
            command,
            turn: tokio::sync::Mutex::new(()),
            waiting: AtomicUsize::new(0),
            slots: Mutex::new(Slots::new(interval)),
            arrived: Notify::new(),
            is_throttled: AtomicBool::new(false),
        }
    }

    pub(crate) const fn command(&self) -> Command {
        self.command
    }

    #[cfg(test)]
    fn wasted(&self) -> u64 {
        lock(&self.slots).wasted()
    }

    async fn slot(&self, lanes: &Lanes) -> Result<(), Arc<QuotaError>> {
        let _waiting = Waiting::new(&self.waiting);
        let _turn = self.turn.lock().await;
        loop {
            let next = lock(&self.slots).next(lanes.now());
            match next {
                Next::At(time) => tokio::time::sleep_until(lanes.start + time).await,
                Next::Taken => {
                    lanes.wanted.notify_one();
                    return Ok(());
                }
                Next::None => {
                    lanes.wanted.notify_one();
                    tokio::select! {
                        () = self.arrived.notified() => {}
                        why = lanes.outage.outlasted() => return Err(why),
                    }
                }
            }
        }
    }

    pub(crate) fn throttle(&self) {
        self.is_throttled.store(true, Relaxed);
    }

    pub(crate) fn is_throttled(&self) -> bool {
        self.is_throttled.load(Relaxed)
    }

    /// Returns whether the database must be told about throttled calls, and clears the mark, so that calls that are
    /// throttled from now on are told as well.
    pub(crate) fn take_throttling(&self) -> bool {
        self.is_throttled.swap(false, Relaxed)
    }

    pub(crate) fn wanted(&self, round_trip: Duration) -> Option<Wanted> {
        let waiting = self.waiting.load(Relaxed);
        lock(&self.slots).wanted(waiting, round_trip)
    }

    /// Adds the slots that the database has handed out when its clock showed `now`.
    pub(crate) fn receive(&self, batch: Batch, now: Reading, clock: &DatabaseClock) {
        lock(&self.slots).receive(batch, now, clock);
        self.arrived.notify_one();
    }
}

/// Counts a call for as long as it waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// Ignores poisoning: no task that panics leaves behind a half-finished change to what these locks guard.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
