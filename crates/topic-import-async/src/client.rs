use std::num::NonZeroUsize;
use std::ops::ControlFlow;
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

/// Calls the API. Cheap to clone; all clones share connections, signature and quota.
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
    /// A client with these settings and a quota of its own. It connects with its first call.
    ///
    /// # Errors
    /// Where certificates are missing or unusable, or the environment names a proxy that is none.
    pub fn new(settings: &ClientSettings) -> Result<Self, BuildError> {
        Self::with_quota(settings, LocalQuota::new(settings.quota))
    }

    /// A client that takes its slots from a quota that is given, such as one that several clients or processes share;
    /// what the settings say of the quota is of no effect.
    ///
    /// # Errors
    /// Where certificates are missing or unusable, or the environment names a proxy that is none.
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

    /// Imports a topic: once, whatever answers get lost, if it carries a `TopicId`.
    ///
    /// # Errors
    /// [`CallError::advice`] says what to do now; displayed, an error is one line that says what happened, why, and what
    /// helps.
    pub async fn import(&self, topic: ImportTopic) -> Result<Imported, CallError> {
        self.execute(topic).await
    }

    /// Carries out any operation, such as [`GetTopic`](crate::GetTopic) and [`DestroyTopic`](crate::DestroyTopic).
    pub async fn execute<O: Operation>(&self, operation: O) -> Result<O::Output, CallError> {
        self.run(self.call(operation), |_| ControlFlow::Continue(()))
            .await
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
                let result = client.execute(Arc::clone(&topic)).await;
                (topic, result)
            }
        });
        calls.buffer_unordered(in_flight.get())
    }

    /// A call of any operation with the client's deadlines, for [`run`](Self::run).
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        Call::new(operation)
            .with_deadline(self.shared.deadline)
            .with_unreachable_deadline(self.shared.unreachable_deadline)
    }

    /// Carries a call out; `observe` is told of every attempt, before it leaves and when it is over, and may withdraw
    /// the call before one leaves.
    pub async fn run<O: Operation>(
        &self,
        call: Call<O>,
        observe: impl FnMut(CallEvent<'_>) -> ControlFlow<()>,
    ) -> Result<O::Output, CallError> {
        let Shared {
            transport,
            session,
            quota,
            start,
            ..
        } = &*self.shared;
        let mut call = RunningCall::begin(call, session, || start.elapsed(), observe);
        let span = call.span().clone();
        let steps = async {
            loop {
                match call.next_step() {
                    Step::Pace(command) => {
                        call.on_slot(slot_within(&**quota, command, call.time_left()).await);
                    }
                    Step::Send(request) => {
                        let span = call.attempt_span().clone();
                        let result = transport.send(request).instrument(span).await;
                        if call.on_result(result) == Feedback::Throttled {
                            quota.throttled(call.command());
                        }
                    }
                    Step::Wait(duration) => tokio::time::sleep(duration).await,
                    Step::Done(outcome) => return outcome,
                }
            }
        };
        steps.instrument(span).await
    }
}
