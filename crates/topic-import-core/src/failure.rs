//! How one attempt can fail: below HTTP, in HTTP, or by the service's refusal.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::error::Error;
use core::fmt;

use crate::code::{Code, CodeEntry, Escalation, Recovery, Scope, Verdict};
use crate::command::Command;
use crate::endpoint::Origin;
use crate::escaped::escaped;

/// Why no answer arrived, as a driver reports it. The HTTP library's error is the source.
#[derive(Debug, thiserror::Error)]
#[error("{kind}{}", on_the_way(origin.as_ref(), proxy.as_deref()))]
#[non_exhaustive]
pub struct TransportError {
    /// What went wrong.
    pub kind: TransportErrorKind,
    /// The host that could not be reached, as the call knows it; `None` while the driver reports it, and where a
    /// request may have been sent.
    pub origin: Option<Origin>,
    /// The proxy on the way to the host, in a form fit to be displayed, without its password.
    pub proxy: Option<String>,
    source: Box<dyn Error + Send + Sync>,
}

impl TransportError {
    /// Wraps an error of an HTTP library. Neither `source` nor any error below it may show the URL's query, which holds
    /// the signature.
    pub fn new(kind: TransportErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            kind,
            origin: None,
            proxy: None,
            source: source.into(),
        }
    }

    /// Names the proxy on the way to the host, if there is one. Its `Display` output must not show a password.
    #[must_use]
    pub fn through(mut self, proxy: Option<impl fmt::Display>) -> Self {
        self.proxy = proxy.map(|proxy| proxy.to_string());
        self
    }
}

/// Where an attempt was to go, in parentheses, as far as it is known.
fn on_the_way(origin: Option<&Origin>, proxy: Option<&str>) -> String {
    match (origin, proxy) {
        (None, None) => String::new(),
        (Some(origin), None) => format!(" ({origin})"),
        (None, Some(proxy)) => format!(" (proxy {proxy})"),
        (Some(origin), Some(proxy)) => format!(" ({origin}, proxy {proxy})"),
    }
}

/// The reason why no answer arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// DNS does not know the host's name, or did not answer.
    #[error("the host's name cannot be resolved")]
    Dns,
    /// The host refused the connection: nothing listens on the port.
    #[error("the connection was refused")]
    Refused,
    /// Connecting, TLS included, took longer than allowed.
    #[error("connecting took too long")]
    ConnectTimeout,
    /// No trusted authority has issued the host's certificate.
    #[error("the host's certificate is not trusted")]
    CertificateUntrusted,
    /// The host's certificate has expired or is not yet valid, by this machine's clock.
    #[error("the host's certificate has expired or is not yet valid")]
    CertificateExpired,
    /// The host's certificate was issued for another host name.
    #[error("the host's certificate is for another name")]
    CertificateName,
    /// The other end answered the TLS handshake with something that is not TLS.
    #[error("the other end does not speak TLS (https)")]
    NotTls,
    /// The TLS handshake failed for another reason.
    #[error("the TLS handshake failed")]
    Tls,
    /// The connection failed for another reason.
    #[error("no connection could be made")]
    Connect,
    /// The proxy could not be connected to, or closed the connection without an answer.
    #[error("the proxy cannot be reached: is it running, and is its address right?")]
    ProxyUnreachable,
    /// The proxy requires a user name and a password that it was not given, or rejects those that it was given (407).
    #[error(
        "the proxy requires a user name and a password: put them in its address, user:password@host"
    )]
    ProxyLogin,
    /// The proxy did not connect to the host: it is not allowed to, or it failed.
    #[error(
        "the proxy did not connect to the host: must the proxy allow the host, or NO_PROXY list it?"
    )]
    ProxyRefused,
    /// The answer did not arrive completely in the time allowed.
    #[error("no complete answer arrived in time")]
    AnswerTimeout,
    /// The connection was lost before the answer was complete.
    #[error("the connection was lost before the answer was complete")]
    Broken,
    /// The HTTP library could not build the request.
    #[error("the request could not be built")]
    Request,
}

/// An answer in which the service refuses the request. What it means depends on the command that it answers.
///
/// ```
/// use topic_import_core::{Code, Command, Recovery, Refusal};
///
/// let too_frequent = |command| Refusal::new(command, Code::new(10006), "").verdict().recovery;
/// assert_eq!(too_frequent(Command::IMPORT_TOPIC), Recovery::SlowDown);
/// assert_eq!(too_frequent(Command::IMPORT_GROUP), Recovery::NextDay);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The command that was refused.
    pub command: Command,
    /// `ErrorCode`
    pub code: Code,
    /// `ErrorInfo`, cut to [`MAX_EXCERPT_BYTES`](crate::MAX_EXCERPT_BYTES); empty if the answer had none.
    pub info: String,
}

impl Refusal {
    /// The refusal of a call of this command.
    pub fn new(command: Command, code: Code, info: impl Into<String>) -> Self {
        Self {
            command,
            code,
            info: info.into(),
        }
    }

    fn entry(&self) -> &'static CodeEntry {
        let entry = self.code.entry_for(self.command);
        entry.unwrap_or_else(|| self.code.unlisted())
    }

    /// What the code means, in a few words.
    pub fn meaning(&self) -> &'static str {
        self.entry().meaning
    }

    /// What a person can do about it.
    pub fn remedy(&self) -> &'static str {
        self.entry().remedy
    }

    /// What follows from it.
    pub fn verdict(&self) -> Verdict {
        self.entry().verdict
    }

    /// When it means that every call will fail.
    pub fn escalation(&self) -> Escalation {
        self.entry().escalation
    }

    /// Whether it says that a group or topic that was asked for does not exist.
    pub fn means_absent(&self) -> bool {
        self.entry().means_absent
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let meaning = self.meaning();
        write!(f, "{} {meaning}", self.code)?;
        if !self.info.is_empty() && self.info != meaning {
            write!(f, " ({})", escaped(&self.info))?;
        }
        Ok(())
    }
}

impl Error for Refusal {}

/// An answer with HTTP status 200 that cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}; it begins {body:?}")]
#[non_exhaustive]
pub struct Unreadable {
    /// What is wrong with the answer.
    pub reason: UnreadableReason,
    /// The beginning of the body, at most [`MAX_EXCERPT_BYTES`](crate::MAX_EXCERPT_BYTES) of it.
    pub body: String,
}

/// What makes an answer [`Unreadable`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UnreadableReason {
    /// The body is longer than [`MAX_ANSWER_BYTES`](crate::http::MAX_ANSWER_BYTES).
    #[error("the answer is larger than 1 MiB")]
    TooLarge,
    /// The body is not JSON, or is cut short.
    #[error("the answer is not JSON, or is cut short")]
    NotJson,
    /// The JSON has no `ErrorCode`, or a field whose type differs from the documented one.
    #[error("the answer does not have the API's envelope")]
    NotEnvelope,
    /// One of `ErrorCode` and `ActionStatus` reports success, the other failure.
    #[error("the answer's ErrorCode and ActionStatus contradict each other")]
    Contradiction,
    /// The answer claims success but has no ID, or a different one from the one that was sent.
    #[error("the answer claims success without the ID of what was asked for")]
    WithoutId,
}

/// One attempt that did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The request was not sent, so the service cannot have seen it.
    #[error("could not connect to the service")]
    NotSent(#[source] TransportError),
    /// The request, or part of it, may have been sent, but no complete answer came back.
    #[error("the request was sent, but no complete answer came back")]
    MaybeSent(#[source] TransportError),
    /// The answer had an HTTP status other than 200, which the API itself never uses.
    #[error("{} (HTTP status {status})", status_meaning(*status))]
    Status {
        /// The status.
        status: u16,
    },
    /// The answer had HTTP status 200 but did not come from the API.
    #[error("something that is not the API answered")]
    Unreadable(#[from] Unreadable),
    /// The API answered and refused the request.
    #[error("the service refused")]
    Refused(#[from] Refusal),
    /// The service said that the ID is in use, but a read-back shows nothing with that ID.
    #[error("the ID may be in use, but the service shows nothing that has it")]
    NotShown,
    /// The ID belonged to something that was deleted, and cannot be used again.
    #[error("the ID cannot be used again: it belonged to something that was deleted")]
    IdUsedUp,
    /// The quota could not be reached, so the attempt was not sent.
    #[error("no slot in the quota could be obtained")]
    NoSlot(#[source] Box<dyn Error + Send + Sync>),
    /// The caller withdrew the call before this attempt was sent.
    #[error("the caller withdrew the call before it was sent")]
    Withdrawn,
}

/// Whether a server that answers with this status has not passed the request on: HTTP says so, or it is a redirect,
/// which is never followed.
const fn refuses_to_pass_on(status: u16) -> bool {
    matches!(status, 301..=303 | 307 | 308 | 401 | 404 | 405 | 407 | 421)
}

fn status_meaning(status: u16) -> &'static str {
    match status {
        429 => "the service or a proxy says: too many requests",
        500..=599 => "the service or a proxy failed",
        407 => "a proxy requires a user name and a password",
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
/// The service answers everything with 200 (Importing Topic Profiles, "Error Codes"), so any other status comes from
/// another hop.
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
            Self::Refused(refusal) => refusal.verdict(),
        }
    }

    /// What failed and why, in one line: the failure and the chain of its sources.
    pub fn cause(&self) -> impl fmt::Display + '_ {
        Cause(self)
    }

    /// The code with which the service answered, if it did.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::IdUsedUp => Some(Code::TOPIC_DELETED),
            _ => None,
        }
    }
}

struct Cause<'a>(&'a Failure);

impl fmt::Display for Cause<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut below = self.0.source();
        while let Some(error) = below {
            write!(f, ": {}", escaped(error))?;
            below = error.source();
        }
        Ok(())
    }
}
