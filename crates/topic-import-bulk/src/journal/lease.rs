use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// Until when a process may call the rows that it has claimed, by its own monotonic clock.
///
/// Where several processes work on a journal, each has a lease that it renews; when it is over, others take its rows
/// up. No attempt for a row may leave then. A process that has lost its lease begins another one, with another number:
/// the rows of the former belong to others.
///
/// Clones are the same lease.
#[derive(Clone, Debug)]
pub struct Lease {
    /// `None` for a journal that only one process can work on.
    term: Option<Arc<Term>>,
}

#[derive(Debug)]
struct Term {
    origin: Instant,
    /// In microseconds since `origin`.
    until: AtomicU64,
    number: AtomicU64,
}

impl Lease {
    /// The lease of the only process that can work on a journal. Its number is 0.
    pub const fn endless() -> Self {
        Self { term: None }
    }

    /// A lease that is over until it is [extended](Self::extend).
    pub fn over() -> Self {
        Self {
            term: Some(Arc::new(Term {
                origin: Instant::now(),
                until: AtomicU64::new(0),
                number: AtomicU64::new(0),
            })),
        }
    }

    /// Whether others may come to work on the journal.
    pub const fn is_shared(&self) -> bool {
        self.term.is_some()
    }

    /// From now on it lasts until then. Where it is measured by another clock, this must be the earlier moment.
    pub fn extend(&self, until: Instant) {
        if let Some(term) = &self.term {
            term.until.store(micros(until - term.origin), SeqCst);
        }
    }

    /// The rows claimed so far belong to others; the next lease is over until it is extended.
    pub fn lose(&self) {
        if let Some(term) = &self.term {
            term.until.store(0, SeqCst);
            term.number.fetch_add(1, SeqCst);
        }
    }

    /// Which lease this is, from 0.
    pub fn number(&self) -> u64 {
        let number = self.term.as_ref().map(|term| term.number.load(SeqCst));
        number.unwrap_or(0)
    }

    /// Whether it lasts still.
    pub fn lasts(&self) -> bool {
        let Some(term) = &self.term else {
            return true;
        };
        micros(term.origin.elapsed()) < term.until.load(SeqCst)
    }

    /// Whether a row that was claimed under the lease of this number may be called now.
    pub fn covers(&self, number: u64) -> bool {
        // In this order: a lease is extended only after its number was changed.
        self.lasts() && !self.is_lost(number)
    }

    /// Whether the rows that were claimed under the lease of this number belong to others.
    pub fn is_lost(&self, number: u64) -> bool {
        self.number() != number
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_hours(1);

    #[test]
    fn an_endless_lease_covers_every_row() {
        let lease = Lease::endless();
        lease.lose();
        assert!(lease.lasts() && lease.covers(0) && !lease.is_lost(0));
    }

    #[test]
    fn a_lease_covers_rows_from_when_it_is_extended_until_it_is_over() {
        let lease = Lease::over();
        assert!(!lease.lasts() && !lease.covers(0));
        lease.extend(Instant::now() + LONG);
        assert!(lease.clone().covers(0));
        lease.extend(Instant::now());
        assert!(!lease.covers(0) && !lease.is_lost(0));
    }

    #[test]
    fn the_rows_of_a_lost_lease_are_never_covered_again() {
        let lease = Lease::over();
        lease.extend(Instant::now() + LONG);
        lease.lose();
        assert!(!lease.lasts() && lease.is_lost(0));
        lease.extend(Instant::now() + LONG);
        assert!(!lease.covers(0) && lease.covers(1));
    }
}
