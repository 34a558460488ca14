use std::error::Error as _;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{
    AtomicBool,
    Ordering::{Relaxed, SeqCst},
};

use topic_import_core::{
    Attempt, AttemptResult, CallEvent, Command, Failure, ImportGroup, ImportTopic, Operation as _,
    Recovery,
};

use super::work_progress::WorkProgress;
use crate::journal::Lease;

/// Observes the attempts of one call, and decides whether they are sent. The call counts as in flight until this is
/// dropped.
#[derive(Debug)]
pub(super) struct Watch {
    progress: Arc<WorkProgress>,
    command: Command,
    has_left: Arc<AtomicBool>,
    lease: Lease,
    /// The number that the lease had when the call's row was claimed.
    lease_number: u64,
    is_unsent: bool,
    may_have_been_executed: bool,
    is_troubled: bool,
}

impl Watch {
    /// `has_left` is kept true while an attempt is on its way or may have been executed.
    pub(super) fn new(
        progress: Arc<WorkProgress>,
        command: Command,
        has_left: Arc<AtomicBool>,
        (lease, lease_number): (Lease, u64),
    ) -> Self {
        progress.statistics().in_flight.fetch_add(1, Relaxed);
        progress.statistics().unsent.fetch_add(1, Relaxed);
        Self {
            progress,
            command,
            has_left,
            lease,
            lease_number,
            is_unsent: true,
            may_have_been_executed: false,
            is_troubled: false,
        }
    }

    /// Lets attempts be sent until the work stops or the lease ends, and notes how they end.
    pub(super) fn observe(&mut self, event: &CallEvent<'_>) -> ControlFlow<()> {
        match event {
            CallEvent::Leaving(_) => return self.leave(),
            CallEvent::Over(attempt) => self.note(attempt),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    /// Sets `has_left` before it looks at the gate, so that either this sees that the work is stopping, or the stop
    /// sees that the attempt is on its way.
    fn leave(&mut self) -> ControlFlow<()> {
        self.has_left.store(true, SeqCst);
        if self.progress.gate().is_closed() || !self.lease.covers(self.lease_number) {
            self.has_left.store(self.may_have_been_executed, SeqCst);
            return ControlFlow::Break(());
        }
        if self.is_unsent {
            self.is_unsent = false;
            self.progress.statistics().unsent.fetch_sub(1, Relaxed);
            self.progress.statistics().has_left.notify_one();
        }
        ControlFlow::Continue(())
    }

    fn note(&mut self, attempt: &Attempt<'_>) {
        let (progress, statistics) = (&self.progress, self.progress.statistics());
        statistics.attempts.fetch_add(1, Relaxed);
        let is_own = attempt.command == self.command;
        progress
            .counts
            .own_calls
            .fetch_add(u64::from(is_own), Relaxed);
        statistics.note_latency(attempt.took);
        if [ImportTopic::COMMAND, ImportGroup::COMMAND].contains(&attempt.command) {
            statistics.imports.note(attempt.took);
        }
        if let AttemptResult::Refused(code) = attempt.result
            && code.verdict().recovery == Recovery::SlowDown
        {
            statistics.throttled.fetch_add(1, Relaxed);
            progress.counts.throttled(code, progress.since_start());
        }
        if is_answer(attempt.result) {
            progress.note_answer();
        }
        let Some(failure) = attempt.repeated_after else {
            self.may_have_been_executed = true;
            return;
        };
        statistics.repeated.fetch_add(1, Relaxed);
        progress.counts.trouble(in_words(failure));
        let verdict = failure.verdict();
        if verdict.maybe_executed {
            progress.gate().note_sent();
            self.may_have_been_executed = true;
        }
        self.has_left.store(self.may_have_been_executed, SeqCst);
        if verdict.recovery == Recovery::Retry {
            statistics.failed_in_turn.fetch_add(1, Relaxed);
            let is_new = u64::from(!self.is_troubled);
            statistics.troubled.fetch_add(is_new, Relaxed);
            self.is_troubled = true;
        }
    }
}

/// A failure with its direct cause. Deeper errors come from an HTTP library, and are left out.
fn in_words(failure: &Failure) -> String {
    match failure.source() {
        Some(cause) => format!("{failure}: {cause}"),
        None => failure.to_string(),
    }
}

/// Whether the service has answered in a way that lets further calls be tried. A refusal of the signature does not
/// count, because a new signature may be refused as well.
fn is_answer(result: AttemptResult) -> bool {
    match result {
        AttemptResult::Done => true,
        AttemptResult::Refused(code) => code.verdict().recovery != Recovery::RenewSignature,
        _ => false,
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let statistics = self.progress.statistics();
        statistics.in_flight.fetch_sub(1, Relaxed);
        let unsent = u64::from(self.is_unsent);
        statistics.unsent.fetch_sub(unsent, Relaxed);
        let troubled = u64::from(self.is_troubled);
        statistics.troubled.fetch_sub(troubled, Relaxed);
    }
}
