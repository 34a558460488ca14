//! The service: it refuses whatever would be too much in any second, and remembers the rows.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Service {
    pub(super) quota: usize,
    /// When the calls of the last second were accepted.
    window: VecDeque<Duration>,
    /// The rows that it has executed, and how often.
    rows: HashMap<u64, u32>,
    pub(super) accepted: Vec<Duration>,
    pub(super) refused: usize,
}

impl Service {
    pub(super) fn new(quota: u32) -> Self {
        Self {
            quota: quota as usize,
            window: VecDeque::new(),
            rows: HashMap::new(),
            accepted: Vec::new(),
            refused: 0,
        }
    }

    /// Whether a call that arrives now is accepted; its row is executed then.
    pub(super) fn import(&mut self, row: u64, now: Duration) -> bool {
        while self.window.front().is_some_and(|at| now >= *at + WINDOW) {
            self.window.pop_front();
        }
        if self.window.len() >= self.quota {
            self.refused += 1;
            return false;
        }
        self.window.push_back(now);
        self.accepted.push(now);
        *self.rows.entry(row).or_default() += 1;
        true
    }

    /// Whether a row was executed.
    pub(super) fn has(&self, row: u64) -> bool {
        self.rows.contains_key(&row)
    }

    /// How many rows were executed.
    pub(super) fn rows(&self) -> u64 {
        self.rows.len() as u64
    }

    /// How many rows were executed more than once.
    pub(super) fn twice(&self) -> usize {
        self.rows.values().filter(|times| **times > 1).count()
    }
}
