use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use topic_import_core::{
    Call, CallError, CallEvent, Feedback, ImportTopic, Imported, Operation, Session, Step,
};
use topic_import_driver::{ClientSettings, RunningCall};

use crate::import_all::ImportAll;
use crate::quota::{LocalQuota, Quota};
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

    /// A client that takes its slots from the given quota, such as one that several clients share. The quota in the
    /// settings is ignored.
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
                start: Instant::now(),
                deadline: settings.deadline,
                unreachable_deadline: settings.unreachable_deadline,
            }),
        })
    }

    /// Imports a topic. If the topic has a `TopicId`, it is never imported twice, even if an answer is lost.
    ///
    /// # Errors
    /// Displayed, the error is one line with what happened, why, and what helps. [`CallError::advice`] says what to do
    /// now.
    pub fn import(&self, topic: ImportTopic) -> Result<Imported, CallError> {
        self.execute(topic)
    }

    /// Carries out any operation, such as [`ImportGroup`](crate::ImportGroup), [`GetTopic`](crate::GetTopic) or
    /// [`DestroyTopic`](crate::DestroyTopic).
    ///
    /// # Errors
    /// Displayed, the error is one line with what happened, why, and what helps. [`CallError::advice`] says what to do
    /// now.
    pub fn execute<O: Operation>(&self, operation: O) -> Result<O::Output, CallError> {
        self.run(self.call(operation), |_| ControlFlow::Continue(()))
    }

    /// Imports the topics of an iterator on this many threads, all under the client's quota. Each result comes with its
    /// topic, in the order in which the calls end.
    pub fn import_all<I>(&self, topics: I, threads: NonZeroUsize) -> ImportAll
    where
        I: IntoIterator<Item = ImportTopic>,
        I::IntoIter: Send + 'static,
    {
        let client = self.clone();
        ImportAll::start(topics.into_iter(), threads, move |topic| {
            client.execute(topic)
        })
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
    pub fn run<O: Operation>(
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
        let _entered = call.span().clone().entered();
        loop {
            match call.next_step() {
                Step::Pace(command) => {
                    let left = call.time_left();
                    let until = left.and_then(|left| Instant::now().checked_add(left));
                    call.on_slot(quota.slot(command, until));
                }
                Step::Send(request) => {
                    let result = call.attempt_span().in_scope(|| transport.send(&request));
                    if call.on_result(result) == Feedback::Throttled {
                        quota.throttled(call.command());
                    }
                }
                Step::Wait(duration) => thread::sleep(duration),
                Step::Done(outcome) => return outcome,
            }
        }
    }
}
