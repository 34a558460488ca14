//! What can be set for a client, whichever library carries its calls.

use alloc::string::String;
use alloc::vec::Vec;
use core::num::NonZeroU32;
use core::time::Duration;

use crate::call::DEFAULT_DEADLINE;
use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::proxy::{Proxies, ProxyChoice, ProxyError};
use crate::session::{DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, Session};

/// The quota that the service documents for each command, in calls per second (specification).
pub const DOCUMENTED_QUOTA: NonZeroU32 = NonZeroU32::new(200).expect("not zero");

/// How many calls of a command may leave.
///
/// No number stands for "as many as you like", so that none that was read from somewhere can switch pacing off:
///
/// ```
/// use std::num::NonZeroU32;
/// use topic_import_core::Rate;
///
/// fn rate(per_second: u32) -> Result<Rate, &'static str> {
///     let per_second = NonZeroU32::new(per_second).ok_or("the quota must not be 0")?;
///     Ok(Rate::PerSecond(per_second))
/// }
/// assert!(rate(0).is_err());
/// ```
///
/// ```compile_fail
/// # use std::num::NonZeroU32;
/// # use topic_import_core::ClientSettings;
/// fn of_config(settings: ClientSettings, quota: u32) -> ClientSettings {
///     settings.with_quota(NonZeroU32::new(quota))
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "whoever paces must know every rate there is"
)]
pub enum Rate {
    /// Paced, a little under so many calls a second.
    PerSecond(NonZeroU32),
    /// Not paced: for an endpoint without a quota.
    Unlimited,
}

impl Rate {
    /// The calls per second; `None` where calls are not paced.
    pub const fn per_second(self) -> Option<NonZeroU32> {
        match self {
            Self::PerSecond(per_second) => Some(per_second),
            Self::Unlimited => None,
        }
    }
}

/// The documented quota of the service.
impl Default for Rate {
    fn default() -> Self {
        Self::PerSecond(DOCUMENTED_QUOTA)
    }
}

/// What can be set for a client, whichever library carries its calls.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::time::Duration;
/// use topic_import_core::{ClientSettings, Credentials, Rate, Region, SdkAppId};
///
/// let credentials = Credentials::from_key(SdkAppId::new(1), "administrator", "made-up")?;
/// let per_second = NonZeroU32::new(500).ok_or("the quota must not be 0")?;
/// let settings = ClientSettings::new(Region::Frankfurt, credentials)
///     .with_quota(Rate::PerSecond(per_second))
///     .with_deadline(Duration::from_secs(60));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ClientSettings {
    /// Where calls go.
    pub endpoint: Endpoint,
    /// Who calls.
    pub credentials: Credentials,
    /// The quota of each command, 200 calls per second unless set; a client keeps 1% under it.
    pub quota: Rate,
    /// How long a call may take in all from its first attempt, with repetitions, waits and slots in the quota; 30 s
    /// unless set.
    pub deadline: Duration,
    /// How long connecting may take, TLS included; 3 s unless set.
    pub connect_timeout: Duration,
    /// How long one attempt may take; 5 s unless set. The service gives itself 3 s (RESTful API Overview): keep it
    /// longer.
    pub answer_timeout: Duration,
    /// Certificates in PEM that are trusted besides those that this machine trusts.
    pub extra_certificates: Vec<u8>,
    /// Whether `https` hosts are reached through a proxy; as the environment says unless set.
    pub proxy: ProxyChoice,
}

impl ClientSettings {
    /// The settings that suit the service: an endpoint, such as a [`Region`](crate::Region), and credentials.
    pub fn new(endpoint: impl Into<Endpoint>, credentials: Credentials) -> Self {
        Self {
            endpoint: endpoint.into(),
            credentials,
            quota: Rate::default(),
            deadline: DEFAULT_DEADLINE,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            answer_timeout: DEFAULT_ANSWER_TIMEOUT,
            extra_certificates: Vec::new(),
            proxy: ProxyChoice::Environment,
        }
    }

    /// The same with another [`quota`](Self::quota).
    #[must_use]
    pub const fn with_quota(mut self, rate: Rate) -> Self {
        self.quota = rate;
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

    /// The same with another [`proxy`](Self::proxy).
    #[must_use]
    pub fn with_proxy(mut self, proxy: ProxyChoice) -> Self {
        self.proxy = proxy;
        self
    }

    /// Which hosts are reached through which proxy; `variable` gives a variable of the environment. It is not asked
    /// where no host is called over `https`.
    ///
    /// # Errors
    /// Where a variable that counts does not hold a proxy's address.
    pub fn proxies(
        &self,
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Proxies, ProxyError> {
        if self.is_plain_http() {
            return Ok(Proxies::default());
        }
        Proxies::new(&self.proxy, variable)
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
            .with_connect_timeout(self.connect_timeout)
    }
}
