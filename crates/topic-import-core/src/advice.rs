//! What to do about a call that failed.

use crate::code::{Recovery, Scope, Verdict};
use crate::failure::{Failure, Refusal, TransportErrorKind};

/// What a caller should do about a call that failed.
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
    /// The call was not executed, and nothing is wrong with it: make it again later.
    TryLater,
    /// The call may have been executed. Make the same call again: it finds out, and does nothing twice.
    AskAgain,
    /// The call was not executed. Change what was sent; other calls are not affected.
    FixRow,
    /// The call was not executed. Fix the group; until then, every call for the group fails in the same way.
    FixGroup,
    /// Fix the endpoint, credentials, plan or network; until then, every call fails in the same way. Then make the same
    /// call again.
    FixSetup,
    /// The call may have been executed, and making it again might do it twice: check what is there before you do.
    LookYourself,
}

impl Advice {
    /// The advice after a failure that left nothing executed.
    pub(crate) fn after(failure: &Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::after_refusal(refusal),
            failure if needs_mending(failure) => Self::FixSetup,
            failure => Self::after_verdict(failure.verdict()),
        }
    }

    /// The advice after a refusal that left nothing executed.
    pub(crate) fn after_refusal(refusal: &Refusal) -> Self {
        let is_unknown = refusal.code.entry().is_none();
        // Like the known public codes, an unknown one concerns the URL, the app or an account, not the row.
        if is_unknown && refusal.code.is_public() {
            return Self::FixSetup;
        }
        Self::after_verdict(refusal.verdict())
    }

    fn after_verdict(verdict: Verdict) -> Self {
        match (verdict.final_scope(), verdict.recovery) {
            (_, Recovery::NextDay) => Self::TryLater,
            (Scope::All, _) => Self::FixSetup,
            (Scope::Group, _) => Self::FixGroup,
            (_, Recovery::Retry | Recovery::RetryAtMost(_) | Recovery::SlowDown) => Self::TryLater,
            _ => Self::FixRow,
        }
    }

    /// The advice after a call that may have been executed and can safely be made again.
    pub(crate) fn in_doubt(failure: &Failure) -> Self {
        if needs_mending(failure) || failure.verdict().final_scope() == Scope::All {
            Self::FixSetup
        } else {
            Self::AskAgain
        }
    }
}

/// Whether connecting keeps failing until somebody changes something, even if a call retries it until its deadline.
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
