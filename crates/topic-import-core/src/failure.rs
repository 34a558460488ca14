//! How one attempt can fail: below HTTP, in HTTP, or by the service's own answer.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::error::Error;
use core::fmt;

use crate::code::{Code, Recovery, Scope, Verdict};
use crate::escaped::escaped;

/// Why no answer came, as a driver tells it: in words of ours, with the HTTP library's error as its source.
#[derive(Debug, thiserror::Error)]
#[error("{kind}{}", proxy.as_ref().map(|proxy| format!(" (proxy {proxy})")).unwrap_or_default())]
#[non_exhaustive]
pub struct TransportError {
    /// What happened.
    pub kind: TransportErrorKind,
    /// The proxy through which the host was to be reached, as it is displayed.
    pub proxy: Option<String>,
    source: Box<dyn Error + Send + Sync>,
}

impl TransportError {
    /// An error of an HTTP library. Neither its text nor that of its sources may hold the URL's query.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            kind,
            proxy: None,
            source: source.into(),
        }
    }

    /// Names the proxy through which the host was to be reached, if there is one.
    #[must_use]
    pub fn through(mut self, proxy: Option<impl fmt::Display>) -> Self {
        self.proxy = proxy.map(|proxy| proxy.to_string());
        self
    }
}

/// What kept an answer from coming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The name service does not know the host, or did not answer.
    #[error("the host's name cannot be resolved")]
    Dns,
    /// Nobody listens there.
    #[error("the connection was refused")]
    Refused,
    /// Connecting, TLS included, took longer than allowed.
    #[error("connecting took too long")]
    ConnectTimeout,
    /// Nobody who is trusted vouches for the host's certificate.
    #[error("the host's certificate is not trusted")]
    CertificateUntrusted,
    /// The host's certificate is no longer valid, or not yet, by this machine's clock.
    #[error("the host's certificate is not valid today")]
    CertificateExpired,
    /// The host's certificate is that of another host.
    #[error("the host's certificate is for another name")]
    CertificateName,
    /// Something answered the TLS handshake that does not speak TLS.
    #[error("what answers there does not speak TLS (https)")]
    NotTls,
    /// The TLS handshake failed for another reason.
    #[error("no secure connection could be agreed on")]
    Tls,
    /// No connection, for another reason.
    #[error("no connection could be made")]
    Connect,
    /// No connection to the proxy could be made, or it closed it without an answer.
    #[error("the proxy cannot be reached: does it run, and is its address right?")]
    ProxyUnreachable,
    /// The proxy wants to know who asks, and was not told, or does not believe it (407).
    #[error(
        "the proxy demands a user and a password: write them into its address, user:password@host"
    )]
    ProxyLogin,
    /// The proxy did not connect to the host: it may not, or cannot.
    #[error(
        "the proxy made no connection to the host: must it be allowed there, or listed in NO_PROXY?"
    )]
    ProxyRefused,
    /// The answer did not come, or not to its end, in the time allowed.
    #[error("no whole answer came in time")]
    AnswerTimeout,
    /// The connection ended before the answer did.
    #[error("the connection broke off before the answer was whole")]
    Broken,
    /// The request could not be put on its way at all.
    #[error("the request could not be built")]
    Request,
}

/// The service's answer that it did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// `ErrorCode`
    pub code: Code,
    /// `ErrorInfo`, cut to [`MAX_EXCERPT_BYTES`](crate::MAX_EXCERPT_BYTES); empty where the answer had none.
    pub info: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = self.code.meaning();
        write!(f, "{} {meaning}", self.code)?;
        if !self.info.is_empty() && self.info != meaning {
            write!(f, " ({})", escaped(&self.info))?;
        }
        Ok(())
    }
}

impl Error for Refusal {}

/// Why an answer with HTTP status 200 says nothing that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; it begins {body:?}")]
#[non_exhaustive]
pub struct Unreadable {
    /// What is wrong with it.
    pub reason: UnreadableReason,
    /// The answer's beginning, cut to [`MAX_EXCERPT_BYTES`](crate::MAX_EXCERPT_BYTES).
    pub body: String,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadableReason {
    /// The body is longer than [`MAX_ANSWER_BYTES`](crate::http::MAX_ANSWER_BYTES).
    #[error("the answer is larger than 1 MiB")]
    TooLarge,
    /// The body is no JSON, or is cut short.
    #[error("the answer is not JSON, or not all of it")]
    NotJson,
    /// The JSON has no `ErrorCode`, or fields of other types than documented.
    #[error("the answer is not the API's envelope")]
    NotEnvelope,
    /// `ErrorCode` and `ActionStatus` say the opposite of each other.
    #[error("the answer's ErrorCode and ActionStatus contradict each other")]
    Contradiction,
    /// The answer claims success, but lacks the ID of what it is about, or names another one than was sent.
    #[error("the answer claims success without the ID of what was asked for")]
    WithoutId,
}

/// One attempt that did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// No connection: the service cannot have seen the request.
    #[error("could not connect to the service")]
    NotSent(#[source] TransportError),
    /// The request left, but no whole answer came back.
    #[error("the request was sent, but no whole answer came back")]
    MaybeSent(#[source] TransportError),
    /// An HTTP status other than 200, which the API itself never uses.
    #[error("{} (HTTP status {status})", status_meaning(*status))]
    Status {
        /// The status.
        status: u16,
    },
    /// Status 200, but not an answer of the API.
    #[error("something that is not the API answered")]
    Unreadable(#[from] Unreadable),
    /// The API's answer that it refused.
    #[error("the service refused")]
    Refused(#[from] Refusal),
    /// The service said that the ID is in use, and shows nothing that has it.
    #[error("the service says that the ID is in use, but shows nothing that has it")]
    NotShown,
    /// What had the ID was deleted, and the ID cannot be used again.
    #[error("the ID is used up: what had it was deleted")]
    IdUsedUp,
    /// The quota could not be asked, so the attempt did not leave.
    #[error("no slot in the quota could be had")]
    NoSlot(#[source] Box<dyn Error + Send + Sync>),
    /// The caller withdrew the call before this attempt left.
    #[error("the call was withdrawn")]
    Withdrawn,
}

/// Whether whatever answers so has not passed the request on: by HTTP's own rules, or since it redirects, which is
/// never followed.
const fn refuses_to_pass_on(status: u16) -> bool {
    matches!(status, 301..=303 | 307 | 308 | 401 | 404 | 405 | 407 | 421)
}

fn status_meaning(status: u16) -> &'static str {
    match status {
        429 => "the service or a proxy says: too many requests",
        500..=599 => "the service or a proxy failed",
        407 => "a proxy wants to know who is calling: give it a user and a password",
        404 | 405 | 421 => "the endpoint does not know this call: is the endpoint right?",
        401 => "the endpoint asks for a password, as the API never does: is the endpoint right?",
        _ if refuses_to_pass_on(status) => {
            "the endpoint redirects, which is never followed: is the endpoint right?"
        }
        _ => {
            "something between here and the service answered, perhaps after the service had done its work: is there a proxy \
             or a filter on the way?"
        }
    }
}

const MAYBE_RETRY: Verdict = Verdict::maybe(Scope::Row, Recovery::Retry);
const NO_RETRY: Verdict = Verdict::no(Scope::Nothing, Recovery::Retry);
const SLOW_DOWN: Verdict = Verdict::no(Scope::Nothing, Recovery::SlowDown);
const FIX_ROW: Verdict = Verdict::no(Scope::Row, Recovery::Fix);
const FIX_SETUP: Verdict = Verdict::no(Scope::All, Recovery::Fix);
/// The service answers 200 to everything (Importing Topic Profiles, "Error Codes"), so another hop wrote the status.
const FOREIGN_ANSWER: Verdict = Verdict::maybe(Scope::All, Recovery::Fix);

impl Failure {
    /// What follows from the failure.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::NotSent(error)
                if matches!(
                    error.kind,
                    TransportErrorKind::Request | TransportErrorKind::ProxyLogin
                ) =>
            {
                FIX_SETUP
            }
            Self::NotSent(_) | Self::NoSlot(_) | Self::Withdrawn => NO_RETRY,
            Self::MaybeSent(_)
            | Self::Unreadable(_)
            | Self::NotShown
            | Self::Status { status: 500..=599 } => MAYBE_RETRY,
            Self::IdUsedUp => FIX_ROW,
            Self::Status { status: 429 } => SLOW_DOWN,
            Self::Status { status } if refuses_to_pass_on(*status) => FIX_SETUP,
            Self::Status { .. } => FOREIGN_ANSWER,
            Self::Refused(refusal) => refusal.code.verdict(),
        }
    }

    /// The code that the service answered with, where it did.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::IdUsedUp => Some(Code::TOPIC_DELETED),
            _ => None,
        }
    }
}
