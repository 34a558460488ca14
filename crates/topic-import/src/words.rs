//! Failures in words: what happened, and what to do.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use topic_import_bulk::import::RowError;
use topic_import_bulk::journal::{Hold, IdentityPart};
use topic_import_bulk::report::ReportedRow;
use topic_import_bulk::{JournalError, Outcome, QuotaError, RowFailure, Summary};
use topic_import_core::{
    CallError, Code, Escalation, Failure, FromAccount, MAX_EXCERPT_BYTES, Refusal, TransportError,
    TransportErrorKind, escaped,
};

/// An account must be a text.
const ACCOUNT_MUST_BE_TEXT: Code = Code::new(60015);

/// How to go on after a stop.
pub(crate) const AGAIN: &str = "run the same command again";
/// What to do about a topic of which nobody knows.
const LOOK_FOR_IT: &str = "--retry unknown settles it if the row has a TopicId; otherwise look for it before importing it again";
/// How much of an answer that is none is shown.
const SHOWN_BYTES: usize = 60;

/// A text that a stranger may have written, fit to be printed: it ends no line, steers no terminal, and hides nothing.
pub(crate) fn one_line(text: impl fmt::Display) -> String {
    escaped(text).to_string()
}

/// A path, fit to be printed: a file may be called anything.
#[allow(clippy::disallowed_methods, reason = "it is escaped")]
pub(crate) fn path(path: &Path) -> String {
    one_line(path.display())
}

/// A number of things: `1 row`, `2 rows`.
pub(crate) fn count(number: u64, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// How many rows have which outcome.
pub(crate) fn counts(summary: &Summary) -> String {
    let counts: Vec<String> = summary
        .counts()
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(outcome, count)| match (outcome, summary.in_flight) {
            (Outcome::Pending, in_flight @ 1..) => {
                format!("{count} pending ({in_flight} of them in flight)")
            }
            _ => format!("{count} {}", outcome.name()),
        })
        .collect();
    if counts.is_empty() {
        "nothing to do".into()
    } else {
        counts.join(", ")
    }
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let words = cause.downcast_ref().map(io_error);
        let words = words.unwrap_or_else(|| without_its_number(&cause.to_string()));
        text = format!("{text}: {words}");
        source = cause.source();
    }
    one_line(text)
}

/// An error of the operating system as text, which ends with a number that says nothing more.
pub(crate) fn without_its_number(text: &str) -> String {
    let end = text.find(" (os error ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// What the operating system could not do and, where that can be told, what to do about it.
pub(crate) fn io_error(error: &io::Error) -> String {
    let words = match error.kind() {
        ErrorKind::NotFound => "there is no such file: check the path",
        ErrorKind::IsADirectory => "it is a directory: name a file",
        ErrorKind::PermissionDenied => {
            "permission denied: check the permissions of the file and its directory"
        }
        ErrorKind::StorageFull => "the disk is full: make room",
        ErrorKind::AddrInUse => "another program listens there: end it, or choose another port",
        _ => return without_its_number(&error.to_string()),
    };
    words.to_owned()
}

/// Why the topic of a row in a journal is not there, where there is more to say than its outcome and its code.
pub(crate) fn why_not_there(row: &ReportedRow) -> Option<String> {
    if !row.cause.is_empty() {
        return Some(row.cause.to_string());
    }
    Some(match row.outcome {
        Outcome::Held => match &row.group_id {
            Some(group_id) => format!("not called: {group_id} is blocked"),
            None => "not called: its group is blocked".into(),
        },
        Outcome::InFlight => {
            "may have been imported, or not; the same import again settles it".into()
        }
        _ => return None,
    })
}

/// Why a row is not imported.
pub(crate) fn row_error(error: &RowError) -> String {
    match error {
        RowError::Call(error) => call_error(error),
        _ => format!("may have been imported, or not: {error}: {LOOK_FOR_IT}"),
    }
}

/// What else there is to do about an account that was refused as it was written (60015); `None` where another matter
/// stopped the row.
pub(crate) fn account_remedy(failure: &RowFailure) -> Option<String> {
    let RowError::Call(CallError::Rejected(refusal)) = &failure.error else {
        return None;
    };
    if refusal.code != ACCOUNT_MUST_BE_TEXT {
        return None;
    }
    let remedy = match failure.topic.from_account.as_ref()? {
        FromAccount::Number(_) => {
            "From_Account was sent as a number: --from-account-as text sends a CSV's digits as text; in JSON, write it in quotation marks."
        }
        _ => {
            "From_Account was sent as text: --from-account-as number sends a CSV's digits as a number; in JSON, write it without quotation marks."
        }
    };
    Some(format!(
        "{remedy}\nEither is another run: name another --journal for it."
    ))
}

/// Why a journal cannot be used, and what to do.
pub(crate) fn journal_error(error: &JournalError) -> String {
    let remedy = match error {
        JournalError::NotAJournal { .. } => "Name another file with --journal.",
        JournalError::AnotherRun { differences, .. }
            if differences
                .iter()
                .all(|difference| difference.part != IdentityPart::Input) =>
        {
            "Give what that run was given, or name another journal with --journal."
        }
        JournalError::AnotherRun { .. } => {
            "Restore the input, or name another journal with --journal: rows with a TopicId, given or derived,\n\
             that have not changed are then found and not imported twice; all others are imported."
        }
        error => remedy(error),
    };
    format!("{}.\n{remedy}", unusable(error))
}

/// Why a journal cannot be used. What differs of an input is named as the options name it.
fn unusable(error: &JournalError) -> String {
    let JournalError::AnotherRun {
        journal,
        differences,
        ..
    } = error
    else {
        return chain(error);
    };
    let differences: Vec<String> = differences
        .iter()
        .map(|difference| match option(difference.part) {
            Some(option) => difference.named(option),
            None => difference.to_string(),
        })
        .collect();
    one_line(format!(
        "the journal {journal} belongs to another run: {}",
        differences.join(", ")
    ))
}

/// The option that sets a part of what a run is.
fn option(part: IdentityPart) -> Option<&'static str> {
    Some(match part {
        IdentityPart::GroupId => "--group-id",
        IdentityPart::AccountDigits => "--from-account-as",
        IdentityPart::TopicIds => "--topic-ids",
        IdentityPart::Mappings => "--map",
        IdentityPart::Groups => "the list of --groups",
        IdentityPart::IncludeArchived => "--include-archived",
        IdentityPart::Fit => "--fit",
        _ => return None,
    })
}

/// Why the journal that an operator named cannot be used, and what to do.
pub(crate) fn given_journal_error(error: &JournalError) -> String {
    let remedy = match error {
        JournalError::Missing { .. } | JournalError::NotAJournal { .. } => {
            "Name the journal of an import: that of FILE is FILE.journal, unless --journal said otherwise."
        }
        JournalError::AnotherRun { .. } => "Give what that run was given.",
        error => remedy(error),
    };
    format!("{}.\n{remedy}", unusable(error))
}

/// Why a quota that is shared cannot be used, and what to do.
pub(crate) fn quota_error(error: &QuotaError) -> String {
    let remedy = match error {
        QuotaError::TooNew { .. } => "Use that version.",
        _ => "Check the address, and the user's password (PGPASSWORD) and rights.",
    };
    format!("{}.\n{remedy}", chain(error))
}

fn remedy(error: &JournalError) -> &'static str {
    match error {
        JournalError::InUse { .. } => "Wait until it has ended, or stop it.",
        JournalError::Missing { .. } => "Is the path right?",
        JournalError::AnotherVersion { .. } => "Use that version.",
        JournalError::NotLoaded { .. } => "Run the import again: it begins anew.",
        JournalError::OutOfReach => "What had no outcome there is settled when the run goes on.",
        JournalError::Damaged { .. } | JournalError::Corrupt { .. } => {
            "Restore the file from a copy."
        }
        JournalError::Altered { .. } => {
            "Use the version that made it. If none did, it is no journal of this program: do not trust it."
        }
        JournalError::SeveralNames { .. } => {
            "Remove the others (find -samefile shows them), or copy the file and name the copy."
        }
        JournalError::Moved { .. } => {
            "Put it back, with the files -wal and -shm beside it, and run the same command again."
        }
        JournalError::InTheWay { .. } => "Move that file away, or name another journal.",
        JournalError::Storage { source, .. } if source.is_read_only() => {
            "It takes the right to write the file and its directory; report and verify only read them."
        }
        JournalError::Storage { source, .. } if source.is_full() => "Make room on the disk.",
        JournalError::Storage { source, .. } if source.is_locked() => {
            "Another program has locked it, such as an open transaction of sqlite3: end that."
        }
        JournalError::AccessDenied { .. } => {
            "Check the user and the password: PGPASSWORD, or the whole URL in TOPIC_IMPORT_JOURNAL."
        }
        JournalError::NoDatabase { .. } => "Create it with createdb, or name another one.",
        JournalError::NotPermitted { .. } => {
            "Grant it: who begins a run needs CREATE on the database, who works on it the schema topic_import."
        }
        JournalError::Unreachable { .. } => "Is the address right, and does the server run?",
        _ => "Check the disk, its quotas, and the permissions of the file and its directory.",
    }
}

/// Why a call for several topics came to nothing.
pub(crate) fn list_error(error: &CallError) -> String {
    match error {
        CallError::OutcomeUnknown { failure, .. } | CallError::NotExecuted(failure) => {
            self::failure(failure)
        }
        error => call_error(error),
    }
}

/// A code of the service with its words, and what to do.
pub(crate) fn refused(code: Code, info: &str) -> String {
    let info = match &info[..info.floor_char_boundary(MAX_EXCERPT_BYTES)] {
        "" => String::new(),
        said if said == code.meaning() => String::new(),
        said => format!(" ({})", escaped(said)),
    };
    format!("{code} {}{info}: {}", code.meaning(), code.remedy())
}

fn call_error(error: &CallError) -> String {
    match error {
        CallError::Rejected(refusal) => self::refusal(refusal),
        CallError::Conflict(conflict) => {
            format!("{conflict}: choose another TopicId, or change the topic that is there")
        }
        CallError::OutcomeUnknown { failure, .. } => {
            let why = match failure {
                Failure::Refused(refusal) => refusal.to_string(),
                other => self::failure(other),
            };
            format!("may have been imported, or not: {why}: {LOOK_FOR_IT}")
        }
        CallError::NotExecuted(failure) => self::failure(failure),
        _ => chain(error),
    }
}

/// Why an attempt did not succeed.
pub(crate) fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Refused(refusal) => self::refusal(refusal),
        Failure::NotSent(error) | Failure::MaybeSent(error) => {
            format!("{failure}: {}", transport(error))
        }
        Failure::Unreadable(unreadable) => {
            let beginning = &unreadable.body[..unreadable.body.floor_char_boundary(SHOWN_BYTES)];
            format!("{failure}: {}; it begins {beginning:?}", unreadable.reason)
        }
        Failure::NoSlot(_) => chain(failure),
        _ => failure.to_string(),
    }
}

fn refusal(refusal: &Refusal) -> String {
    format!("{refusal}: {}", refusal.code.remedy())
}

fn transport(error: &TransportError) -> String {
    let needs_its_cause = matches!(
        error.kind,
        TransportErrorKind::Connect | TransportErrorKind::Tls | TransportErrorKind::Request
    );
    let mut root: &dyn Error = error;
    while let Some(cause) = root.source() {
        root = cause;
    }
    if needs_its_cause {
        format!("{error} ({})", escaped(root))
    } else {
        error.to_string()
    }
}

/// Why a run stopped after what another process met, in the words of that process.
pub(crate) fn stopped_elsewhere(hold: &Hold) -> String {
    match hold.cause.code {
        Some(code) => format!("{}: {}.\nThen {AGAIN}.", hold.cause, code.remedy()),
        None => format!(
            "{}.\nCheck --region or --endpoint, and --service. Then {AGAIN}.",
            one_line(&hold.cause)
        ),
    }
}

/// Why a code stops a run that by itself spoils a row or a group: how often it was met.
pub(crate) fn met_again(code: Code) -> Option<String> {
    const SINCE: &str = "with no topic imported in between";
    Some(match code.escalation() {
        Escalation::Never => return None,
        Escalation::SecondGroup => format!("two communities in turn met it {SINCE}"),
        Escalation::EveryGroup => "every community that was tried met it".into(),
        Escalation::RowsInTurn(rows) => format!("{rows} rows in turn met it {SINCE}"),
    })
}

/// Why a run stopped, and what an operator can do about it before the same command goes on.
pub(crate) fn stopped_by(error: &CallError) -> String {
    let Some(failure) = error.failure() else {
        return format!("{}.\nThen {AGAIN}.", call_error(error));
    };
    let remedy = match failure {
        Failure::NotSent(error) => match error.kind {
            TransportErrorKind::CertificateUntrusted => {
                "If you trust the authority that made it, name its certificate with --ca-file. Then"
            }
            TransportErrorKind::CertificateExpired => "Check this machine's clock. Then",
            // The failure itself says what to do about a proxy.
            TransportErrorKind::ProxyUnreachable
            | TransportErrorKind::ProxyLogin
            | TransportErrorKind::ProxyRefused => "Then",
            _ => "Check --region or --endpoint and the network. Then",
        },
        Failure::NoSlot(_) => "Check the database. Then",
        Failure::Refused(_) => "Then",
        _ => "Check --region or --endpoint, and --service. Then",
    };
    format!("{}.\n{remedy} {AGAIN}.", self::failure(failure))
}
