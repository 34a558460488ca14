//! Calls in flight. After a stop, calls that have not been sent are withdrawn; the others are awaited for a while and
//! then abandoned.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use tokio::task::{self, AbortHandle, JoinError, JoinSet};
use tokio::time::Instant;
use topic_import_async::Client;
use topic_import_core::{Call, CallError, Operation};

use super::settings::CallSettings;
use super::stop::over;
use super::watch::Watch;
use super::work_progress::WorkProgress;
use crate::journal::Lease;

/// Calls in flight. Each is made for a `T`, such as a row, and gives an `O`, or what becomes one.
pub(crate) struct CallsInFlight<'a, T, O> {
    client: &'a Client,
    settings: &'a CallSettings,
    progress: &'a Arc<WorkProgress>,
    tasks: JoinSet<Result<O, CallError>>,
    calls: HashMap<task::Id, InFlight<T>>,
    /// Until when calls are awaited; `None` before a stop, and once they have been abandoned.
    drain_until: Option<Instant>,
}

struct InFlight<T> {
    what: T,
    /// When the call began, as time since the work began.
    began: Duration,
    /// Whether an attempt is on its way or may have been executed.
    has_left: Arc<AtomicBool>,
    task: AbortHandle,
}

/// Something that happened to calls in flight.
pub(crate) enum Event<T, O> {
    /// A call has ended.
    Ended(Ended<T, O>),
    /// A call that was withdrawn earlier has ended; there is nothing to do.
    Gone,
    /// The time to wait after a stop is over, and these calls are no longer awaited. The flag says whether an attempt
    /// may have been executed.
    Abandoned(Vec<(T, bool)>),
}

/// A call that has ended.
pub(crate) struct Ended<T, O> {
    /// What it was made for.
    pub(crate) what: T,
    /// When it began, as time since the work began.
    pub(crate) began: Duration,
    pub(crate) result: Result<O, CallError>,
}

impl<'a, T, O: Send + 'static> CallsInFlight<'a, T, O> {
    pub(crate) fn new(
        client: &'a Client,
        settings: &'a CallSettings,
        progress: &'a Arc<WorkProgress>,
    ) -> Self {
        Self {
            client,
            settings,
            progress,
            tasks: JoinSet::new(),
            calls: HashMap::new(),
            drain_until: None,
        }
    }

    /// How many calls are in flight, without those that were withdrawn.
    pub(crate) fn len(&self) -> usize {
        self.calls.len()
    }

    /// Whether no call is left, not even a withdrawn one whose task has not ended yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// Starts a call, with little time if the service has not answered any call yet. Its attempts are sent only while
    /// the lease is valid and has this number.
    pub(crate) fn start<C>(&mut self, what: T, call: Call<C>, lease: (Lease, u64))
    where
        C: Operation<Output: Into<O>> + Send + 'static,
    {
        let answers = self.progress.answers();
        let allowed = answers.time_for_a_call(self.settings.give_up_after);
        let call = call
            .with_deadline(allowed)
            .with_unreachable_deadline(allowed);
        let client = self.client.clone();
        let has_left = Arc::new(AtomicBool::new(false));
        let progress = Arc::clone(self.progress);
        let mut watch = Watch::new(progress, C::COMMAND, Arc::clone(&has_left), lease);
        let task = self.tasks.spawn(async move {
            let result = client.run(call, |event| watch.observe(&event)).await;
            result.map(Into::into)
        });
        let call = InFlight {
            what,
            began: self.progress.since_start(),
            has_left,
            task,
        };
        self.calls.insert(call.task.id(), call);
    }

    /// Waits for the next event. If the future is dropped, no event is lost.
    pub(crate) async fn next(&mut self) -> Event<T, O> {
        tokio::select! {
            biased;
            Some(joined) = self.tasks.join_next_with_id() => self.end(joined),
            () = over(self.drain_until) => Event::Abandoned(self.abandon()),
        }
    }

    /// The next call that has already ended, if there is one.
    pub(crate) fn next_ready(&mut self) -> Option<Ended<T, O>> {
        while let Some(joined) = self.tasks.try_join_next_with_id() {
            if let Event::Ended(ended) = self.end(joined) {
                return Some(ended);
            }
        }
        None
    }

    fn end(&mut self, joined: Result<(task::Id, Result<O, CallError>), JoinError>) -> Event<T, O> {
        let (id, result) = match joined {
            Ok(joined) => joined,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => return Event::Gone,
            },
        };
        let Some(InFlight { what, began, .. }) = self.calls.remove(&id) else {
            return Event::Gone;
        };
        match &result {
            Err(error) if error.code().is_none() => {
                if error.maybe_executed() {
                    self.progress.gate().note_sent();
                }
            }
            _ => self.progress.note_decision(),
        }
        Event::Ended(Ended {
            what,
            began,
            result,
        })
    }

    /// Sends no further attempt. Withdraws the calls that cannot have been executed, and returns what they were made
    /// for; the others are awaited for a while.
    pub(crate) fn stop(&mut self) -> Vec<T> {
        self.progress.gate().close();
        let now = Instant::now();
        let drain_until = now.checked_add(self.settings.drain_for);
        self.drain_until = self.drain_until.or(drain_until);
        let waiting = self
            .calls
            .extract_if(|_, call| !call.has_left.load(SeqCst))
            .map(|(_, call)| {
                call.task.abort();
                call.what
            });
        waiting.collect()
    }

    /// Stops waiting for the remaining calls. The flag says whether an attempt may have been executed.
    fn abandon(&mut self) -> Vec<(T, bool)> {
        self.drain_until = None;
        self.tasks.abort_all();
        let abandoned = self.calls.drain().map(|(_, call)| {
            self.progress.gate().note_sent();
            (call.what, call.has_left.load(SeqCst))
        });
        abandoned.collect()
    }
}
