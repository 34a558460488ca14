//! The state that the calls of one client share: the endpoint, the current signature, and which host is reachable.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;
use core::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::credentials::{Credentials, Signer};
use crate::endpoint::{Endpoint, Origin};
use crate::failure::TransportErrorKind;
use crate::http::HttpRequest;
use crate::now::Now;
use crate::operation::Operation;
use crate::usersig::UserSig;

/// How long an answer may take by default. The service allows itself 3 seconds (RESTful API Overview).
pub const DEFAULT_ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
/// How long connecting may take by default, TLS included.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the backup host is used before the primary is tried again.
const BACKUP_PERIOD: Duration = Duration::from_secs(60);

/// The state that the calls of one client share: the endpoint, the current signature, and which host is reachable.
///
/// To run several calls at once, put the session behind a lock and lend it from there ([`LendSession`]).
#[derive(Debug)]
pub struct Session {
    endpoint: Endpoint,
    signer: Signer,
    /// The part of the URL's query before the signature.
    query_start: String,
    answer_timeout: Duration,
    connect_timeout: Duration,
    /// The backup host is used until this time.
    backup_until: Option<Duration>,
    has_answered: bool,
}

/// Lends a [`Session`] to a step of a [`Call`](crate::Call), only for the moments in which the step needs it. Requests
/// are serialised and answers parsed without it, so that calls in several threads do not wait for each other.
///
/// Pass `&mut session` for a session that only one call uses, or `&mutex` for one behind a `Mutex` (feature `std`).
pub trait LendSession {
    /// Calls `to` with the session and returns its result.
    fn lend<T>(&mut self, to: impl FnOnce(&mut Session) -> T) -> T;
}

impl LendSession for Session {
    fn lend<T>(&mut self, to: impl FnOnce(&mut Session) -> T) -> T {
        to(self)
    }
}

impl<L: LendSession> LendSession for &mut L {
    fn lend<T>(&mut self, to: impl FnOnce(&mut Session) -> T) -> T {
        (**self).lend(to)
    }
}

/// A poisoned lock is lent all the same: a panic does not leave a session half changed.
#[cfg(feature = "std")]
impl LendSession for &std::sync::Mutex<Session> {
    fn lend<T>(&mut self, to: impl FnOnce(&mut Session) -> T) -> T {
        to(&mut self
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// How one attempt was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    to_backup: bool,
    /// The attempt had the full connect timeout before the call's deadline.
    has_time_to_connect: bool,
    signature_generation: u64,
}

impl Session {
    /// A session with an answer timeout of 5 s and a connect timeout of 3 s.
    pub fn new(endpoint: impl Into<Endpoint>, credentials: Credentials) -> Self {
        let query_start = format!(
            "?sdkappid={}&identifier={}&usersig=",
            credentials.sdk_app_id(),
            utf8_percent_encode(credentials.identifier().as_str(), NON_ALPHANUMERIC),
        );
        Self {
            endpoint: endpoint.into(),
            signer: Signer::new(credentials),
            query_start,
            answer_timeout: DEFAULT_ANSWER_TIMEOUT,
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            backup_until: None,
            has_answered: false,
        }
    }

    /// Sets how long one answer may take. The service allows itself 3 s, so set more than that.
    #[must_use]
    pub const fn with_answer_timeout(mut self, timeout: Duration) -> Self {
        self.answer_timeout = timeout;
        self
    }

    /// Sets how long connecting may take; the driver must enforce it. The session needs to know it because a connect
    /// timeout says nothing about the host if the call's deadline cut it short.
    #[must_use]
    pub const fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Where calls go.
    pub const fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The credentials of the caller.
    pub const fn credentials(&self) -> &Credentials {
        self.signer.credentials()
    }

    /// The request for one attempt, still without its body. Its timeout never goes beyond `deadline`.
    pub(crate) fn request<O: Operation>(
        &mut self,
        operation: &O,
        now: Now,
        deadline: Duration,
        random: u32,
    ) -> (HttpRequest, Route) {
        let to_backup = self.backup_until.is_some_and(|until| now.elapsed < until);
        let origin = self.endpoint.origin(to_backup);
        let service = operation.service(self.endpoint.service());
        let (signature, signature_generation) = self.signer.signature(now.unix_seconds);
        let url = url(
            [
                origin.as_str(),
                "/v4/",
                service.name(),
                "/",
                O::COMMAND.name(),
                &self.query_start,
                signature.expose(),
            ],
            random,
        );
        let timeout = self
            .answer_timeout
            .min(deadline.saturating_sub(now.elapsed));
        let request = HttpRequest {
            url,
            body: Vec::new(),
            timeout,
        };
        let route = Route {
            to_backup,
            has_time_to_connect: timeout >= self.connect_timeout.min(self.answer_timeout),
            signature_generation,
        };
        (request, route)
    }

    /// Records that an answer arrived.
    pub(crate) const fn answered(&mut self) {
        self.has_answered = true;
    }

    /// Whether any answer has arrived in this session.
    pub(crate) const fn has_answered(&self) -> bool {
        self.has_answered
    }

    /// The host that an attempt was to reach.
    pub(crate) fn origin(&self, route: Route) -> &Origin {
        self.endpoint.origin(route.to_backup)
    }

    /// Records that an attempt was not sent, and switches hosts if the reason is that its host could not be reached.
    /// Returns true if the other host should be tried at once.
    pub(crate) fn not_sent(&mut self, route: Route, why: TransportErrorKind, now: Now) -> bool {
        let is_the_hosts = match why {
            TransportErrorKind::ConnectTimeout => route.has_time_to_connect,
            TransportErrorKind::Request
            | TransportErrorKind::ProxyUnreachable
            | TransportErrorKind::ProxyLogin => false,
            _ => true,
        };
        if !is_the_hosts || self.endpoint.backup().is_none() {
            return false;
        }
        let to_backup_next = !route.to_backup;
        self.backup_until = to_backup_next.then_some(now.elapsed + BACKUP_PERIOD);
        to_backup_next
    }

    /// Makes the next attempt carry a newer signature than the attempt on `route` did. Returns false if the signature
    /// is ready-made and cannot be renewed.
    pub(crate) fn renew_signature(&mut self, route: Route) -> bool {
        self.signer.renew(route.signature_generation)
    }

    /// The signatures that an answer may repeat and that must be redacted in it.
    pub(crate) fn signatures_in_use(&self) -> Vec<UserSig> {
        self.signer.in_use().cloned().collect()
    }
}

/// Joins the parts of a URL in a single allocation, as every attempt builds one.
fn url(parts: [&str; 7], random: u32) -> String {
    const LONGEST_END: &str = "&random=4294967295&contenttype=json";
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut url = String::with_capacity(length + LONGEST_END.len());
    url.extend(parts);
    write!(url, "&random={random}&contenttype=json").expect("a text takes any text");
    url
}
