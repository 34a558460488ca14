use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use topic_import_core::{
    Attempt, Call, CallError, Credentials, DEFAULT_ANSWER_TIMEOUT, DEFAULT_DEADLINE, Endpoint,
    Feedback, GetTopic, ImportTopic, Imported, Operation, Session, Step, TopicsFound,
};
use tracing::Instrument as _;

use crate::clock::Clock;
use crate::quota::Quota;
use crate::tls::{self, TlsError};
use crate::transport::{BuildError, Transport};

/// The quota that the service documents for each command, in calls per second (specification).
const DOCUMENTED_QUOTA: NonZeroU32 = NonZeroU32::new(200).expect("not zero");
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

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

/// Settings of a [`Client`].
#[derive(Debug)]
#[must_use]
pub struct ClientBuilder {
    endpoint: Endpoint,
    credentials: Credentials,
    quota: Option<NonZeroU32>,
    deadline: Duration,
    connect_timeout: Duration,
    answer_timeout: Duration,
    extra_roots: Vec<CertificateDer<'static>>,
}

impl ClientBuilder {
    /// The quota of each command in calls per second, 200 by default; the client keeps 1% under it. `None` does
    /// not pace: for an endpoint without a quota.
    pub const fn quota(mut self, per_second: Option<NonZeroU32>) -> Self {
        self.quota = per_second;
        self
    }

    /// How long a call may take in all, repetitions included, from its first attempt; 30 s by default.
    pub const fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How long connecting may take, TLS included; 3 s by default.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// How long one attempt may take; 5 s by default. The service gives itself 3 s: keep it longer.
    pub const fn answer_timeout(mut self, timeout: Duration) -> Self {
        self.answer_timeout = timeout;
        self
    }

    /// Trusts the certificates in a PEM text besides those that this machine trusts.
    pub fn trust_pem(mut self, pem: &[u8]) -> Result<Self, TlsError> {
        self.extra_roots.extend(tls::read_pem(pem)?);
        Ok(self)
    }

    /// The client. It connects with its first call.
    pub fn build(self) -> Result<Client, BuildError> {
        let transport = Transport::new(&self.endpoint, self.connect_timeout, self.extra_roots)?;
        let session =
            Session::new(self.endpoint, self.credentials).with_answer_timeout(self.answer_timeout);
        Ok(Client {
            shared: Arc::new(Shared {
                transport,
                session: Mutex::new(session),
                quota: Quota::new(self.quota),
                clock: Clock::start(),
                deadline: self.deadline,
            }),
        })
    }
}

impl Client {
    /// A client for an endpoint, such as a [`Region`](topic_import_core::Region).
    pub fn builder(endpoint: impl Into<Endpoint>, credentials: Credentials) -> ClientBuilder {
        ClientBuilder {
            endpoint: endpoint.into(),
            credentials,
            quota: Some(DOCUMENTED_QUOTA),
            deadline: DEFAULT_DEADLINE,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            answer_timeout: DEFAULT_ANSWER_TIMEOUT,
            extra_roots: Vec::new(),
        }
    }

    /// Imports a topic: once, whatever answers get lost, if it carries a `TopicId`.
    ///
    /// # Errors
    /// [`CallError::Rejected`] and [`CallError::Conflict`] are the service's word; [`CallError::NotExecuted`] says
    /// that nothing happened; [`CallError::OutcomeUnknown`] that nobody knows.
    pub async fn import(&self, topic: ImportTopic) -> Result<Imported, CallError> {
        self.run(self.call(topic), |_| ()).await
    }

    /// Reads topics of a group back.
    pub async fn get_topics(&self, topics: GetTopic) -> Result<TopicsFound, CallError> {
        self.run(self.call(topics), |_| ()).await
    }

    /// A call of any operation with the client's deadline, for [`run`](Self::run).
    pub fn call<O: Operation>(&self, operation: O) -> Call<O> {
        Call::new(operation).with_deadline(self.shared.deadline)
    }

    /// Carries a call out; `observe` is told of every attempt when it is over.
    pub async fn run<O: Operation>(
        &self,
        mut call: Call<O>,
        mut observe: impl FnMut(Attempt<'_>),
    ) -> Result<O::Output, CallError> {
        let span = tracing::debug_span!("call", command = O::COMMAND.name());
        async {
            let Shared { transport, quota, clock, .. } = &*self.shared;
            let mut command = O::COMMAND;
            loop {
                let step = call.next(&mut self.session(), clock.now(), fastrand::u32(..));
                match step {
                    Step::Pace(next) => {
                        command = next;
                        quota.slot(command, *clock).await;
                    }
                    Step::Send(request) => {
                        let sent = clock.elapsed();
                        let result = transport.send(request).await;
                        let now = clock.now();
                        let feedback = match result {
                            Ok(response) => call.on_response(&mut self.session(), &response),
                            Err(failure) => call.on_failure(&mut self.session(), now, failure),
                        };
                        if feedback == Feedback::Throttled {
                            quota.throttle(command, *clock);
                        }
                        let failure = call.last_failure();
                        tracing::debug!(%command, repeated_after = failure.map(tracing::field::display));
                        observe(Attempt::new(command, now.elapsed.saturating_sub(sent), failure));
                    }
                    Step::Wait(duration) => tokio::time::sleep(duration).await,
                    Step::Done(outcome) => return outcome,
                }
            }
        }
        .instrument(span)
        .await
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        let session = &self.shared.session;
        session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
