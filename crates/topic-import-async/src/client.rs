use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use tokio::time::Instant;
use topic_import_core::{
    Call, CallError, CallEvent, Endpoint, Feedback, ImportTopic, Imported, Operation, Rate,
    SdkAppId, Session, Step,
};
use topic_import_driver::{ClientSettings, RunningCall};
use tracing::Instrument as _;

use crate::quota::{LocalQuota, Quota, slot_within};
use crate::transport::{BuildError, Transport};

/// A client of the API. It is cheap to clone, and all clones share connections, signature and quota.
#[derive(Clone, Debug)]
pub struct Client {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    transport: Transport,
    session: Mutex<Session>,
    quota: Box<dyn Quota>,
    sdk_app_id: SdkAppId,
    endpoint: Endpoint,
    start: Instant,
    deadline: Duration,
    unreachable_deadline: Duration,
}

impl Client {
    /// A client with these settings and its own [`LocalQuota`]. It connects when it makes its first call.
    ///
    /// # Errors
    /// Certificates are missing or unusable, or the environment names a proxy that cannot be used.
    pub fn new(settings: &ClientSettings) -> Result<Self, BuildError> {
        Self::with_quota(settings, LocalQuota::new(settings.quota))
    }

    /// A client that takes its slots from the given quota, such as one that several clients or processes share. The
    /// quota in the settings is ignored.
    ///
    /// # Errors
    /// Certificates are missing or unusable, or the environment names a proxy that cannot be used.
    pub fn with_quota(
        settings: &ClientSettings,
        quota: impl Quota + 'static,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            shared: Arc::new(Shared {
                transport: Transport::new(settings)?,
                session: Mutex::new(settings.session()),
                quota: Box::new(quota),
                sdk_app_id: settings.credentials.sdk_app_id(),
                endpoint: settings.endpoint.clone(),
                start: Instant::now(),
                deadline: settings.deadline,
                unreachable_deadline: settings.unreachable_deadline,
            }),
        })
    }

    /// The app whose topics it calls for.
    pub fn sdk_app_id(&self) -> SdkAppId {
        self.shared.sdk_app_id
    }

    /// Where its calls go.
    pub fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    /// The rate to which its quota keeps the calls of each command.
    pub fn rate(&self) -> Rate {
        self.shared.quota.rate()
    }

    /// Imports a topic. If the topic has a `TopicId`, it is never imported twice, even if an answer is lost.
    ///
    /// # Errors
    /// Displayed, the error is one line with what happened, why, and what helps. [`CallError::advice`] says what to do
    /// now.
    pub fn import(
        &self,
        topic: ImportTopic,
    ) -> impl Future<Output = Result<Imported, CallError>> + use<'_> {
        self.execute(topic)
    }

    /// Carries out any operation, such as [`ImportGroup`](crate::ImportGroup), [`GetTopic`](crate::GetTopic) or
    /// [`DestroyTopic`](crate::DestroyTopic).
    ///
    /// # Errors
    /// Displayed, the error is one line with what happened, why, and what helps. [`CallError::advice`] says what to do
    /// now.
    pub fn execute<O: Operation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Output, CallError>> + use<'_, O> {
        self.run(self.call(operation), |_| ControlFlow::Continue(()))
    }

    /// Imports the topics of a stream, at most `in_flight` at once and all under the client's quota. Each result comes
    /// with its topic, in the order in which the calls end. Dropping the returned stream ends the calls in flight.
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
                let result = client.execute(Arc::clone(&topic)).await;
                (topic, result)
            }
        });
        calls.buffer_unordered(in_flight.get())
    }

    /// Prepares a call of any operation with the client's deadlines, for [`run`](Self::run).
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        Call::new(operation)
            .with_deadline(self.shared.deadline)
            .with_unreachable_deadline(self.shared.unreachable_deadline)
    }

    /// Carries out a call. `observe` is called for every attempt, before it is sent and after it has ended, and may
    /// withdraw the call before an attempt is sent.
    ///
    /// # Errors
    /// Displayed, the error is one line with what happened, why, and what helps. [`CallError::advice`] says what to do
    /// now.
    pub fn run<O: Operation, F: FnMut(CallEvent<'_>) -> ControlFlow<()>>(
        &self,
        call: Call<O>,
        observe: F,
    ) -> impl Future<Output = Result<O::Output, CallError>> + use<'_, O, F> {
        let Shared {
            transport,
            session,
            quota,
            start,
            ..
        } = &*self.shared;
        // Created outside of the async block: created inside, the call would take its space in the future twice, as a
        // captured variable and as a local one.
        let mut call = RunningCall::begin(call, session, || start.elapsed(), observe);
        let span = call.span().clone();
        let steps = async move {
            loop {
                match call.next_step() {
                    Step::Pace(command) => {
                        call.on_slot(slot_within(&**quota, command, call.time_left()).await);
                    }
                    Step::Send(request) => {
                        let span = call.attempt_span().clone();
                        let sending = pin!(transport.send(request));
                        let result = sending.instrument(span).await;
                        if call.on_result(result) == Feedback::Throttled {
                            quota.throttled(call.command());
                        }
                    }
                    Step::Wait(duration) => tokio::time::sleep(duration).await,
                    Step::Done(outcome) => return outcome,
                }
            }
        };
        steps.instrument(span)
    }
}
