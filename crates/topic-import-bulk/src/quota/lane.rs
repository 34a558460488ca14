//! The calls of one command, in the order in which they asked for a slot.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::Notify;
use topic_import_core::Command;

use super::clock::DatabaseClock;
use super::slots::{Batch, Next, Slots, Wanted};
use super::{QuotaError, Shared, lock};

#[derive(Debug)]
pub(super) struct Lane {
    command: Command,
    /// Held by the call that is next: only that one sleeps, the others wait in line.
    turn: tokio::sync::Mutex<()>,
    /// How many calls there are, the next one included.
    waiting: AtomicUsize,
    slots: Mutex<Slots>,
    /// Slots have come for the call that is next.
    arrived: Notify,
    /// The service said that calls are too frequent, and the database does not know yet.
    is_throttled: AtomicBool,
}

impl Lane {
    pub(super) fn new(command: Command, interval: Duration) -> Self {
        Self {
            command,
            turn: tokio::sync::Mutex::new(()),
            waiting: AtomicUsize::new(0),
            slots: Mutex::new(Slots::new(interval)),
            arrived: Notify::new(),
            is_throttled: AtomicBool::new(false),
        }
    }

    pub(super) const fn command(&self) -> Command {
        self.command
    }

    pub(super) fn wasted(&self) -> u64 {
        lock(&self.slots).wasted()
    }

    /// Ready when a call may leave. Fails where no slot can be had, because the database is away.
    pub(super) async fn slot(&self, shared: &Shared) -> Result<(), Arc<QuotaError>> {
        let _waiting = Waiting::new(&self.waiting);
        let _turn = self.turn.lock().await;
        loop {
            let next = lock(&self.slots).next(shared.now());
            match next {
                Next::At(time) => tokio::time::sleep_until((shared.start + time).into()).await,
                Next::Taken => {
                    shared.wanted.notify_one();
                    return Ok(());
                }
                Next::None => {
                    shared.wanted.notify_one();
                    tokio::select! {
                        () = self.arrived.notified() => {}
                        why = shared.given_up() => return Err(why),
                    }
                }
            }
        }
    }

    pub(super) fn throttle(&self) {
        self.is_throttled.store(true, Relaxed);
    }

    pub(super) fn is_throttled(&self) -> bool {
        self.is_throttled.load(Relaxed)
    }

    /// Whether the database is to be told now. Calls that are throttled while it is told are told after that.
    pub(super) fn take_throttling(&self) -> bool {
        self.is_throttled.swap(false, Relaxed)
    }

    pub(super) fn wanted(&self, round_trip: Duration) -> Option<Wanted> {
        let waiting = self.waiting.load(Relaxed);
        lock(&self.slots).wanted(waiting, round_trip)
    }

    pub(super) fn receive(&self, batch: Batch, clock: &DatabaseClock) {
        lock(&self.slots).receive(batch, clock);
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
