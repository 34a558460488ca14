use std::collections::HashMap;
use std::time::Duration;

use crate::clock::Moment;
use crate::command::Command;
use crate::faults::fault::Fault;
use crate::faults::plan::{CallNumber, FaultPlan};

/// A plan in effect. It counts calls and decides which fault each of them suffers.
#[derive(Debug)]
pub(crate) struct RunningPlan {
    plan: FaultPlan,
    since: Moment,
    calls: u64,
    calls_by_command: HashMap<Command, u64>,
}

impl RunningPlan {
    pub(crate) fn new(plan: FaultPlan, since: Moment) -> Self {
        Self {
            plan,
            since,
            calls: 0,
            calls_by_command: HashMap::new(),
        }
    }

    pub(crate) fn next(&mut self, command: Command) -> Option<Fault> {
        self.calls += 1;
        let of_command = self.calls_by_command.entry(command).or_default();
        *of_command += 1;
        self.plan.fault(CallNumber {
            command,
            of_all: self.calls,
            of_command: *of_command,
        })
    }

    /// If the plan has made signatures expire early by `now`: the time since the Unix epoch before which they were
    /// signed.
    pub(crate) fn signatures_expired_before(&self, now: Moment) -> Option<Duration> {
        let after = self.plan.expire_signatures_after?;
        let passed = now.since_start.saturating_sub(self.since.since_start) >= after;
        passed.then(|| self.since.unix + after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(seconds: u64) -> Moment {
        Moment {
            since_start: Duration::from_secs(seconds),
            unix: Duration::from_secs(1_700_000_000 + seconds),
        }
    }

    #[test]
    fn calls_are_counted_in_all_and_by_command() {
        let plan = "get_topic:lost@2,truncated@4".parse().unwrap();
        let mut faults = RunningPlan::new(plan, moment(0));
        let commands = [
            Command::ImportTopic,
            Command::GetTopic,
            Command::GetTopic,
            Command::ImportTopic,
            Command::GetTopic,
        ];
        assert_eq!(
            commands.map(|command| faults.next(command)),
            [None, None, Some(Fault::Lost), Some(Fault::Truncated), None]
        );
    }

    #[test]
    fn signatures_expire_at_their_moment_after_the_plan_was_set() {
        let plan = "expire-signatures=10s".parse().unwrap();
        let faults = RunningPlan::new(plan, moment(100));
        assert_eq!(faults.signatures_expired_before(moment(109)), None);
        assert_eq!(
            faults.signatures_expired_before(moment(110)),
            Some(Duration::from_secs(1_700_000_110))
        );
        assert_eq!(
            faults.signatures_expired_before(moment(200)),
            Some(Duration::from_secs(1_700_000_110))
        );
        let none = RunningPlan::new(FaultPlan::new(), moment(0));
        assert_eq!(none.signatures_expired_before(moment(200)), None);
    }
}
