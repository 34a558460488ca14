//! Calls for what the rows of a journal became, under one quota.

use std::sync::Arc;
use std::time::Duration;

use topic_import_async::Client;
use topic_import_core::{Call, CallError, Operation, Scope};

use super::lists::{List, Listed, Lists};
use crate::calls::{
    CallSettings, CallsInFlight, Ended, Event, Stop, StopReason, WorkProgress, deserves_more_time,
    is_withdrawn,
};
use crate::journal::{Journal, JournalError, Lease};
use crate::outcome::Outcome;

/// The most calls in flight: enough for the documented quota at a latency of 0.3 s, and few enough to keep their lists
/// in memory.
const MOST_IN_FLIGHT: usize = 64;
/// Why an operation can be made of a list.
pub(super) const FITS: &str = "a list is never empty, and never longer than a call takes";

/// What is called for, and with which operation.
pub(super) struct Task<P, T, C> {
    /// Rows with these outcomes, those together that one call can name.
    pub(super) pages: P,
    pub(super) outcomes: &'static [Outcome],
    /// Makes a call of a list.
    pub(super) make_operation: fn(&List<T>) -> C,
    /// How many a call takes.
    pub(super) most: usize,
}

/// Calls for what the rows of a journal became, under one quota.
///
/// Until the service has answered once, only one call is in flight, and the work gives up if no answer comes within 15 s. A
/// list that is refused because of one of its rows is called for in halves, so that a bad topic spoils no other.
pub(super) struct Sweep<'a, J: Journal, T, C, O, S> {
    journal: &'a J,
    settings: &'a CallSettings,
    progress: &'a Arc<WorkProgress>,
    make_operation: fn(&List<T>) -> C,
    lists: Lists<J::Pages, T>,
    lists_are_over: bool,
    /// Lists to call again, before any further list.
    again: Vec<List<T>>,
    calls: CallsInFlight<'a, List<T>, O>,
    stop: Stop<'a, S>,
    stopped: Option<StopReason>,
}

/// A list, and the result of its call.
pub(super) type Swept<T, O> = (List<T>, Result<O, CallError>);

impl<'a, J, T, C, O, S> Sweep<'a, J, T, C, O, S>
where
    J: Journal<Pages: 'static>,
    T: Listed,
    C: Operation<Output: Into<O>> + Send + 'static,
    O: Send + 'static,
    S: Future<Output = ()>,
{
    /// When `stop` completes, no further call is sent, and calls in flight are awaited.
    pub(super) fn new(
        client: &'a Client,
        journal: &'a J,
        task: Task<J::Pages, T, C>,
        settings: &'a CallSettings,
        progress: &'a Arc<WorkProgress>,
        stop: Stop<'a, S>,
    ) -> Self {
        Self {
            journal,
            settings,
            progress,
            make_operation: task.make_operation,
            lists: Lists::new(task.pages, task.outcomes, task.most),
            lists_are_over: false,
            again: Vec::new(),
            calls: CallsInFlight::new(client, settings, progress),
            stop,
            stopped: None,
        }
    }

    /// Waits for the result of the next list that is answered; `None` at the end.
    ///
    /// An error concerns only this list: the service refused it, or did not answer while it answered others. Calls in
    /// flight continue while this is not awaited, but no further ones are started.
    pub(super) async fn next(&mut self) -> Option<Swept<T, O>> {
        while self.goes_on() {
            if self.has_room()
                && let Some(list) = self.again.pop()
            {
                self.start(list);
                continue;
            }
            tokio::select! {
                biased;
                () = self.stop.requested() => self.stop(StopReason::Interrupted),
                notice = self.journal.next_notice() => self.progress.heed(notice),
                event = self.calls.next() => {
                    if let Event::Ended(ended) = event
                        && let Some(swept) = self.finish(ended)
                    {
                        return Some(swept);
                    }
                }
                list = self.lists.next(), if self.has_room() && !self.lists_are_over => {
                    self.progress.note_journal_there();
                    match list {
                        Ok(Some(list)) => self.start(list),
                        Ok(None) => self.lists_are_over = true,
                        Err(error) => self.stop(error.into()),
                    }
                }
            }
        }
        None
    }

    /// The result of a further list that has already been answered, if there is one.
    pub(super) fn next_ready(&mut self) -> Option<Swept<T, O>> {
        while let Some(ended) = self.calls.next_ready() {
            if let Some(swept) = self.finish(ended) {
                return Some(swept);
            }
        }
        None
    }

    /// Waits for the journal as [`Stop::wait`] does.
    pub(super) async fn wait<R>(
        &mut self,
        what: impl Future<Output = Result<R, JournalError>>,
    ) -> Result<R, JournalError> {
        let result = self.stop.wait(self.journal, what).await;
        if self.stop.is_requested() && result.is_ok() {
            self.stop(StopReason::Interrupted);
        }
        result
    }

    /// Starts no further call, and sends no further attempt. If this is called again, the first reason counts.
    pub(super) fn stop(&mut self, reason: StopReason) {
        self.stop.note();
        // Nothing is recorded for the withdrawn lists, so the next sweep calls for them again.
        self.calls.stop();
        self.stopped.get_or_insert(reason);
    }

    /// Why the sweep is stopping; `None` if it is not.
    pub(super) const fn stopped(&self) -> Option<&StopReason> {
        self.stopped.as_ref()
    }

    /// Why not all were called for, and what else may ask to stop.
    pub(super) fn end(self) -> (Option<StopReason>, Stop<'a, S>) {
        (self.stopped, self.stop)
    }

    /// Makes another call for a list, after what the service said of it. Where the work stops, nothing more is said of
    /// the list.
    pub(super) fn follow<F>(&mut self, list: List<T>, operation: F)
    where
        F: Operation<Output: Into<O>> + Send + 'static,
    {
        if self.stopped.is_none() {
            let lease = (Lease::endless(), 0);
            self.calls.start(list, Call::new(operation), lease);
        }
    }

    fn goes_on(&self) -> bool {
        let has_lists = !self.lists_are_over || !self.again.is_empty();
        !self.calls.is_empty() || (self.stopped.is_none() && has_lists)
    }

    fn has_room(&self) -> bool {
        let most = if self.progress.answers().are_some() {
            MOST_IN_FLIGHT
        } else {
            1
        };
        self.stopped.is_none() && self.calls.len() < most
    }

    fn start(&mut self, list: List<T>) {
        let operation = (self.make_operation)(&list);
        let lease = (Lease::endless(), 0);
        self.calls.start(list, Call::new(operation), lease);
    }

    fn finish(&mut self, ended: Ended<List<T>, O>) -> Option<Swept<T, O>> {
        let Ended {
            what: list,
            began,
            result,
        } = ended;
        match result {
            Ok(output) => Some((list, Ok(output))),
            Err(error) => self.finish_failed(list, began, error),
        }
    }

    fn finish_failed(
        &mut self,
        mut list: List<T>,
        began: Duration,
        error: CallError,
    ) -> Option<Swept<T, O>> {
        let answers = self.progress.answers();
        let is_silent = || answers.ended_early_in(began, self.settings.give_up_after);
        if is_withdrawn(&error) {
            return None;
        }
        if deserves_more_time(&error, began, answers) {
            self.again.push(list);
            return None;
        }
        if error.scope() == Scope::All {
            self.stop(StopReason::EveryCallFails(error));
            return None;
        }
        if error.ran_out_of_time() && (error.scope() == Scope::Nothing || is_silent()) {
            self.stop(StopReason::GaveUp(error));
            return None;
        }
        if list.0.len() == 1 || (T::IS_OF_ONE_GROUP && error.scope() >= Scope::Group) {
            return Some((list, Err(error)));
        }
        let rest = list.split_off_half();
        self.again.extend([rest, list]);
        None
    }
}
