//! What can be set for a client, whichever library carries its calls.

use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

use crate::call::DEFAULT_DEADLINE;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::session::{DEFAULT_ANSWER_TIMEOUT, Session};

/// The quota that the service documents for each command, in calls per second (specification).
pub const DOCUMENTED_QUOTA: NonZeroU32 = NonZeroU32::new(200).expect("not zero");
/// How long connecting may take, TLS included, unless set otherwise.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// What can be set for a client, whichever library carries its calls.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::time::Duration;
/// use topic_import_core::{ClientSettings, Credentials, Region, SdkAppId, SecretKey, UserId};
///
/// let key = SecretKey::new("made-up").unwrap();
/// let credentials = Credentials::with_key(SdkAppId::new(1), UserId::parse("administrator")?, key);
/// let settings = ClientSettings::new(Region::Frankfurt, credentials)
///     .with_quota(NonZeroU32::new(500))
///     .with_deadline(Duration::from_secs(60));
/// # Ok::<(), topic_import_core::Violations>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientSettings {
    /// Where calls go.
    pub endpoint: Endpoint,
    /// Who calls.
    pub credentials: Credentials,
    /// The quota of each command in calls per second, 200 unless set; a client keeps 1% under it. `None` does not
    /// pace: for an endpoint without a quota.
    pub quota: Option<NonZeroU32>,
    /// How long a call may take in all, repetitions included, from its first attempt; 30 s unless set.
    pub deadline: Duration,
    /// How long connecting may take, TLS included; 3 s unless set.
    pub connect_timeout: Duration,
    /// How long one attempt may take; 5 s unless set. The service gives itself 3 s (RESTful API Overview): keep it
    /// longer. The blocking client may take 50 ms more.
    pub answer_timeout: Duration,
    /// Certificates in PEM that are trusted besides those that this machine trusts.
    pub extra_certificates: Vec<u8>,
}

impl ClientSettings {
    /// The settings that suit the service: an endpoint, such as a [`Region`](crate::Region), and credentials.
    pub fn new(endpoint: impl Into<Endpoint>, credentials: Credentials) -> Self {
        Self {
            endpoint: endpoint.into(),
            credentials,
            quota: Some(DOCUMENTED_QUOTA),
            deadline: DEFAULT_DEADLINE,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            answer_timeout: DEFAULT_ANSWER_TIMEOUT,
            extra_certificates: Vec::new(),
        }
    }

    /// The same with another [`quota`](Self::quota).
    #[must_use]
    pub const fn with_quota(mut self, per_second: Option<NonZeroU32>) -> Self {
        self.quota = per_second;
        self
    }

    /// The same with another [`deadline`](Self::deadline).
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// The same with another [`connect_timeout`](Self::connect_timeout).
    #[must_use]
    pub const fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The same with another [`answer_timeout`](Self::answer_timeout).
    #[must_use]
    pub const fn with_answer_timeout(mut self, timeout: Duration) -> Self {
        self.answer_timeout = timeout;
        self
    }

    /// The same, trusting the certificates of a PEM text as well.
    #[must_use]
    pub fn with_extra_certificates(mut self, pem: &[u8]) -> Self {
        self.extra_certificates.extend_from_slice(pem);
        self
    }

    /// Whether every call goes over plain HTTP, which never leaves this machine.
    pub fn is_plain_http(&self) -> bool {
        let is_plain = |origin: &crate::Origin| origin.as_str().starts_with("http://");
        is_plain(self.endpoint.primary()) && self.endpoint.backup().is_none_or(is_plain)
    }

    /// The session that the client's calls share.
    pub fn session(&self) -> Session {
        Session::new(self.endpoint.clone(), self.credentials.clone())
            .with_answer_timeout(self.answer_timeout)
    }
}
