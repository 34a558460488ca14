use std::ops::ControlFlow;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use topic_import_core::http::{HttpResponse, SendFailure};
use topic_import_core::{
    Attempt, Call, CallError, CallEvent, Command, Failure, Feedback, Now, Operation, Session, Step,
    escaped,
};
use tracing::Span;
use tracing::field::{Empty, display};

#[cfg(feature = "metrics")]
use crate::call_metrics::CallMetrics;
use crate::no_slot::NoSlot;

/// A [`Call`] that a client carries out: ask for the [`next_step`](Self::next_step), carry it out and report the
/// result, until the step is [`Step::Done`].
///
/// It reads the clock, reports each attempt to the caller's observer, and records a span for the call and one for each
/// attempt, as well as metrics if the feature `metrics` is on. Dropping it ends the call.
#[must_use]
pub struct RunningCall<'a, O: Operation, C, F> {
    call: Call<O>,
    session: &'a Mutex<Session>,
    /// Reads the client's clock: the time since an arbitrary fixed start.
    elapsed: C,
    observe: F,
    now: Now,
    span: Span,
    /// The attempt that is due or in flight: its command, when it was sent, and its span.
    command: Command,
    sent: Duration,
    attempt: Span,
    #[cfg(feature = "metrics")]
    metrics: CallMetrics,
}

impl<'a, O, C, F> RunningCall<'a, O, C, F>
where
    O: Operation,
    C: Fn() -> Duration,
    F: FnMut(CallEvent<'_>) -> ControlFlow<()>,
{
    /// Begins a call. `elapsed` reads the clock by which the client sleeps. `observe` is called for every attempt,
    /// before it is sent and after it has ended, and may withdraw the call before an attempt is sent.
    pub fn begin(call: Call<O>, session: &'a Mutex<Session>, elapsed: C, observe: F) -> Self {
        let command = O::COMMAND;
        Self {
            call,
            session,
            now: Now {
                elapsed: Duration::ZERO,
                unix_seconds: 0,
            },
            elapsed,
            observe,
            span: tracing::debug_span!("call", command = command.name(), outcome = Empty),
            command,
            sent: Duration::ZERO,
            attempt: Span::none(),
            #[cfg(feature = "metrics")]
            metrics: CallMetrics::begin(command),
        }
    }

    /// The span of the call. Carry out the whole call inside it.
    pub const fn span(&self) -> &Span {
        &self.span
    }

    /// The span of the attempt that the last [`Step::Send`] began. Send the request inside it.
    pub const fn attempt_span(&self) -> &Span {
        &self.attempt
    }

    /// The command of the attempt that is due or in flight.
    pub const fn command(&self) -> Command {
        self.command
    }

    /// How long the call may wait for a slot: until its deadline. `None` before the first attempt, from which the
    /// deadline counts.
    pub fn time_left(&self) -> Option<Duration> {
        let deadline = self.call.deadline()?;
        Some(deadline.saturating_sub((self.elapsed)()))
    }

    /// Returns the next step. Report the result of [`Step::Pace`] with [`on_slot`](Self::on_slot), and that of
    /// [`Step::Send`] with [`on_result`](Self::on_result).
    pub fn next_step(&mut self) -> Step<O::Output> {
        self.read_clock();
        loop {
            let step = self
                .call
                .next(&mut self.session, self.now, fastrand::u32(..));
            match &step {
                Step::Pace(command) => {
                    self.command = *command;
                    #[cfg(feature = "metrics")]
                    self.metrics.wants_slot(self.now.elapsed);
                }
                Step::Send(_) if (self.observe)(CallEvent::Leaving(self.command)).is_break() => {
                    self.call.withdraw();
                    continue;
                }
                Step::Send(_) => self.begin_attempt(),
                Step::Wait(_) => {}
                Step::Done(outcome) => {
                    let name = outcome.as_ref().map_or_else(CallError::name, |_| "done");
                    self.span.record("outcome", name);
                    self.span.in_scope(|| tracing::debug!("a call has ended"));
                    #[cfg(feature = "metrics")]
                    self.metrics.end(name);
                }
            }
            return step;
        }
    }

    /// Reports whether the attempt got its slot. Its request will be signed as of now.
    pub fn on_slot(&mut self, slot: Result<(), NoSlot>) {
        self.now.unix_seconds = unix_seconds();
        let Err(error) = slot else {
            #[cfg(feature = "metrics")]
            self.metrics.has_slot(self.command, (self.elapsed)());
            return;
        };
        self.read_clock();
        let command = self.command;
        tracing::debug!(%command, error = %escaped(&error), "no slot in the quota");
        match (error, self.call.deadline()) {
            // No slot is free before the deadline, so time is moved on to it: the call ends without another attempt.
            (NoSlot::TooLate, Some(deadline)) => {
                self.now.elapsed = self.now.elapsed.max(deadline);
            }
            (NoSlot::Failed(error), _) => self.call.on_no_slot(self.now, error),
            (error @ NoSlot::TooLate, None) => self.call.on_no_slot(self.now, error),
        }
    }

    /// Reports the result of the last [`Step::Send`], and returns what it means for the quota.
    pub fn on_result(&mut self, result: Result<HttpResponse, SendFailure>) -> Feedback {
        self.read_clock();
        let feedback = self.call.on_result(&mut self.session, self.now, result);
        if let Some(result) = self.call.last_result() {
            let took = self.now.elapsed.saturating_sub(self.sent);
            let attempt = Attempt::new(self.command, took, result, self.call.last_failure());
            #[cfg(feature = "metrics")]
            self.metrics.attempt(&attempt, feedback);
            end_span(&self.attempt, &attempt);
            let _ = (self.observe)(CallEvent::Over(attempt));
        }
        feedback
    }

    fn begin_attempt(&mut self) {
        self.sent = self.now.elapsed;
        self.attempt = tracing::debug_span!(
            parent: &self.span,
            "attempt",
            command = %self.command,
            number = self.call.attempts(),
            result = Empty,
            code = Empty
        );
    }

    /// Reads the clock. Time never goes back, not even after `on_slot` has moved it on to the deadline.
    fn read_clock(&mut self) {
        self.now.elapsed = self.now.elapsed.max((self.elapsed)());
    }
}

fn unix_seconds() -> u64 {
    let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_epoch.unwrap_or_default().as_secs()
}

/// Records in the attempt's span how the attempt ended.
fn end_span(span: &Span, attempt: &Attempt<'_>) {
    span.record("result", attempt.result.name());
    if let Some(code) = attempt.result.code() {
        span.record("code", code.get());
    }
    let cause = attempt.repeated_after.map(Failure::cause);
    let repeated_after = cause.as_ref().map(display);
    span.in_scope(|| tracing::debug!(repeated_after, "an attempt has ended"));
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use topic_import_core::{
        Credentials, Endpoint, ImportTopic, Region, SdkAppId, TopicDraft, TransportError,
        TransportErrorKind,
    };

    use super::*;

    const DEADLINE: Duration = Duration::from_secs(10);

    fn session() -> Mutex<Session> {
        let credentials = Credentials::from_key(SdkAppId::new(1), "administrator", "made-up");
        let endpoint = Endpoint::region(Region::Seoul);
        Mutex::new(Session::new(endpoint, credentials.unwrap()))
    }

    fn call() -> Call<ImportTopic> {
        let topic = TopicDraft::new("@TGS#_riverside", "Welcome").validate();
        Call::new(topic.unwrap()).with_deadline(DEADLINE)
    }

    #[test]
    fn a_slot_that_comes_too_late_ends_the_call_though_its_deadline_is_not_over() {
        let session = session();
        let clock = Cell::new(Duration::ZERO);
        let mut left = 0;
        let mut call = RunningCall::begin(
            call(),
            &session,
            || clock.get(),
            |event| {
                left += u32::from(matches!(event, CallEvent::Leaving(_)));
                ControlFlow::Continue(())
            },
        );
        assert_eq!(call.time_left(), None);
        let outcome = loop {
            match call.next_step() {
                Step::Pace(_) if call.time_left().is_none() => call.on_slot(Ok(())),
                Step::Pace(_) => call.on_slot(Err(NoSlot::TooLate)),
                Step::Send(_) => {
                    let error = TransportError::new(TransportErrorKind::Refused, "planted");
                    let feedback = call.on_result(Err(SendFailure::NotSent(error)));
                    assert_eq!(feedback, Feedback::Fine);
                    assert_eq!(call.time_left(), Some(DEADLINE));
                }
                Step::Wait(wait) => clock.set(clock.get() + wait),
                Step::Done(outcome) => break outcome,
            }
        };
        assert!(matches!(
            outcome,
            Err(CallError::NotExecuted(Failure::NotSent(_)))
        ));
        drop(call);
        assert!(clock.get() < DEADLINE);
        assert_eq!(left, 1);
    }

    #[test]
    fn an_attempt_takes_the_time_that_passes_on_the_clients_clock() {
        let session = session();
        let clock = Cell::new(Duration::ZERO);
        let took = Cell::new(None);
        let observe = |event: CallEvent<'_>| {
            if let CallEvent::Over(attempt) = event {
                took.set(Some(attempt.took));
            }
            ControlFlow::Continue(())
        };
        let mut call = RunningCall::begin(call(), &session, || clock.get(), observe);
        assert!(matches!(call.next_step(), Step::Pace(_)));
        clock.set(Duration::from_secs(2));
        call.on_slot(Ok(()));
        assert!(matches!(call.next_step(), Step::Send(_)));
        clock.set(Duration::from_secs(5));
        let error = TransportError::new(TransportErrorKind::Broken, "planted");
        let _ = call.on_result(Err(SendFailure::MaybeSent(error)));
        assert_eq!(took.get(), Some(Duration::from_secs(3)));
    }

    #[test]
    fn nothing_leaves_without_a_slot_though_there_is_no_deadline_that_it_can_be_too_late_for() {
        let session = session();
        let observe = |_: CallEvent<'_>| panic!("it leaves");
        let mut call = RunningCall::begin(call(), &session, || Duration::ZERO, observe);
        assert!(matches!(call.next_step(), Step::Pace(_)));
        call.on_slot(Err(NoSlot::TooLate));
        assert!(matches!(call.next_step(), Step::Wait(_)));
    }
}
