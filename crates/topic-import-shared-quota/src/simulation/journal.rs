//! A model of how workers claim a run's rows from the journal in PostgreSQL: by leases that expire.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

/// How long a lease lasts after it is renewed, unless the user says otherwise.
pub(super) const LEASE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Journal {
    rows: u64,
    /// Rows from this one on were never claimed.
    next: u64,
    /// Rows that a worker has left open, which are claimed first.
    queue: VecDeque<u64>,
    /// Until when the lease of each worker lasts, and its rows.
    workers: BTreeMap<u64, (Duration, BTreeSet<u64>)>,
    begun: u64,
    /// The rows that were left open, which are looked up before they are sent again.
    doubtful: BTreeSet<u64>,
    pub(super) taken_over: u64,
    pub(super) recorded: u64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Claimed {
    pub(super) row: u64,
    pub(super) is_in_doubt: bool,
}

/// What a claim says apart from rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    More,
    /// Others have the last rows.
    Elsewhere,
    Nothing,
    /// The lease was lost.
    Lost,
}

impl Journal {
    pub(super) fn new(rows: u64) -> Self {
        Self {
            rows,
            next: 0,
            queue: VecDeque::new(),
            workers: BTreeMap::new(),
            begun: 0,
            doubtful: BTreeSet::new(),
            taken_over: 0,
            recorded: 0,
        }
    }

    pub(super) fn begin(&mut self, now: Duration) -> u64 {
        self.take_over(None, now);
        self.begun += 1;
        self.workers
            .insert(self.begun, (now + LEASE, BTreeSet::new()));
        self.begun
    }

    /// Renews the lease, unless it was lost.
    pub(super) fn renew(&mut self, worker: u64, now: Duration) -> bool {
        let worker = self.workers.get_mut(&worker);
        worker.map(|(until, _)| *until = now + LEASE).is_some()
    }

    pub(super) fn claim(
        &mut self,
        worker: u64,
        most: usize,
        now: Duration,
    ) -> (Vec<Claimed>, Rest) {
        if !self.workers.contains_key(&worker) {
            return (Vec::new(), Rest::Lost);
        }
        let again = self.queue.len().min(most);
        let mut rows: Vec<u64> = self.queue.drain(..again).collect();
        let fresh = (self.next + (most - again) as u64).min(self.rows);
        rows.extend(self.next..fresh);
        self.next = fresh;
        if rows.is_empty() {
            self.take_over(Some(worker), now);
            let is_held = |(other, (_, rows)): (&u64, &(Duration, BTreeSet<u64>))| {
                *other != worker && !rows.is_empty()
            };
            let rest = if !self.queue.is_empty() {
                Rest::More
            } else if self.workers.iter().any(is_held) {
                Rest::Elsewhere
            } else {
                Rest::Nothing
            };
            return (Vec::new(), rest);
        }
        if let Some((_, held)) = self.workers.get_mut(&worker) {
            held.extend(&rows);
        }
        let claimed = rows.into_iter().map(|row| Claimed {
            row,
            is_in_doubt: self.doubtful.contains(&row),
        });
        (claimed.collect(), Rest::More)
    }

    /// Records rows as done that still belong to the worker.
    pub(super) fn record(&mut self, worker: u64, rows: &[u64]) {
        let Some((_, held)) = self.workers.get_mut(&worker) else {
            return;
        };
        let own = rows.iter().filter(|row| held.remove(*row)).count();
        self.recorded += own as u64;
    }

    /// Ends the workers whose leases have expired, except for the one that asks; their rows are queued.
    fn take_over(&mut self, asking: Option<u64>, now: Duration) {
        let is_dead = |worker: u64, until: Duration| until < now && Some(worker) != asking;
        let dead = self
            .workers
            .extract_if(.., |worker, (until, _)| is_dead(*worker, *until));
        for (_, (_, rows)) in dead {
            self.taken_over += rows.len() as u64;
            self.queue.extend(&rows);
            self.doubtful.extend(&rows);
        }
    }
}
