//! The task that fetches slots from the database, and tells it about throttled calls.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{DatabaseClock, Exchange};
use crate::error::QuotaError;
use crate::lane::{Lane, Lanes};
use crate::slots::Wanted;
use crate::source::Source;

/// The wait before the database is tried again for the first time. It doubles each time, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_millis(100);
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How often the clock is read on a new connection, because the fastest answer is the most precise.
const FIRST_READINGS: usize = 4;

pub(crate) struct Keeper<S: Source> {
    lanes: Arc<Lanes>,
    address: S::Address,
    source: Option<S>,
    clock: DatabaseClock,
}

/// What is to be done for a lane.
struct Task {
    lane: Arc<Lane>,
    wanted: Option<Wanted>,
}

impl<S: Source> Keeper<S> {
    /// Connects to the database and reads its clock.
    pub(crate) async fn start(lanes: Arc<Lanes>, address: S::Address) -> Result<Self, QuotaError> {
        let source = S::connect(&address, lanes.interval()).await?;
        let asked = lanes.now();
        let reading = source.read_clock().await?;
        let answered = lanes.now();
        let mut keeper = Self {
            lanes,
            address,
            source: Some(source),
            clock: DatabaseClock::new(Exchange { asked, answered }, reading),
        };
        keeper.read_clock().await?;
        Ok(keeper)
    }

    /// Serves the lanes until the task is aborted.
    pub(crate) async fn keep(mut self) {
        let mut wait = FIRST_WAIT;
        loop {
            let tasks = self.tasks();
            if tasks.is_empty() {
                self.lanes.wanted().await;
                continue;
            }
            match self.serve(tasks).await {
                Ok(()) => {
                    wait = FIRST_WAIT;
                    self.lanes.outage().note_there();
                }
                Err(error) => {
                    self.source = None;
                    self.lanes.outage().note_away(error);
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
            }
        }
    }

    fn tasks(&self) -> Vec<Task> {
        let round_trip = self.clock.round_trip();
        let lanes = self.lanes.all();
        let tasks = lanes.iter().map(|lane| Task {
            lane: Arc::clone(lane),
            wanted: lane.wanted(round_trip),
        });
        tasks
            .filter(|task| task.wanted.is_some() || task.lane.is_throttled())
            .collect()
    }

    async fn serve(&mut self, tasks: Vec<Task>) -> Result<(), QuotaError> {
        if self.source.as_ref().is_none_or(S::is_lost) {
            let interval = self.lanes.interval();
            self.source = Some(S::connect(&self.address, interval).await?);
            self.read_clock().await?;
        }
        let Some(source) = &self.source else {
            return Ok(());
        };
        for Task { lane, wanted } in tasks {
            if lane.take_throttling()
                && let Err(error) = source.throttle(lane.command()).await
            {
                lane.throttle();
                return Err(error);
            }
            if let Some(wanted) = wanted {
                let asked = self.lanes.now();
                let (reading, batch) = source.take(lane.command(), wanted).await?;
                let answered = self.lanes.now();
                self.clock.note(Exchange { asked, answered }, reading);
                lane.receive(batch, reading, &self.clock);
            }
        }
        Ok(())
    }

    async fn read_clock(&mut self) -> Result<(), QuotaError> {
        let Some(source) = &self.source else {
            return Ok(());
        };
        for _ in 1..FIRST_READINGS {
            let asked = self.lanes.now();
            let reading = source.read_clock().await?;
            let answered = self.lanes.now();
            self.clock.note(Exchange { asked, answered }, reading);
        }
        Ok(())
    }
}
