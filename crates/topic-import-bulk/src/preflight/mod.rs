//! Whether an import can begin: the account is tried, and the communities are looked up that rows name.

mod community_fault;

pub use community_fault::CommunityFault;

use std::sync::Arc;
use std::time::Duration;

use topic_import_async::Client;
use topic_import_core::{
    Call, CallError, DEFAULT_DEADLINE, GetGroupInfo, GroupId, GroupsFound, Scope,
};

use crate::calls::{
    CallSettings, CallsInFlight, Ended, Event, Stop, StopReason, WorkProgress, deserves_more_time,
    is_withdrawn,
};
use crate::check::NamedCommunity;
use crate::journal::Lease;

/// Calls in flight: enough for the documented quota at a latency of 0.3 s.
const MOST_IN_FLIGHT: usize = 64;
/// A community that is not there, for a call that is to find out about the account alone.
const MADE_UP: &str = "@TGS#_topic-import-preflight";

/// What was found before an import.
#[derive(Debug)]
#[non_exhaustive]
pub struct Preflight {
    /// How many communities were looked up to the end.
    pub communities: u64,
    /// Those on which no topic can rely, in the order in which rows name them.
    pub problems: Vec<CommunityProblem>,
    /// How many requests were attempted.
    pub calls: u64,
    /// How long it took.
    pub seconds: f64,
    /// Why not all communities were looked up, such as a wrong key; `None` where all were.
    pub stopped: Option<StopReason>,
}

impl Preflight {
    /// Whether nothing was found that would stand in the way of an import.
    pub const fn is_passed(&self) -> bool {
        self.problems.is_empty() && self.stopped.is_none()
    }
}

/// A community on which no topic can rely, and the rows that name it.
#[derive(Debug)]
#[non_exhaustive]
pub struct CommunityProblem {
    /// The community, and its rows.
    pub community: NamedCommunity,
    /// What is wrong with it.
    pub fault: CommunityFault,
}

/// Tries the account with a first call (key, app, region, admin), and looks up communities in lists of 50. Nothing is
/// changed.
///
/// Without communities, the only call asks for one that is not there, so that the account is tried alone. Leave out
/// communities that the import makes itself.
///
/// A call that fails in a way that may pass is repeated, for 30 s at most, or for as long as
/// [`CallSettings::give_up_after`] says where that is less: nothing has begun that would be lost. A list that is refused
/// is asked for in halves, so that one community spoils no other, and one that could not be asked for is never taken for
/// one that is missing. Whatever would meet every other call ends it, and so does a service that is silent, or `stop`.
///
/// Must be called within a tokio runtime.
pub async fn preflight(
    client: &Client,
    communities: &[NamedCommunity],
    settings: &CallSettings,
    progress: &Arc<WorkProgress>,
    stop: impl Future<Output = ()>,
) -> Preflight {
    let mut settings = settings.clone();
    settings.give_up_after = settings.give_up_after.min(DEFAULT_DEADLINE);
    let mut stop = Stop::new(stop, progress);
    let mut lookup = Lookup {
        progress,
        give_up_after: settings.give_up_after,
        waiting: lists(communities),
        calls: CallsInFlight::new(client, &settings, progress),
        last_found: None,
        ran_out_in_turn: 0,
        looked_up: 0,
        problems: Vec::new(),
        stopped: None,
    };
    while lookup.goes_on() {
        if let Some(list) = lookup.next_list() {
            lookup.start(list);
            continue;
        }
        tokio::select! {
            biased;
            () = stop.requested() => lookup.stop(StopReason::Interrupted),
            event = lookup.calls.next() => if let Event::Ended(ended) = event {
                lookup.finish(ended);
            },
        }
    }
    lookup.end()
}

/// Communities that are looked up with one call. Without any, the call is for the account alone.
type List = Vec<NamedCommunity>;

/// The lists, the first one last.
fn lists(communities: &[NamedCommunity]) -> Vec<List> {
    let mut lists: Vec<List> = communities
        .chunks(GetGroupInfo::MAX_IDS)
        .map(<[_]>::to_vec)
        .collect();
    if lists.is_empty() {
        lists.push(List::new());
    }
    lists.reverse();
    lists
}

struct Lookup<'a> {
    progress: &'a Arc<WorkProgress>,
    give_up_after: Duration,
    /// Lists that are still to be asked for, the next one last.
    waiting: Vec<List>,
    calls: CallsInFlight<'a, List, GroupsFound>,
    /// When a list was last answered for, since the work began.
    last_found: Option<Duration>,
    /// How many lists ran out of time since then.
    ran_out_in_turn: u32,
    looked_up: u64,
    problems: Vec<CommunityProblem>,
    stopped: Option<StopReason>,
}

impl Lookup<'_> {
    fn goes_on(&self) -> bool {
        !self.calls.is_empty() || (self.stopped.is_none() && !self.waiting.is_empty())
    }

    /// The list to be asked for now, if there is one. Until the service has answered, a single call is in flight.
    fn next_list(&mut self) -> Option<List> {
        let most = if self.progress.answers().are_some() {
            MOST_IN_FLIGHT
        } else {
            1
        };
        if self.stopped.is_some() || self.calls.len() >= most {
            return None;
        }
        self.waiting.pop()
    }

    fn start(&mut self, list: List) {
        let ids = list.iter().map(|community| community.group_id.clone());
        let operation = match GetGroupInfo::of(ids.collect()) {
            Ok(operation) => operation,
            // A list is never longer than a call takes: there is nothing in it.
            Err(_) => GetGroupInfo::one(made_up()),
        };
        let lease = (Lease::endless(), 0);
        self.calls.start(list, Call::new(operation), lease);
    }

    fn finish(&mut self, ended: Ended<List, GroupsFound>) {
        let Ended {
            what: list,
            began,
            result,
        } = ended;
        match result {
            Ok(found) => {
                self.last_found = Some(self.progress.since_start());
                self.ran_out_in_turn = 0;
                for community in list {
                    let fault = CommunityFault::of(found.get(&community.group_id));
                    self.found(community, fault);
                }
            }
            Err(error) => self.finish_failed(list, began, error),
        }
    }

    fn finish_failed(&mut self, mut list: List, began: Duration, error: CallError) {
        let answers = self.progress.answers();
        if is_withdrawn(&error) {
            return;
        }
        if deserves_more_time(&error, began, answers) {
            self.waiting.push(list);
            return;
        }
        if error.scope() == Scope::All {
            self.stop(StopReason::EveryCallFails(error));
            return;
        }
        if error.ran_out_of_time() {
            self.ran_out_in_turn += 1;
            if error.scope() == Scope::Nothing || self.meets_all(began) {
                self.stop(StopReason::GaveUp(error));
                return;
            }
        }
        if list.len() > 1 {
            let rest = list.split_off(list.len().div_ceil(2));
            self.waiting.extend([rest, list]);
            return;
        }
        // Without a community, the answer has said what was to be found out: the account may call.
        if let Some(community) = list.pop() {
            let fault = CommunityFault::of_error(error);
            self.found(community, Some(fault));
        }
    }

    /// Whether what kept a call from an answer that began then is met by others as well: the service was silent, or a
    /// second list ran out of time and none was answered for meanwhile.
    fn meets_all(&self, began: Duration) -> bool {
        let is_first = self.ran_out_in_turn < 2;
        let none_was_found = self.last_found.is_none_or(|found| found <= began);
        let answers = self.progress.answers();
        (none_was_found && !is_first) || answers.ended_early_in(began, self.give_up_after)
    }

    fn found(&mut self, community: NamedCommunity, fault: Option<CommunityFault>) {
        self.looked_up += 1;
        self.progress.topic_done(fault.is_none());
        if let Some(fault) = fault {
            self.problems.push(CommunityProblem { community, fault });
        }
    }

    /// Starts no further call and lets no attempt leave. The first reason counts.
    fn stop(&mut self, reason: StopReason) {
        self.calls.stop();
        self.stopped.get_or_insert(reason);
    }

    fn end(mut self) -> Preflight {
        self.problems.sort_by(|a, b| {
            let key = |problem: &CommunityProblem| problem.community.first_lines.first().copied();
            key(a).cmp(&key(b))
        });
        Preflight {
            communities: self.looked_up,
            problems: self.problems,
            calls: self.progress.statistics().usage().calls,
            seconds: self.progress.since_start().as_secs_f64(),
            stopped: self.stopped,
        }
    }
}

fn made_up() -> GroupId {
    GroupId::parse(MADE_UP).expect("it is a sound GroupId")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_community_that_is_made_up_is_one_that_could_be_there() {
        assert_eq!(made_up().as_str(), MADE_UP);
    }
}
