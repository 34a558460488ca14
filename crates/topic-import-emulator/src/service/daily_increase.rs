use std::time::Duration;

use crate::service::code;
use crate::service::refusal::Refusal;

const DAY: u64 = 24 * 60 * 60;

/// How many communities an app may have more at the end of a day than at its beginning.
#[derive(Debug, Clone, Default)]
pub(crate) struct DailyIncrease {
    most: Option<u32>,
    /// The day that was counted last, in days since the Unix epoch.
    day: u64,
    /// By how many communities there are more since that day began.
    increase: i64,
}

impl DailyIncrease {
    /// Sets the limit; `None` for no limit.
    pub(crate) fn limit(&mut self, most: Option<u32>) {
        self.most = most;
    }

    /// Checks that one more community may be made at this Unix time.
    pub(crate) fn check(&self, unix: Duration) -> Result<(), Refusal> {
        let today = if self.day == day(unix) {
            self.increase
        } else {
            0
        };
        match self.most {
            Some(most) if today >= i64::from(most) => Err(Refusal::new(
                code::TOO_MANY_IN_A_DAY,
                format!("the net increase of groups of a day is limited to {most}"),
            )),
            _ => Ok(()),
        }
    }

    /// Counts so many more communities at this Unix time.
    pub(crate) fn count(&mut self, unix: Duration, increase: i64) {
        if self.day != day(unix) {
            (self.day, self.increase) = (day(unix), 0);
        }
        self.increase += increase;
    }
}

fn day(unix: Duration) -> u64 {
    unix.as_secs() / DAY
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENING: Duration = Duration::from_secs(DAY - 1);
    const MIDNIGHT: Duration = Duration::from_secs(DAY);

    #[test]
    fn a_day_takes_as_many_as_it_may_and_the_next_day_as_many_again() {
        let mut increase = DailyIncrease::default();
        increase.limit(Some(2));
        for now in [EVENING, MIDNIGHT] {
            for _ in 0..2 {
                assert!(increase.check(now).is_ok());
                increase.count(now, 1);
            }
            assert_eq!(increase.check(now).unwrap_err().code, 10006);
        }
    }

    #[test]
    fn what_is_destroyed_makes_room_on_the_same_day() {
        let mut increase = DailyIncrease::default();
        increase.limit(Some(1));
        increase.count(EVENING, 1);
        increase.count(EVENING, -1);
        assert!(increase.check(EVENING).is_ok());
        increase.count(EVENING, 1);
        assert!(increase.check(EVENING).is_err());
    }

    #[test]
    fn without_a_limit_every_number_is_taken() {
        let mut increase = DailyIncrease::default();
        increase.count(EVENING, i64::MAX);
        assert!(increase.check(EVENING).is_ok());
    }
}
