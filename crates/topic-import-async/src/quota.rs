use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use topic_import_core::{Command, Pacer, Slot};

use crate::clock::Clock;

/// The quota of every command, shared by all calls of a client.
#[derive(Debug)]
pub(crate) struct Quota {
    per_second: Option<NonZeroU32>,
    lanes: Mutex<Vec<(Command, Arc<Lane>)>>,
}

/// The calls of one command, in the order in which they asked.
#[derive(Debug)]
struct Lane {
    /// Held by the call that is next: only that one sleeps, the others wait in line.
    turn: tokio::sync::Mutex<()>,
    pacer: Mutex<Pacer>,
}

impl Quota {
    /// So many calls a second for each command; `None` does not pace.
    pub(crate) const fn new(per_second: Option<NonZeroU32>) -> Self {
        Self {
            per_second,
            lanes: Mutex::new(Vec::new()),
        }
    }

    /// Waits until a call of the command may leave.
    pub(crate) async fn slot(&self, command: Command, clock: Clock) {
        let Some(lane) = self.lane(command) else {
            return;
        };
        let _turn = lane.turn.lock().await;
        loop {
            let slot = lock(&lane.pacer).take(clock.elapsed());
            match slot {
                Slot::After(wait) => tokio::time::sleep(wait).await,
                _ => return,
            }
        }
    }

    /// The service said that calls of the command are too frequent.
    pub(crate) fn throttle(&self, command: Command, clock: Clock) {
        if let Some(lane) = self.lane(command) {
            lock(&lane.pacer).throttle(clock.elapsed());
        }
    }

    fn lane(&self, command: Command) -> Option<Arc<Lane>> {
        let per_second = self.per_second?;
        let mut lanes = lock(&self.lanes);
        if let Some((_, lane)) = lanes.iter().find(|(of, _)| *of == command) {
            return Some(Arc::clone(lane));
        }
        let lane = Arc::new(Lane {
            turn: tokio::sync::Mutex::new(()),
            pacer: Mutex::new(Pacer::new(per_second)),
        });
        lanes.push((command, Arc::clone(&lane)));
        Some(lane)
    }
}

/// A task that panicked leaves nothing half done in what these locks guard.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
