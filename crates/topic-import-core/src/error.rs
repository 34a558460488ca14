//! What can go wrong, split by who must act: whoever wrote the row ([`Violations`]), the network or the service
//! ([`Failure`]), whoever waits for the call ([`CallError`]).

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::ops::Deref;

use serde::Serialize;

use crate::code::{Code, Executed, Helps, Spoils, Verdict};
use crate::escaped::escaped;
use crate::field::{Field, KnownTopicId};

/// The most of a foreign text (an answer's body, an `ErrorInfo`) that an error keeps, in bytes.
pub const MAX_EXCERPT_BYTES: usize = 512;

/// The kind of rule that a value broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// A required field is missing or empty.
    Required,
    /// A text has more bytes of UTF-8 than its limit.
    MaxBytes,
    /// A text does not have the form that the field demands.
    Format,
    /// A number lies outside its range.
    Range,
}

impl Rule {
    /// The rule's name in reports: `required`, `max_bytes`, `format`, `range`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::MaxBytes => "max_bytes",
            Self::Format => "format",
            Self::Range => "range",
        }
    }
}

/// What would have been allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Limit {
    /// At most this many bytes of UTF-8.
    Bytes(usize),
    /// A form, in words.
    Form(&'static str),
    /// A smallest and a largest number, both allowed.
    Range(i64, i64),
}

/// What was found instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Found {
    /// No value.
    Missing,
    /// This many bytes of UTF-8.
    Bytes(usize),
    /// This text, cut to [`MAX_EXCERPT_BYTES`]; an empty one for a required field.
    Text(String),
    /// This number.
    Number(i128),
}

/// One broken rule: which field, which rule, what is allowed and what was found.
///
/// Displayed, it says what is wrong and how to mend it, without the field's name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The field.
    pub field: Field,
    /// The rule that it breaks.
    pub rule: Rule,
    /// What the rule allows; `None` for [`Rule::Required`].
    pub limit: Option<Limit>,
    /// What the field holds.
    pub found: Found,
}

impl Violation {
    pub(crate) const fn new(field: Field, rule: Rule, limit: Option<Limit>, found: Found) -> Self {
        Self {
            field,
            rule,
            limit,
            found,
        }
    }

    pub(crate) fn format(field: Field, text: &str) -> Self {
        Self::new(
            field,
            Rule::Format,
            field.spec().format.map(Limit::Form),
            Found::Text(excerpt(text).to_owned()),
        )
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.limit, &self.found) {
            (Some(Limit::Bytes(max)), Found::Bytes(bytes)) => write!(
                f,
                "is {bytes} bytes long, {} over the limit of {max} (UTF-8: a Chinese character takes 3): shorten it",
                bytes - max
            ),
            (Some(Limit::Form(form)), Found::Text(text)) => {
                write!(f, "is {text:?}: it must be {form}")
            }
            (Some(Limit::Range(min, max)), Found::Number(number)) => {
                write!(f, "is {number}: it must be from {min} to {max}")?;
                let seconds = number / 1000;
                if (i128::from(*min)..=i128::from(*max)).contains(&seconds) && seconds != 0 {
                    f.write_str("; if these are milliseconds, divide by 1000")?;
                }
                Ok(())
            }
            (None, Found::Text(_)) => f.write_str("is empty, and required: give it a value"),
            _ => f.write_str("is missing, and required: add it"),
        }
    }
}

impl Error for Violation {}

/// Every rule that a value breaks; never empty. Reads as a slice of [`Violation`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub(crate) const fn new(violations: Vec<Violation>) -> Self {
        Self(violations)
    }

    pub(crate) fn none_or(violations: Vec<Violation>) -> Result<(), Self> {
        if violations.is_empty() {
            Ok(())
        } else {
            Err(Self(violations))
        }
    }
}

impl From<Violation> for Violations {
    fn from(violation: Violation) -> Self {
        Self(Vec::from([violation]))
    }
}

impl Deref for Violations {
    type Target = [Violation];
    fn deref(&self) -> &[Violation] {
        &self.0
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = alloc::vec::IntoIter<Violation>;
    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, violation) in self.0.iter().enumerate() {
            let separator = if position == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {violation}", violation.field)?;
        }
        Ok(())
    }
}

impl Error for Violations {}

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
    pub fn through(mut self, proxy: Option<&impl fmt::Display>) -> Self {
        self.proxy = proxy.map(ToString::to_string);
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
    /// `ErrorInfo`, cut to [`MAX_EXCERPT_BYTES`]; empty where the answer had none.
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
    /// The answer's beginning, cut to [`MAX_EXCERPT_BYTES`].
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
    /// The answer claims success, but lacks the `TopicId`, or names another one than was sent.
    #[error("the answer claims success without the topic's ID")]
    WithoutTopicId,
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
    /// The topic that the ID names could not be read back, though the service said that the ID is in use.
    #[error("the service says that the TopicId is in use, but does not show the topic")]
    NotShown,
    /// A topic of this ID was deleted, and its ID cannot be used again: choose another TopicId.
    #[error(
        "the TopicId is used up: a topic that had it was deleted; choose another TopicId, then import the row again"
    )]
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

const MAYBE_RETRY: Verdict = Verdict::new(Executed::Maybe, Spoils::Row, Helps::Retry);
const NO_RETRY: Verdict = Verdict::new(Executed::No, Spoils::Nothing, Helps::Retry);
const SLOW_DOWN: Verdict = Verdict::new(Executed::No, Spoils::Nothing, Helps::SlowDown);
const FIX_ROW: Verdict = Verdict::new(Executed::No, Spoils::Row, Helps::Fix);
const WRONG_ENDPOINT: Verdict = Verdict::new(Executed::No, Spoils::Run, Helps::Fix);
/// The service answers 200 to everything (Importing Topic Profiles, "Error Codes"), so another hop wrote the status.
const FOREIGN_ANSWER: Verdict = Verdict::new(Executed::Maybe, Spoils::Run, Helps::Fix);

impl Failure {
    /// What follows from the failure: can the call have been executed, what does it spoil, what helps.
    pub fn verdict(&self) -> Verdict {
        match self {
            Self::NotSent(error)
                if matches!(
                    error.kind,
                    TransportErrorKind::Request | TransportErrorKind::ProxyLogin
                ) =>
            {
                WRONG_ENDPOINT
            }
            Self::NotSent(_) | Self::NoSlot(_) | Self::Withdrawn => NO_RETRY,
            Self::MaybeSent(_)
            | Self::Unreadable(_)
            | Self::NotShown
            | Self::Status { status: 500..=599 } => MAYBE_RETRY,
            Self::IdUsedUp => FIX_ROW,
            Self::Status { status: 429 } => SLOW_DOWN,
            Self::Status { status } if refuses_to_pass_on(*status) => WRONG_ENDPOINT,
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

/// A field in which the topic that exists differs from the one that was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// What was sent.
    pub wanted: String,
    /// What the service has.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (wanted, found) = (excerpt(&self.wanted), excerpt(&self.found));
        write!(f, "{} is {found:?}, not {wanted:?}", self.field)
    }
}

/// The ID belongs to a topic with other content.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Conflict {
    /// The ID that was wanted and is taken.
    pub topic_id: KnownTopicId,
    /// How the topic differs; never empty.
    pub differences: Vec<Difference>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "TopicId {} belongs to another topic: ",
            escaped(&self.topic_id)
        )?;
        for (position, difference) in self.differences.iter().enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{difference}")?;
        }
        Ok(())
    }
}

impl Error for Conflict {}

/// How a call ended that did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The service refused, and the call has not been executed.
    #[error("the call was rejected")]
    Rejected(#[source] Refusal),
    /// The TopicId belongs to a topic with other content.
    #[error("the TopicId is taken")]
    Conflict(#[source] Conflict),
    /// The call may have been executed, and nobody can say: it could not be repeated safely, or time ran out.
    #[error("nobody knows whether the call was executed")]
    OutcomeUnknown(#[source] Failure),
    /// The call has not been executed: time ran out, or going on is of no use.
    #[error("the call was not executed")]
    NotExecuted(#[source] Failure),
    /// [`Call::next`](crate::Call::next) was asked again after the call had ended.
    #[error("the call had already ended")]
    Ended,
}

impl CallError {
    /// The outcome in a word, for logs and metrics: `rejected`, `conflict`, `unknown`, `not_executed` or `ended`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rejected(_) => "rejected",
            Self::Conflict(_) => "conflict",
            Self::OutcomeUnknown(_) => "unknown",
            Self::NotExecuted(_) => "not_executed",
            Self::Ended => "ended",
        }
    }

    /// Whether the call can have been executed.
    pub fn executed(&self) -> Executed {
        match self {
            Self::OutcomeUnknown(_) => Executed::Maybe,
            _ => Executed::No,
        }
    }

    /// How far the trouble reaches beyond this call.
    ///
    /// A remedy that the call itself tried without success (signing anew) is out of reach for the run's other
    /// calls as well: then the run is spoiled.
    pub fn spoils(&self) -> Spoils {
        match self {
            Self::Rejected(refusal) => refusal.code.verdict().spoils_in_the_end(),
            Self::OutcomeUnknown(failure) => failure.verdict().spoils_in_the_end().max(Spoils::Row),
            Self::NotExecuted(failure) => failure.verdict().spoils_in_the_end(),
            Self::Conflict(_) | Self::Ended => Spoils::Row,
        }
    }

    /// The code that the service answered with, where one decided the call.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Rejected(refusal) => Some(refusal.code),
            Self::Conflict(_) => Some(Code::ID_IN_USE),
            Self::OutcomeUnknown(failure) | Self::NotExecuted(failure) => failure.code(),
            Self::Ended => None,
        }
    }
}

/// Cuts a text to [`MAX_EXCERPT_BYTES`] at a character's end.
pub(crate) fn excerpt(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_EXCERPT_BYTES)]
}
