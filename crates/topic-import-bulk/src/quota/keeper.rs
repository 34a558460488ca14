//! Who fetches slots from the database, and tells it of throttled calls.

use std::sync::Arc;
use std::time::Duration;

use super::clock::{DatabaseClock, Exchange};
use super::lane::Lane;
use super::row::{QuotaError, Row};
use super::slots::Wanted;
use super::{Shared, lock};
use crate::postgres::Database;

/// The first wait before another try to connect; it doubles with every further one, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// The clock is read so often when a connection is new: the fastest answer says most.
const FIRST_READINGS: usize = 4;

pub(super) struct Keeper {
    shared: Arc<Shared>,
    database: Database,
    row: Option<Row>,
    clock: DatabaseClock,
}

/// What there is to do for a lane.
struct Task {
    lane: Arc<Lane>,
    wanted: Option<Wanted>,
}

impl Keeper {
    /// Connects for the first time.
    pub(super) async fn start(shared: Arc<Shared>, database: Database) -> Result<Self, QuotaError> {
        let row = Row::connect(&database, &shared.key, shared.interval).await?;
        let asked = shared.now();
        let reading = row.read_clock().await?;
        let answered = shared.now();
        let mut keeper = Self {
            shared,
            database,
            row: Some(row),
            clock: DatabaseClock::new(Exchange { asked, answered }, reading),
        };
        keeper.read_clock().await?;
        Ok(keeper)
    }

    /// Does what the lanes ask for, until it is aborted.
    pub(super) async fn keep(mut self) {
        let mut wait = FIRST_WAIT;
        loop {
            let tasks = self.tasks();
            if tasks.is_empty() {
                self.shared.wanted.notified().await;
                continue;
            }
            match self.serve(tasks).await {
                Ok(()) => {
                    wait = FIRST_WAIT;
                    self.shared.note_there();
                }
                Err(error) => {
                    self.row = None;
                    self.shared.note_away(error);
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    fn tasks(&self) -> Vec<Task> {
        let round_trip = self.clock.round_trip();
        let lanes = lock(&self.shared.lanes);
        let tasks = lanes.iter().map(|lane| Task {
            lane: Arc::clone(lane),
            wanted: lane.wanted(round_trip),
        });
        tasks
            .filter(|task| task.wanted.is_some() || task.lane.is_throttled())
            .collect()
    }

    async fn serve(&mut self, tasks: Vec<Task>) -> Result<(), QuotaError> {
        if self.row.as_ref().is_none_or(Row::is_lost) {
            let shared = &self.shared;
            self.row = Some(Row::connect(&self.database, &shared.key, shared.interval).await?);
            self.read_clock().await?;
        }
        let Some(row) = &self.row else {
            return Ok(());
        };
        for Task { lane, wanted } in tasks {
            if lane.take_throttling()
                && let Err(error) = row.throttle(lane.command()).await
            {
                lane.throttle();
                return Err(error);
            }
            if let Some(wanted) = wanted {
                let asked = self.shared.now();
                let (reading, batch) = row.take(lane.command(), wanted).await?;
                let answered = self.shared.now();
                self.clock.note(Exchange { asked, answered }, reading);
                lane.receive(batch, &self.clock);
            }
        }
        Ok(())
    }

    async fn read_clock(&mut self) -> Result<(), QuotaError> {
        let Some(row) = &self.row else {
            return Ok(());
        };
        for _ in 1..FIRST_READINGS {
            let asked = self.shared.now();
            let reading = row.read_clock().await?;
            let answered = self.shared.now();
            self.clock.note(Exchange { asked, answered }, reading);
        }
        Ok(())
    }
}
