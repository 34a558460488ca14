use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use topic_import_core::{
    Attempt, Call, CallError, CallEvent, ClientSettings, Command, DestroyTopic, Feedback, GetTopic,
    ImportTopic, Imported, Operation, Session, Step, TopicsDestroyed, TopicsFound,
};
#[cfg(feature = "metrics")]
use topic_import_metrics::CallMetrics;
use tracing::Span;
use tracing::field::{Empty, display};

use crate::clock::Clock;
use crate::import_all::ImportAll;
use crate::quota::Quota;
use crate::transport::{BuildError, Transport};
#[cfg(not(feature = "metrics"))]
use crate::unmeasured::CallMetrics;

/// Calls the API. Cheap to clone; all clones share connections, signature and quota.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    session: Mutex<Session>,
    quota: Quota,
    clock: Clock,
    deadline: Duration,
}

impl Client {
    /// A client with these settings. It connects with its first call.
    pub fn new(settings: &ClientSettings) -> Result<Self, BuildError> {
        Ok(Self {
            shared: Arc::new(Shared {
                transport: Transport::new(settings)?,
                session: Mutex::new(settings.session()),
                quota: Quota::new(settings.quota),
                clock: Clock::start(),
                deadline: settings.deadline,
            }),
        })
    }

    /// Imports a topic: once, whatever answers get lost, if it carries a `TopicId`.
    ///
    /// # Errors
    /// [`CallError::Rejected`] and [`CallError::Conflict`] are the service's word; [`CallError::NotExecuted`] says
    /// that nothing happened; [`CallError::OutcomeUnknown`] that nobody knows.
    pub fn import(&self, topic: ImportTopic) -> Result<Imported, CallError> {
        self.carry_out(topic)
    }

    /// Reads topics of a group back.
    pub fn get_topics(&self, topics: GetTopic) -> Result<TopicsFound, CallError> {
        self.carry_out(topics)
    }

    /// Deletes topics of a group, for good.
    pub fn destroy_topics(&self, topics: DestroyTopic) -> Result<TopicsDestroyed, CallError> {
        self.carry_out(topics)
    }

    /// Imports topics as they come, by so many threads, paced together. Results come as they are there, each with
    /// its request.
    pub fn import_all<I>(&self, topics: I, threads: NonZeroUsize) -> ImportAll
    where
        I: IntoIterator<Item = ImportTopic>,
        I::IntoIter: Send + 'static,
    {
        ImportAll::start(self, topics.into_iter(), threads)
    }

    /// A call of any operation with the client's deadline, for [`run`](Self::run).
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        Call::new(operation).with_deadline(self.shared.deadline)
    }

    /// Carries a call out; `observe` is told of every attempt, before it leaves and when it is over, and may withdraw
    /// the call before one leaves.
    pub fn run<O: Operation>(
        &self,
        mut call: Call<O>,
        mut observe: impl FnMut(CallEvent<'_>) -> ControlFlow<()>,
    ) -> Result<O::Output, CallError> {
        let span = tracing::debug_span!("call", command = O::COMMAND.name(), outcome = Empty);
        let _entered = span.enter();
        let Shared {
            transport,
            quota,
            clock,
            ..
        } = &*self.shared;
        let mut session = &self.shared.session;
        let mut command = O::COMMAND;
        let mut metrics = CallMetrics::begin(command);
        let mut now = clock.now();
        loop {
            let step = call.next(&mut session, now, fastrand::u32(..));
            match step {
                Step::Pace(next) => {
                    command = next;
                    metrics.wants_slot();
                    let deadline = call.deadline();
                    let slot = quota.slot(command, *clock, deadline);
                    now = clock.now();
                    match slot {
                        Ok(()) => metrics.has_slot(command),
                        Err(error) => {
                            tracing::debug!(%command, %error, "no slot in the quota");
                            // The call is over by then: it ends, and nothing leaves.
                            now.elapsed = now.elapsed.max(deadline.unwrap_or_default());
                        }
                    }
                }
                Step::Send(_) if observe(CallEvent::Leaving(command)).is_break() => {
                    call.withdraw();
                }
                Step::Send(request) => {
                    let span = attempt_span(command, call.attempts());
                    let sent = now.elapsed;
                    let result = span.in_scope(|| transport.send(&request));
                    now = clock.now();
                    let feedback = call.on_result(&mut session, now, result);
                    if feedback == Feedback::Throttled {
                        quota.throttle(command, *clock);
                    }
                    let took = now.elapsed.saturating_sub(sent);
                    if let Some(result) = call.last_result() {
                        let attempt = Attempt::new(command, took, result, call.last_failure());
                        metrics.attempt(&attempt, feedback);
                        close(&span, &attempt);
                        let _ = observe(CallEvent::Over(attempt));
                    }
                }
                Step::Wait(duration) => {
                    thread::sleep(duration);
                    now = clock.now();
                }
                Step::Done(outcome) => {
                    let name = outcome.as_ref().map_or_else(CallError::name, |_| "done");
                    metrics.end(name);
                    span.record("outcome", name);
                    return outcome;
                }
            }
        }
    }

    /// Carries an operation out with the client's deadline, unwatched.
    pub(crate) fn carry_out<O: Operation>(&self, operation: O) -> Result<O::Output, CallError> {
        self.run(self.call(operation), |_| ControlFlow::Continue(()))
    }
}

fn attempt_span(command: Command, number: u32) -> Span {
    tracing::debug_span!("attempt", %command, number, result = Empty, code = Empty)
}

/// Notes in the attempt's span how it ended.
fn close(span: &Span, attempt: &Attempt<'_>) {
    span.record("result", attempt.result.name());
    if let Some(code) = attempt.result.code() {
        span.record("code", code.get());
    }
    let repeated_after = attempt.repeated_after.map(display);
    span.in_scope(|| tracing::debug!(repeated_after, "an attempt is over"));
}
