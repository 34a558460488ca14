//! What to do about a call that did not succeed.

use crate::code::{Code, Escalation, Recovery, Scope, Verdict};
use crate::failure::{Failure, TransportErrorKind};

/// What to do now about a call that did not succeed: one word for every way in which it can end.
///
/// ```
/// use topic_import_core::{Advice, CallError, ImportTopic};
///
/// fn decide(row: ImportTopic, error: &CallError, queue: &mut Vec<ImportTopic>) {
///     match error.advice() {
///         Advice::TryLater | Advice::AskAgain => queue.push(row),
///         Advice::FixRow | Advice::FixGroup => eprintln!("{}: {error}", row.topic_name),
///         Advice::FixSetup => panic!("no other call will fare better: {error}"),
///         Advice::LookYourself => eprintln!("{} may be there already: {error}", row.topic_name),
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "a caller must handle every case")]
pub enum Advice {
    /// Nothing was done, and nothing is wrong with the call: make it again later.
    TryLater,
    /// It may have been done: make the same call again, which finds out and does nothing twice.
    AskAgain,
    /// Nothing was done. Change what was sent; other calls are not concerned.
    FixRow,
    /// Nothing was done. Mend the group; every other call on it fails alike.
    FixGroup,
    /// Mend endpoint, credentials, plan or network; every other call fails alike. Then make the same call again.
    FixSetup,
    /// It may have been done, and making the call again might do it twice: look whether it is there.
    LookYourself,
}

impl Advice {
    /// After an attempt that was not executed.
    pub(crate) fn after(failure: &Failure) -> Self {
        match failure.code() {
            Some(code) => Self::after_refusal(code),
            None if needs_mending(failure) => Self::FixSetup,
            None => Self::after_verdict(failure.verdict()),
        }
    }

    /// After a refusal, by which nothing was executed.
    pub(crate) fn after_refusal(code: Code) -> Self {
        match code.escalation() {
            // It is about the URL, the app or an account, whatever it means.
            Escalation::RowsInTurn(_) => Self::FixSetup,
            _ => Self::after_verdict(code.verdict()),
        }
    }

    fn after_verdict(verdict: Verdict) -> Self {
        match (verdict.final_scope(), verdict.recovery) {
            (Scope::All, _) => Self::FixSetup,
            (Scope::Group, _) => Self::FixGroup,
            (_, Recovery::Retry | Recovery::RetryAtMost(_) | Recovery::SlowDown) => Self::TryLater,
            _ => Self::FixRow,
        }
    }

    /// After a call that may have been executed, and that may be made again.
    pub(crate) fn in_doubt(failure: &Failure) -> Self {
        if needs_mending(failure) || failure.verdict().final_scope() == Scope::All {
            Self::FixSetup
        } else {
            Self::AskAgain
        }
    }
}

/// Whether no connection will be made until somebody changes something, though a call tries for as long as it may.
const fn needs_mending(failure: &Failure) -> bool {
    let Failure::NotSent(error) = failure else {
        return false;
    };
    match error.kind {
        TransportErrorKind::CertificateUntrusted
        | TransportErrorKind::CertificateExpired
        | TransportErrorKind::CertificateName
        | TransportErrorKind::NotTls
        | TransportErrorKind::ProxyLogin
        | TransportErrorKind::ProxyRefused
        | TransportErrorKind::Request => true,
        TransportErrorKind::Dns
        | TransportErrorKind::Refused
        | TransportErrorKind::ConnectTimeout
        | TransportErrorKind::Tls
        | TransportErrorKind::Connect
        | TransportErrorKind::ProxyUnreachable
        | TransportErrorKind::AnswerTimeout
        | TransportErrorKind::Broken => false,
    }
}
