use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use tokio::time::Instant;
use topic_import_core::{
    Attempt, Call, CallError, CallEvent, ClientSettings, Command, DestroyTopic, Feedback, GetTopic,
    ImportTopic, Imported, Operation, Session, Step, TopicsDestroyed, TopicsFound, escaped,
};
#[cfg(feature = "metrics")]
use topic_import_metrics::CallMetrics;
use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span};

use crate::builder::ClientBuilder;
use crate::clock::Clock;
use crate::quota::{ClientQuota, NoSlot};
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
    quota: ClientQuota,
    clock: Clock,
    deadline: Duration,
}

impl Client {
    /// A client with these settings. It connects with its first call.
    pub fn new(settings: &ClientSettings) -> Result<Self, BuildError> {
        Self::builder(settings).build()
    }

    /// The same with more to say than settings, such as another [`Quota`](crate::Quota).
    pub const fn builder(settings: &ClientSettings) -> ClientBuilder<'_> {
        ClientBuilder::new(settings)
    }

    pub(crate) fn with_quota(
        settings: &ClientSettings,
        quota: ClientQuota,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            shared: Arc::new(Shared {
                transport: Transport::new(settings)?,
                session: Mutex::new(settings.session()),
                quota,
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
    pub async fn import(&self, topic: ImportTopic) -> Result<Imported, CallError> {
        self.carry_out(topic).await
    }

    /// Reads topics of a group back.
    pub async fn get_topics(&self, topics: GetTopic) -> Result<TopicsFound, CallError> {
        self.carry_out(topics).await
    }

    /// Deletes topics of a group, for good.
    pub async fn destroy_topics(&self, topics: DestroyTopic) -> Result<TopicsDestroyed, CallError> {
        self.carry_out(topics).await
    }

    /// Imports topics as they come, at most `in_flight` at once, paced together. Results come as they are there,
    /// each with its request; dropping the stream ends the calls in flight.
    pub fn import_all<S>(
        &self,
        topics: S,
        in_flight: NonZeroUsize,
    ) -> impl Stream<Item = (Arc<ImportTopic>, Result<Imported, CallError>)> + use<S>
    where
        S: Stream<Item = ImportTopic>,
    {
        let client = self.clone();
        let calls = topics.map(move |topic| {
            let client = client.clone();
            let topic = Arc::new(topic);
            async move {
                let result = client.carry_out(Arc::clone(&topic)).await;
                (topic, result)
            }
        });
        calls.buffer_unordered(in_flight.get())
    }

    /// A call of any operation with the client's deadline, for [`run`](Self::run).
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        Call::new(operation).with_deadline(self.shared.deadline)
    }

    /// Carries a call out; `observe` is told of every attempt, before it leaves and when it is over, and may withdraw
    /// the call before one leaves.
    pub async fn run<O: Operation>(
        &self,
        mut call: Call<O>,
        mut observe: impl FnMut(CallEvent<'_>) -> ControlFlow<()>,
    ) -> Result<O::Output, CallError> {
        let span = tracing::debug_span!("call", command = O::COMMAND.name(), outcome = Empty);
        async {
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
                        let until = deadline.map(|deadline| Instant::now() + clock.left(deadline));
                        let slot = quota.slot(command, until).await;
                        now = clock.now();
                        if let Err(error) = &slot {
                            tracing::debug!(%command, error = %escaped(error), "no slot in the quota");
                        }
                        match slot {
                            Ok(()) => metrics.has_slot(command),
                            // The call is over by then: it ends, and nothing leaves.
                            Err(NoSlot::TooLate(_)) => {
                                now.elapsed = now.elapsed.max(deadline.unwrap_or_default());
                            }
                            Err(NoSlot::Failed(error)) => call.on_no_slot(now, error),
                        }
                    }
                    Step::Send(_) if observe(CallEvent::Leaving(command)).is_break() => {
                        call.withdraw();
                    }
                    Step::Send(request) => {
                        let span = attempt_span(command, call.attempts());
                        let sent = now.elapsed;
                        let result = transport.send(request).instrument(span.clone()).await;
                        now = clock.now();
                        let feedback = call.on_result(&mut session, now, result);
                        if feedback == Feedback::Throttled {
                            quota.throttled(command);
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
                        tokio::time::sleep(duration).await;
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
        .instrument(span.clone())
        .await
    }

    /// Carries an operation out with the client's deadline, unwatched.
    async fn carry_out<O: Operation>(&self, operation: O) -> Result<O::Output, CallError> {
        self.run(self.call(operation), |_| ControlFlow::Continue(()))
            .await
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
