use std::collections::VecDeque;
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(1);

/// A sliding window of one second, which never holds more accepted calls than the limit. A refused call does not
/// count.
#[derive(Debug)]
pub(crate) struct Quota {
    /// In calls per second; `None` accepts every call.
    limit: Option<usize>,
    /// When the most recent calls were accepted, oldest first; at most as many as the limit.
    accepted: VecDeque<Duration>,
}

impl Quota {
    pub(crate) fn new(limit: Option<u32>) -> Self {
        Self {
            limit: limit.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
            accepted: VecDeque::new(),
        }
    }

    /// Accepts or refuses a call. `now` must not decrease from one call to the next.
    pub(crate) fn accept(&mut self, now: Duration) -> bool {
        let Some(limit) = self.limit else {
            return true;
        };
        while let Some(oldest) = self.accepted.front()
            && now.saturating_sub(*oldest) >= WINDOW
        {
            self.accepted.pop_front();
        }
        let accepted = self.accepted.len() < limit;
        if accepted {
            self.accepted.push_back(now);
        }
        accepted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(quota: &mut Quota, times_in_ms: &[u64]) -> Vec<bool> {
        times_in_ms
            .iter()
            .map(|ms| quota.accept(Duration::from_millis(*ms)))
            .collect()
    }

    #[test]
    fn the_window_is_half_open_and_slides() {
        let mut quota = Quota::new(Some(2));
        assert_eq!(
            accepted(&mut quota, &[0, 500, 999, 1000, 1499, 1500, 1999, 2000]),
            [true, true, false, true, false, true, false, true]
        );
    }

    #[test]
    fn a_burst_across_two_calendar_seconds_is_still_one_window() {
        let mut quota = Quota::new(Some(2));
        assert_eq!(
            accepted(&mut quota, &[900, 950, 1010, 1899, 1900]),
            [true, true, false, false, true]
        );
    }

    #[test]
    fn a_window_ends_to_the_nanosecond() {
        let mut quota = Quota::new(Some(1));
        assert!(quota.accept(Duration::from_nanos(1)));
        assert!(!quota.accept(Duration::from_secs(1)));
        assert!(quota.accept(Duration::from_nanos(1_000_000_001)));
    }

    #[test]
    fn refused_calls_do_not_count() {
        let mut quota = Quota::new(Some(1));
        assert_eq!(
            accepted(&mut quota, &[0, 100, 600, 999, 1000]),
            [true, false, false, false, true]
        );
    }

    #[test]
    fn zero_refuses_everything_and_none_accepts_everything() {
        assert_eq!(accepted(&mut Quota::new(Some(0)), &[0, 5000]), [false; 2]);
        let mut unlimited = Quota::new(None);
        assert_eq!(accepted(&mut unlimited, &[7; 1000]), [true; 1000]);
        assert!(unlimited.accepted.is_empty());
    }

    #[test]
    fn it_holds_no_more_times_than_its_limit() {
        let mut quota = Quota::new(Some(3));
        for ms in 0..10_000 {
            quota.accept(Duration::from_millis(ms));
            assert!(quota.accepted.len() <= 3);
        }
    }
}
