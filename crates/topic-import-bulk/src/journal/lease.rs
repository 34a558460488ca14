use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant};

/// How long a process may make calls for the rows that it has claimed, by its own monotonic clock.
///
/// If several processes can work on a journal, each has a lease that it renews. Once a lease has expired, other
/// processes may claim its rows, and the former owner must not send any more requests for them. A process that has lost
/// its lease begins a new one with another number; rows claimed under the former number no longer belong to it.
///
/// Clones share the same lease.
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

    /// A lease that counts as expired until it is [extended](Self::extend).
    #[cfg(any(test, feature = "postgres"))]
    pub(crate) fn over() -> Self {
        Self {
            term: Some(Arc::new(Term {
                origin: Instant::now(),
                until: AtomicU64::new(0),
                number: AtomicU64::new(0),
            })),
        }
    }

    /// Whether other processes can work on the journal at the same time.
    pub const fn is_shared(&self) -> bool {
        self.term.is_some()
    }

    /// Makes the lease last until this moment. If another clock decides about the lease, as in a database, this moment
    /// must not be later than its end there.
    #[cfg(any(test, feature = "postgres"))]
    pub(crate) fn extend(&self, until: Instant) {
        if let Some(term) = &self.term {
            term.until.store(micros(until - term.origin), SeqCst);
        }
    }

    /// Gives up the rows claimed so far, which may belong to others now. Begins a new lease, which counts as expired
    /// until it is extended.
    #[cfg(any(test, feature = "postgres"))]
    pub(crate) fn lose(&self) {
        if let Some(term) = &self.term {
            term.until.store(0, SeqCst);
            term.number.fetch_add(1, SeqCst);
        }
    }

    /// The number of the current lease, from 0.
    pub fn number(&self) -> u64 {
        let number = self.term.as_ref().map(|term| term.number.load(SeqCst));
        number.unwrap_or(0)
    }

    /// Whether the lease has not expired yet.
    pub fn lasts(&self) -> bool {
        let Some(term) = &self.term else {
            return true;
        };
        micros(term.origin.elapsed()) < term.until.load(SeqCst)
    }

    /// Whether a call may be made now for a row that was claimed under the lease of this number.
    pub fn covers(&self, number: u64) -> bool {
        // The order matters: a lost lease changes its number first and is extended afterwards.
        self.lasts() && !self.is_lost(number)
    }

    /// Whether the lease of this number was lost, so that its rows may belong to others.
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
