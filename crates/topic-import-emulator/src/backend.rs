use std::collections::HashMap;

use crate::answer::Answer;
use crate::calls::{CallLog, Calls};
use crate::code;
use crate::command::Command;
use crate::communities::Communities;
use crate::moment::Moment;
use crate::operation::Operation;
use crate::quota::Quota;
use crate::refusal::Refusal;
use crate::topics::Topics;

/// What stands behind the gateway: everything that is remembered from call to call.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) communities: Communities,
    pub(crate) topics: Topics,
    pub(crate) calls: Calls,
    quotas: HashMap<Command, Quota>,
}

impl Backend {
    pub(crate) fn new(communities: Communities, quota: Option<u32>, log: CallLog) -> Self {
        Self {
            communities,
            topics: Topics::default(),
            calls: Calls::new(log),
            quotas: Command::ALL
                .into_iter()
                .map(|command| (command, Quota::new(quota)))
                .collect(),
        }
    }

    /// Deals with a call that the gateway let through. The quota comes first: it counts what it accepts,
    /// whatever becomes of that.
    pub(crate) fn deal(
        &mut self,
        command: Command,
        operation: Result<Operation<'_>, Refusal>,
        now: Moment,
    ) -> Result<Answer, Refusal> {
        self.check_quota(command, now)?;
        operation?.perform(&self.communities, &mut self.topics, now)
    }

    fn check_quota(&mut self, command: Command, now: Moment) -> Result<(), Refusal> {
        let accepted = self
            .quotas
            .get_mut(&command)
            .is_none_or(|quota| quota.accept(now.since_start));
        if accepted {
            Ok(())
        } else {
            Err(Refusal::new(
                code::TOO_FREQUENT,
                format!("more calls of {command} in a second than the quota allows"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(ms: u64) -> Moment {
        Moment {
            since_start: Duration::from_millis(ms),
            unix: Duration::from_secs(1_700_000_000),
        }
    }

    fn deal(backend: &mut Backend, command: Command, body: &str, ms: u64) -> u32 {
        let operation = Operation::decode(command, body.as_bytes());
        match backend.deal(command, operation, at(ms)) {
            Ok(answer) => answer.code,
            Err(refusal) => refusal.code,
        }
    }

    #[test]
    fn every_command_has_a_quota_of_its_own_and_bad_bodies_use_it_up() {
        let mut backend = Backend::new(Communities::default(), Some(2), CallLog::Off);
        let import = r#"{"GroupId": "@TGS#_g", "TopicName": "a"}"#;
        let get = r#"{"GroupId": "@TGS#_g", "From_Account": "admin"}"#;
        assert_eq!(deal(&mut backend, Command::ImportTopic, "{}", 0), 10004);
        assert_eq!(deal(&mut backend, Command::ImportTopic, import, 1), 0);
        assert_eq!(deal(&mut backend, Command::ImportTopic, import, 2), 60007);
        assert_eq!(deal(&mut backend, Command::ImportTopic, "{}", 3), 60007);
        assert_eq!(deal(&mut backend, Command::GetTopic, get, 4), 0);
        assert_eq!(deal(&mut backend, Command::ImportTopic, import, 1000), 0);
        assert_eq!(backend.topics.len(), 2);
    }
}
