//! Calls for the topics of a journal: in lists of one group, many at once, to a polite end.

mod lists;

pub(crate) use lists::{ListedTopic, TopicList};

use std::collections::HashMap;
use std::future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use tokio::task::{self, AbortHandle, JoinSet};
use topic_import_async::Client;
use topic_import_core::{
    Call, CallError, Failure, GroupId, KnownTopicId, Operation, Recovery, Scope, Violations,
};

use self::lists::Lists;
use crate::journal::{Journal, JournalError, Lease};
use crate::live::{Live, RowInFlight};
use crate::run::FIRST_ANSWER_WITHIN;
use crate::stop::Stop;
use crate::summary::Outcome;

/// Calls in flight: enough for the documented quota at a latency of 0.3 s, and few enough lists to keep in memory.
const MOST_IN_FLIGHT: usize = 64;

/// How topics of a journal are called for.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SweepSettings {
    /// How long a call is tried, and how long the service may be silent, once it has answered.
    pub give_up_after: Duration,
    /// How long calls in flight are awaited after a stop.
    pub drain_for: Duration,
}

impl Default for SweepSettings {
    fn default() -> Self {
        Self {
            give_up_after: Duration::from_hours(1),
            drain_for: topic_import_core::DEFAULT_ANSWER_TIMEOUT,
        }
    }
}

/// Why not all topics were called for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepStop {
    /// This failure, which every other call would meet as well.
    #[error("every call would fail")]
    Spoiled(#[source] CallError),
    /// The service could not be reached, or gave no answer, for as long as was allowed; this is how it last failed.
    #[error("no answer came for as long as was allowed")]
    GaveUp(#[source] CallError),
    /// The caller asked for it.
    #[error("it was asked for")]
    Interrupted,
    /// The journal cannot be read, or not be written.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// Makes a call of the topics of a list.
type MakeOperation<O> = fn(GroupId, Vec<KnownTopicId>) -> Result<O, Violations>;

/// Calls for the topics of a journal, under one quota.
///
/// Until the service has answered once, a single call is in flight, and [`FIRST_ANSWER_WITHIN`] is all the time it
/// has. A list that is refused for the sake of a row is called for in halves, so that one bad topic spoils no other.
pub(crate) struct Sweep<'a, J: Journal, O: Operation, S> {
    client: &'a Client,
    journal: &'a J,
    settings: &'a SweepSettings,
    live: &'a Arc<Live>,
    make_operation: MakeOperation<O>,
    lists: Lists<J::Pages>,
    lists_are_over: bool,
    /// Lists that come before further ones: they were called for already.
    again: Vec<TopicList>,
    tasks: JoinSet<Called<O::Output>>,
    /// Whether an attempt may have been executed, for each call.
    in_flight: HashMap<task::Id, (AbortHandle, Arc<AtomicBool>)>,
    stop: Stop<'a, S>,
    stopped: Option<SweepStop>,
    /// When calls in flight are no longer awaited, since the start.
    drain_until: Option<Duration>,
}

/// A call that has ended.
struct Called<T> {
    list: TopicList,
    /// Since the sweep's start.
    started: Duration,
    result: Result<T, CallError>,
}

/// A list, and what the service said of it.
pub(crate) type Swept<T> = (TopicList, Result<T, CallError>);

impl<'a, J, O, S> Sweep<'a, J, O, S>
where
    J: Journal<Pages: 'static>,
    O: Operation<Output: Send + 'static> + Send + 'static,
    S: Future<Output = ()>,
{
    /// `pages` hold rows of these outcomes, those of one group together; a call takes `most_topics`. When `stop` is
    /// ready, no further call leaves, and what is in flight is awaited.
    pub(crate) fn new(
        (client, journal): (&'a Client, &'a J),
        (pages, outcomes): (J::Pages, &'static [Outcome]),
        (make_operation, most_topics): (MakeOperation<O>, usize),
        settings: &'a SweepSettings,
        live: &'a Arc<Live>,
        stop: Stop<'a, S>,
    ) -> Self {
        Self {
            client,
            journal,
            settings,
            live,
            make_operation,
            lists: Lists::new(pages, outcomes, most_topics),
            lists_are_over: false,
            again: Vec::new(),
            tasks: JoinSet::new(),
            in_flight: HashMap::new(),
            stop,
            stopped: None,
            drain_until: None,
        }
    }

    /// What the service said of a further list, as answers come; `None` at the end.
    ///
    /// An error is the service's word on this list, or its silence while it answered others. Calls go on while
    /// nobody asks, but no further ones are started.
    pub(crate) async fn next(&mut self) -> Option<Swept<O::Output>> {
        while self.goes_on() {
            if self.has_room()
                && let Some(list) = self.again.pop()
            {
                self.start(list);
                continue;
            }
            tokio::select! {
                biased;
                () = self.stop.requested() => self.stop(SweepStop::Interrupted),
                notice = self.journal.heard() => self.live.heed(notice),
                Some(joined) = self.tasks.join_next_with_id() => {
                    if let Some(swept) = self.finish(joined) {
                        return Some(swept);
                    }
                }
                list = self.lists.next(), if self.has_room() && !self.lists_are_over => {
                    self.live.note_journal_away(None);
                    match list {
                        Ok(Some(list)) => self.start(list),
                        Ok(None) => self.lists_are_over = true,
                        Err(error) => self.stop(error.into()),
                    }
                }
                () = drained(self.drain_until, self.live) => self.abandon(),
            }
        }
        None
    }

    /// Waits for the journal as [`Stop::wait`] does.
    pub(crate) async fn wait<T>(
        &mut self,
        what: impl Future<Output = Result<T, JournalError>>,
    ) -> Result<T, JournalError> {
        let result = self.stop.wait(self.journal, what).await;
        if self.stop.is_requested() && result.is_ok() {
            self.stop(SweepStop::Interrupted);
        }
        result
    }

    /// The same without waiting: `None` where no answer is there.
    pub(crate) fn next_ready(&mut self) -> Option<Swept<O::Output>> {
        while let Some(joined) = self.tasks.try_join_next_with_id() {
            if let Some(swept) = self.finish(joined) {
                return Some(swept);
            }
        }
        None
    }

    /// Starts no further call and lets no attempt leave. The first reason counts.
    pub(crate) fn stop(&mut self, reason: SweepStop) {
        self.live.stop();
        self.stop.note();
        for (task, has_left) in self.in_flight.values() {
            if !has_left.load(SeqCst) {
                task.abort();
            }
        }
        self.stopped.get_or_insert(reason);
        self.drain_until
            .get_or_insert(self.live.since_start() + self.settings.drain_for);
    }

    /// Whether it stops, and why.
    pub(crate) const fn stopped(&self) -> Option<&SweepStop> {
        self.stopped.as_ref()
    }

    /// Why not all topics were called for.
    pub(crate) fn into_stopped(self) -> Option<SweepStop> {
        self.stopped
    }

    fn goes_on(&self) -> bool {
        let has_lists = !self.lists_are_over || !self.again.is_empty();
        !self.tasks.is_empty() || (self.stopped.is_none() && has_lists)
    }

    fn has_room(&self) -> bool {
        let most = match self.live.last_answer() {
            Some(_) => MOST_IN_FLIGHT,
            None => 1,
        };
        self.stopped.is_none() && self.tasks.len() < most
    }

    fn start(&mut self, list: TopicList) {
        let allowed = match self.live.last_answer() {
            Some(_) => self.settings.give_up_after,
            None => self.settings.give_up_after.min(FIRST_ANSWER_WITHIN),
        };
        let operation = (self.make_operation)(list.group_id.clone(), list.topic_ids())
            .expect("a list is never empty, and never longer than a call takes");
        let call = Call::new(operation)
            .with_deadline(allowed)
            .with_unreachable_deadline(allowed);
        let client = self.client.clone();
        let has_left = Arc::new(AtomicBool::new(false));
        let mut watch = RowInFlight::new(
            Arc::clone(self.live),
            O::COMMAND,
            Arc::clone(&has_left),
            (Lease::endless(), 0),
        );
        let started = self.live.since_start();
        let task = self.tasks.spawn(async move {
            let result = client.run(call, |event| watch.observe(&event)).await;
            Called {
                list,
                started,
                result,
            }
        });
        self.in_flight.insert(task.id(), (task, has_left));
    }

    fn finish(
        &mut self,
        joined: Result<(task::Id, Called<O::Output>), task::JoinError>,
    ) -> Option<Swept<O::Output>> {
        let called = match joined {
            Ok((id, called)) => {
                self.in_flight.remove(&id);
                called
            }
            Err(error) => {
                self.in_flight.remove(&error.id());
                match error.try_into_panic() {
                    Ok(panic) => std::panic::resume_unwind(panic),
                    Err(_) => return None,
                }
            }
        };
        match called.result {
            Ok(output) => {
                self.live.note_decision();
                Some((called.list, Ok(output)))
            }
            Err(error) => self.finish_failed(called.list, called.started, error),
        }
    }

    fn finish_failed(
        &mut self,
        mut list: TopicList,
        started: Duration,
        error: CallError,
    ) -> Option<Swept<O::Output>> {
        if error.code().is_some() {
            self.live.note_decision();
        } else if error.maybe_executed() {
            self.live.note_sent();
        }
        if error.scope() == Scope::All {
            self.stop(SweepStop::Spoiled(error));
            return None;
        }
        match without_answer(&error) {
            Some(Failure::Withdrawn) => return None,
            Some(failure) => {
                let is_silent = self.is_silent();
                if !is_silent && self.is_before_first_answer(started) {
                    self.again.push(list);
                    return None;
                }
                if is_silent || failure.verdict().scope == Scope::Nothing {
                    self.stop(SweepStop::GaveUp(error));
                    return None;
                }
            }
            None => {}
        }
        if error.scope() >= Scope::Group || list.topics.len() == 1 {
            return Some((list, Err(error)));
        }
        let rest = list.split_off_half();
        self.again.extend([rest, list]);
        None
    }

    /// Whether the service has been silent for most of the time that a call has. Not for all of it: others may have
    /// got the last answers just after the call began.
    fn is_silent(&self) -> bool {
        let now = self.live.since_start();
        let last_answer = self.live.last_answer();
        last_answer
            .is_none_or(|answer| now.saturating_sub(answer) >= self.settings.give_up_after / 2)
    }

    fn is_before_first_answer(&self, moment: Duration) -> bool {
        let first_answer = self.live.first_answer();
        first_answer.is_none_or(|answer| moment < answer)
    }

    /// Awaits calls in flight no longer.
    fn abandon(&mut self) {
        self.live.note_sent();
        self.tasks.abort_all();
        self.drain_until = Some(Duration::MAX);
    }
}

async fn drained(until: Option<Duration>, live: &Live) {
    match until {
        Some(until) => tokio::time::sleep(until.saturating_sub(live.since_start())).await,
        None => future::pending().await,
    }
}

/// The failure after which the same call might still succeed: only its deadline ended it, or its withdrawal.
fn without_answer(error: &CallError) -> Option<&Failure> {
    let failure = error.failure()?;
    matches!(
        failure.verdict().recovery,
        Recovery::Retry | Recovery::SlowDown
    )
    .then_some(failure)
}
