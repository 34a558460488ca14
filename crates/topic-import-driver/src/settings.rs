//! The settings of a client, independent of its HTTP library.

use std::env;
use std::time::Duration;

use topic_import_core::{
    Credentials, DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, DEFAULT_DEADLINE,
    DEFAULT_UNREACHABLE_DEADLINE, Endpoint, Origin, Rate, Session,
};

use crate::proxy::{Proxies, ProxyChoice, ProxyError};

/// The settings of a client, the same for the async and the blocking one.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::time::Duration;
/// use topic_import_core::{Credentials, Rate, Region};
/// use topic_import_driver::ClientSettings;
///
/// let credentials = Credentials::from_key(1_400_000_001, "administrator", "made-up")?;
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
    /// The credentials of the caller.
    pub credentials: Credentials,
    /// The quota of each command; 200 calls per second by default. A client keeps 1% under it.
    pub quota: Rate,
    /// How long a call may take from its first attempt, including repetitions, backoff and waits for further slots in
    /// the quota; 30 s by default.
    pub deadline: Duration,
    /// How long a call tries to reach a service that has not yet answered this client; 5 s by default. A wrong endpoint
    /// is reported after this time.
    pub unreachable_deadline: Duration,
    /// How long connecting may take, TLS included; 3 s by default.
    pub connect_timeout: Duration,
    /// How long one attempt may take; 5 s by default. The service allows itself 3 s (RESTful API Overview), so set more
    /// than that.
    pub answer_timeout: Duration,
    /// Certificates (PEM) to trust in addition to those that this machine trusts.
    pub extra_certificates: Vec<u8>,
    /// Whether `https` hosts are reached through a proxy; by default, the environment decides.
    pub proxy: ProxyChoice,
}

impl ClientSettings {
    /// Default settings for an endpoint, such as a [`Region`](topic_import_core::Region), and credentials.
    pub fn new(endpoint: impl Into<Endpoint>, credentials: Credentials) -> Self {
        Self {
            endpoint: endpoint.into(),
            credentials,
            quota: Rate::default(),
            deadline: DEFAULT_DEADLINE,
            unreachable_deadline: DEFAULT_UNREACHABLE_DEADLINE,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            answer_timeout: DEFAULT_ANSWER_TIMEOUT,
            extra_certificates: Vec::new(),
            proxy: ProxyChoice::Environment,
        }
    }

    /// Sets the [`quota`](Self::quota).
    #[must_use]
    pub const fn with_quota(mut self, rate: Rate) -> Self {
        self.quota = rate;
        self
    }

    /// Sets the [`deadline`](Self::deadline).
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the [`unreachable_deadline`](Self::unreachable_deadline).
    #[must_use]
    pub const fn with_unreachable_deadline(mut self, deadline: Duration) -> Self {
        self.unreachable_deadline = deadline;
        self
    }

    /// Sets the [`connect_timeout`](Self::connect_timeout).
    #[must_use]
    pub const fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Sets the [`answer_timeout`](Self::answer_timeout).
    #[must_use]
    pub const fn with_answer_timeout(mut self, timeout: Duration) -> Self {
        self.answer_timeout = timeout;
        self
    }

    /// Adds the certificates of a PEM text to the [`extra_certificates`](Self::extra_certificates).
    #[must_use]
    pub fn with_extra_certificates(mut self, pem: &[u8]) -> Self {
        self.extra_certificates.extend_from_slice(pem);
        self
    }

    /// Sets the [`proxy`](Self::proxy).
    #[must_use]
    pub fn with_proxy(mut self, proxy: ProxyChoice) -> Self {
        self.proxy = proxy;
        self
    }

    /// The proxy of a client with these settings, and the hosts that are exempt from it. The environment is not read if
    /// no host is called over `https`.
    ///
    /// # Errors
    /// The environment variable that counts does not contain the address of a usable proxy.
    pub fn proxies(&self) -> Result<Proxies, ProxyError> {
        if self.is_plain_http() {
            return Ok(Proxies::default());
        }
        Proxies::new(&self.proxy, |name| {
            let value = env::var_os(name)?;
            Some(value.to_string_lossy().into_owned())
        })
    }

    /// Whether all calls use plain HTTP, which never leaves this machine.
    pub fn is_plain_http(&self) -> bool {
        let is_plain = |origin: &Origin| origin.as_str().starts_with("http://");
        is_plain(self.endpoint.primary()) && self.endpoint.backup().is_none_or(is_plain)
    }

    /// A new session for a client with these settings.
    pub fn session(&self) -> Session {
        Session::new(self.endpoint.clone(), self.credentials.clone())
            .with_answer_timeout(self.answer_timeout)
            .with_connect_timeout(self.connect_timeout)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proxy::Proxy;

    fn settings(endpoint: Endpoint) -> ClientSettings {
        let credentials = Credentials::from_key(1_400_000_001, "administrator", "made-up");
        ClientSettings::new(endpoint, credentials.unwrap())
    }

    #[test]
    fn a_proxy_serves_a_client_that_calls_any_host_over_https() {
        let origin = |text: &str| Origin::parse(text).unwrap();
        let here = || Endpoint::custom(origin("http://127.0.0.1:8080"));
        for (endpoint, is_plain_http) in [
            (here(), true),
            (here().with_backup(origin("http://[::1]:8080")), true),
            (
                here().with_backup(origin("https://chat.example.com")),
                false,
            ),
            (Endpoint::custom(origin("https://chat.example.com")), false),
        ] {
            let proxy = Proxy::parse("proxy.example:3128").unwrap();
            let settings = settings(endpoint).with_proxy(ProxyChoice::Through(proxy));
            assert_eq!(settings.is_plain_http(), is_plain_http);
            let proxies = settings.proxies().unwrap();
            assert_eq!(proxies.proxy().is_none(), is_plain_http);
        }
    }
}
