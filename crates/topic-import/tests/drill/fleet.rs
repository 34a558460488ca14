//! Several workers on one run in a database: some die, some are stopped for a while, others come.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use fastrand::Rng;
use tempfile::TempDir;
use topic_import_emulator::{TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::communities::{self, Community};
use crate::importer::Importer;
use crate::migration::PROGRAM;
use crate::patience;
use crate::rows::{Row, jsonl};

/// How many workers there are at most.
const MOST: usize = 4;

/// The workers of a run.
pub(crate) struct Fleet {
    directory: TempDir,
    database: String,
    origin: String,
    lease: Duration,
    started: usize,
    working: Vec<Importer>,
    /// Until when they are stopped.
    stopped: Vec<(Instant, Importer)>,
    pub(crate) kills: usize,
    pub(crate) pauses: usize,
}

impl Fleet {
    /// One worker, which loads the rows.
    pub(crate) fn begin(
        rows: &[Row],
        communities: &[Community],
        database: &str,
        origin: &str,
        lease: Duration,
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("rows.jsonl"), jsonl(rows)).unwrap();
        let mut fleet = Self {
            directory,
            database: database.to_owned(),
            origin: origin.to_owned(),
            lease,
            started: 0,
            working: Vec::new(),
            stopped: Vec::new(),
            kills: 0,
            pauses: 0,
        };
        let path = |name| fleet.directory.path().join(name).display().to_string();
        let (input, listed) = (path("rows.jsonl"), path("communities.jsonl"));
        if communities.is_empty() {
            fleet.start(&["import", &input]);
        } else {
            fs::write(&listed, communities::jsonl(communities)).unwrap();
            fleet.start(&["import", &input, "--communities", &listed]);
        }
        fleet
    }

    /// As many workers as there may be.
    pub(crate) fn fill(&mut self) {
        while self.working.len() + self.stopped.len() < MOST {
            self.join();
        }
    }

    /// The only one that there is.
    pub(crate) fn first(&mut self) -> &mut Importer {
        &mut self.working[0]
    }

    fn join(&mut self) {
        self.start(&["work"]);
    }

    fn start(&mut self, arguments: &[&str]) {
        self.started += 1;
        let directory: PathBuf = self.directory.path().join(self.started.to_string());
        fs::create_dir(&directory).unwrap();
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .args(["--lease", &format!("{}ms", self.lease.as_millis())])
            .args(["--output", "json"])
            .current_dir(&directory)
            .env_clear()
            .env("TOPIC_IMPORT_JOURNAL", &self.database)
            .env("TOPIC_IMPORT_ENDPOINT", &self.origin)
            .env("TOPIC_IMPORT_SDK_APP_ID", TRIAL_SDK_APP_ID.to_string())
            .env("TOPIC_IMPORT_SECRET_KEY", TRIAL_SECRET_KEY);
        self.working.push(Importer::start(command, &directory));
    }

    /// One is killed, stopped for longer than its lease, or started; one works on all the time.
    pub(crate) fn disturb(&mut self, chance: &mut Rng) {
        self.wake();
        let may_lose_one = self.working.len() > 1;
        let may_get_one = self.working.len() + self.stopped.len() < MOST;
        match chance.u8(..3) {
            0 if may_lose_one => {
                let place = chance.usize(..self.working.len());
                self.working.swap_remove(place).kill();
                self.kills += 1;
            }
            1 if may_lose_one => {
                let place = chance.usize(..self.working.len());
                let worker = self.working.swap_remove(place);
                worker.signal("STOP");
                self.stopped
                    .push((Instant::now() + self.lease * 3 / 2, worker));
                self.pauses += 1;
            }
            _ if may_get_one => self.join(),
            _ => {}
        }
    }

    /// Those go on that were stopped for long enough.
    fn wake(&mut self) {
        let now = Instant::now();
        let rested = self.stopped.extract_if(.., |(until, _)| *until <= now);
        for (_, worker) in rested {
            worker.signal("CONT");
            self.working.push(worker);
        }
    }

    /// Whether all who work have come to the end; those who are stopped do not count.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.wake();
        self.working.iter_mut().all(Importer::has_ended)
    }

    /// Waits until all have come to the end, which must be this.
    #[track_caller]
    pub(crate) fn finish(mut self, status: i32) -> usize {
        patience::until("all workers go on", || {
            self.wake();
            self.stopped.is_empty()
        });
        for worker in self.working {
            worker.end().assert_status(status);
        }
        self.started
    }
}
