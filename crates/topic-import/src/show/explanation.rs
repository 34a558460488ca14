//! Failures in words: what happened, and what to do.

use std::error::Error;
use std::fmt;

use topic_import_bulk::Outcome;
use topic_import_bulk::import::{RowError, RowFailure};
use topic_import_bulk::journal::{Cause, Hold, IdentityDifference, IdentityPart, JournalError};
use topic_import_bulk::report::ReportedRow;
use topic_import_bulk::request::{Kind, Request};
use topic_import_core::{
    CallError, Code, Command, Escalation, Failure, FromAccount, MAX_EXCERPT_BYTES, Refusal, Scope,
    TOPIC_ID_SEPARATOR, TransportError, TransportErrorKind, escaped,
};
#[cfg(feature = "postgres")]
use topic_import_shared_quota::QuotaError;

use crate::show::text::{chain, one_line};

/// The code with which the service refuses an account because of the type that it was sent as.
const ACCOUNT_MUST_BE_TEXT: Code = Code::new(60015);

/// What to do after a stop, to continue.
pub(crate) const AGAIN: &str = "run the same command again";
/// What is said about a topic that may or may not exist.
const IN_DOUBT: &str = "may or may not have been imported";
/// What to do about a topic that may or may not exist.
const SETTLE_IT: &str = "--retry unknown settles it";
const LOOK_IN_THE_COMMUNITY: &str = "the row has no TopicId: look for the topic in the community; --retry unknown would import it a second time if it is there";
const LOOK_FOR_IT: &str = "--retry unknown settles it if the row has a TopicId; otherwise look for it before importing it again";
/// What to do if another topic has the row's TopicId.
const TAKE_ANOTHER_ID: &str = "choose another TopicId, or change the existing topic";
/// What to do where another community has the GroupId.
const TAKE_ANOTHER_GROUP_ID: &str = "choose another GroupId, or write the community as it is there";
/// What to do about a row that is held.
const UNBLOCK: &str = "remove the cause, and run the same import again";
/// How much of an unreadable answer is shown.
const SHOWN_BYTES: usize = 60;

/// What to do before an import, as the core says it, with the options of this program that do it.
pub(crate) fn remedy_of(said: &'static str) -> &'static str {
    if said == Code::NOT_THERE.remedy() {
        "create the community first, with --create-communities or --communities FILE, or correct GroupId"
    } else {
        said
    }
}

/// What to do after a refusal: a run that has begun takes no further options.
fn remedy_after(refusal: &Refusal) -> &'static str {
    let said = refusal.remedy();
    if said == Code::NOT_THERE.remedy() {
        "create the community first, or correct GroupId; an import with --create-communities and another --journal would create it"
    } else {
        said
    }
}

/// The command that imports such a row.
const fn command(kind: Kind) -> Command {
    match kind {
        Kind::Community => Command::IMPORT_GROUP,
        Kind::Topic => Command::IMPORT_TOPIC,
    }
}

/// What happened, and what to do about it. All output uses it, so that a failure is told in the same words everywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// The service's error code, if the service refused.
    pub(crate) code: Option<Code>,
    /// What happened, in one line and without the code.
    pub(crate) what: String,
    /// What to do; `None` if `what` already says it.
    pub(crate) remedy: Option<&'static str>,
}

impl Explanation {
    fn new(what: impl Into<String>, remedy: &'static str) -> Self {
        Self {
            code: None,
            what: what.into(),
            remedy: Some(remedy),
        }
    }

    /// What a code of the service means for a row of this kind.
    pub(crate) fn of_code(kind: Kind, code: Code) -> Self {
        Self::of_refusal(&Refusal::new(command(kind), code, ""))
    }

    /// A refusal of the service, with the words that it sent beside the code.
    pub(crate) fn of_refusal(refusal: &Refusal) -> Self {
        let explanation = Self {
            code: Some(refusal.code),
            what: refusal.meaning().to_owned(),
            remedy: Some(remedy_after(refusal)),
        };
        let said = &*refusal.info;
        match &said[..said.floor_char_boundary(MAX_EXCERPT_BYTES)] {
            "" => explanation,
            said if said == explanation.what => explanation,
            said => Self {
                what: format!("{} ({})", explanation.what, escaped(said)),
                ..explanation
            },
        }
    }

    /// Why a row was not imported, by how its call ended. `is_named` says whether the row has an ID of its own.
    pub(crate) fn of_row_error(error: &RowError, is_named: bool) -> Self {
        match error {
            RowError::Call(error) => Self::of_call_error(error, look(is_named)),
            _ => Self::of_unknown(error, look(is_named)),
        }
    }

    fn of_call_error(error: &CallError, if_unknown: &'static str) -> Self {
        match error {
            CallError::Conflict(conflict) => {
                let remedy = if conflict.id.contains(TOPIC_ID_SEPARATOR) {
                    TAKE_ANOTHER_ID
                } else {
                    TAKE_ANOTHER_GROUP_ID
                };
                Self::new(conflict.to_string(), remedy)
            }
            CallError::OutcomeUnknown { failure, .. } => match failure {
                Failure::Refused(refusal) => Self::of_unknown(refusal, if_unknown),
                other => Self::of_unknown(self::failure(other), if_unknown),
            },
            CallError::Rejected(refusal) | CallError::NotExecuted(Failure::Refused(refusal)) => {
                Self::of_refusal(refusal)
            }
            CallError::NotExecuted(failure) => Self::without_remedy(self::failure(failure)),
            _ => Self::without_remedy(chain(error)),
        }
    }

    fn of_unknown(why: impl fmt::Display, remedy: &'static str) -> Self {
        Self::new(format!("{IN_DOUBT}: {why}"), remedy)
    }

    fn without_remedy(what: String) -> Self {
        Self {
            code: None,
            what,
            remedy: None,
        }
    }

    /// Why there is no topic for a row of a journal; `None` if the row's outcome says it all.
    pub(crate) fn of_row(row: &ReportedRow) -> Option<Self> {
        let cause = &row.cause;
        if cause.is_empty() {
            return match (row.outcome, &row.group_id) {
                (Outcome::Held, Some(group_id)) => {
                    let what = format!("not sent: {} is blocked", one_line(group_id));
                    Some(Self::new(what, UNBLOCK))
                }
                (Outcome::Held | Outcome::InFlight, _) => Some(Self::of_outcome(row.outcome)),
                _ => None,
            };
        }
        Some(match row.outcome {
            Outcome::Conflict => {
                let remedy = match row.kind {
                    Kind::Community => TAKE_ANOTHER_GROUP_ID,
                    Kind::Topic => TAKE_ANOTHER_ID,
                };
                Self::new(one_line(cause.words()), remedy)
            }
            Outcome::Unknown => {
                let is_named = row.kind == Kind::Community || row.topic_id.is_some();
                Self::of_unknown(one_line(cause.words()), look(is_named))
            }
            Outcome::Held if cause.code.is_none() => Self::new(one_line(cause.words()), UNBLOCK),
            _ => Self::of_cause(row.kind, cause),
        })
    }

    /// A failure as a journal records it.
    fn of_cause(kind: Kind, cause: &Cause) -> Self {
        match (cause.code, &cause.what) {
            (Some(code), Some(what)) => Self {
                what: one_line(what),
                ..Self::of_code(kind, code)
            },
            (Some(code), None) => {
                let said = cause.said.as_deref().unwrap_or_default();
                Self::of_refusal(&Refusal::new(command(kind), code, said))
            }
            (None, _) => Self::without_remedy(one_line(cause.words())),
        }
    }

    /// What can be said about all rows with this outcome and without a code.
    pub(crate) fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Rejected => Self::new(
                "the row is invalid, or its call failed without an answer",
                "correct what is said of each row, and import it again",
            ),
            Outcome::Held => Self::new("not imported: its group or the run was blocked", UNBLOCK),
            Outcome::Unknown => Self::new(IN_DOUBT, LOOK_FOR_IT),
            Outcome::InFlight => Self::new(IN_DOUBT, "the same import again settles it"),
            _ => Self::without_remedy("each row says why".into()),
        }
    }
}

/// What to do about a row whose outcome is unknown, which has an ID of its own, or none.
const fn look(is_named: bool) -> &'static str {
    if is_named {
        SETTLE_IT
    } else {
        LOOK_IN_THE_COMMUNITY
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(code) = self.code {
            write!(f, "{code} ")?;
        }
        f.write_str(&self.what)?;
        match self.remedy {
            Some(remedy) => write!(f, ": {remedy}"),
            None => Ok(()),
        }
    }
}

/// What to do about an account that was refused because of the type that it was sent as (60015); `None` if the row
/// failed for another reason.
pub(crate) fn account_remedy(failure: &RowFailure) -> Option<String> {
    let RowError::Call(CallError::Rejected(refusal)) = &failure.error else {
        return None;
    };
    if refusal.code != ACCOUNT_MUST_BE_TEXT {
        return None;
    }
    let Request::Topic(topic) = &failure.request else {
        return None;
    };
    let remedy = match topic.from_account.as_ref()? {
        FromAccount::Number(_) => {
            "From_Account was sent as a number: --from-account-as text sends a CSV's digits as text; in JSON, write it in quotation marks."
        }
        _ => {
            "From_Account was sent as text: --from-account-as number sends a CSV's digits as a number; in JSON, write it without quotation marks."
        }
    };
    Some(format!(
        "topic-import: {remedy}\nEither change makes it another run: name another --journal for it."
    ))
}

/// Why a journal cannot be used, and what to do.
pub(crate) fn journal_error(error: &JournalError) -> String {
    let remedy = match error {
        JournalError::NotAJournal { .. } => "Name another file with --journal.",
        JournalError::AnotherRun { differences, .. } => {
            return format!("{}.\n{}", unusable(error), ways_out(differences));
        }
        error => remedy(error),
    };
    format!("{}.\n{remedy}", unusable(error))
}

/// What to do where the journal of an import was made for another run.
fn ways_out(differences: &[IdentityDifference]) -> String {
    const OR: &str = "or begin another run: name another journal with --journal (in a database, another name with --run), or remove \
                      this journal: what it has imported can then no longer be undone, and the map of IDs is lost.";
    let differs = |is_it: fn(IdentityPart) -> bool| {
        let mut parts = differences.iter().map(|difference| difference.part);
        parts.any(is_it)
    };
    let restore = match (
        differs(|part| part == IdentityPart::Input),
        differs(|part| part != IdentityPart::Input),
    ) {
        (true, false) => "Restore the input to continue that run",
        (true, true) => "Restore the input and give the earlier values to continue that run",
        (false, _) => "Give the earlier values to continue that run",
    };
    // Otherwise the journal would have been made anew.
    let why = if differs(|part| !part.is_of_target()) {
        ""
    } else {
        "Rows of that run were imported, or may have been, so its journal is kept.\n"
    };
    // In another app, nothing of the run is there.
    let then = if differs(IdentityPart::is_of_target) {
        ""
    } else {
        "\nIn another run, unchanged rows with a TopicId, given or derived, are found and not imported twice; changed rows with the same TopicId are conflicts; all others are imported."
    };
    format!("{why}{restore}, {OR}{then}")
}

/// Why a journal cannot be used. Differences in the input are named after the options that cause them.
fn unusable(error: &JournalError) -> String {
    let JournalError::AnotherRun {
        journal,
        differences,
        ..
    } = error
    else {
        return chain(error);
    };
    one_line(format!(
        "the journal {journal} was made for another run: {}",
        self::differences(differences)
    ))
}

/// How two runs differ, named after the options that cause it.
pub(crate) fn differences(differences: &[IdentityDifference]) -> String {
    let named: Vec<String> = differences
        .iter()
        .map(|difference| match option(difference.part) {
            Some(option) => difference.named(option),
            None => difference.to_string(),
        })
        .collect();
    one_line(named.join("; "))
}

/// The option that determines a part of a run's identity.
fn option(part: IdentityPart) -> Option<&'static str> {
    Some(match part {
        IdentityPart::Encoding => "--encoding",
        IdentityPart::Sheet => "--sheet",
        IdentityPart::TimeZone => "--time-zone",
        IdentityPart::GroupId => "--group-id",
        IdentityPart::AccountDigits => "--from-account-as",
        IdentityPart::TopicIds => "--topic-ids",
        IdentityPart::Mappings => "--map",
        IdentityPart::Groups => "the list of --groups",
        IdentityPart::Communities => "the list of --communities",
        IdentityPart::CreateCommunities => "--create-communities",
        IdentityPart::IncludeArchived => "--include-archived",
        IdentityPart::IncludePrivate => "--include-private",
        IdentityPart::Condition => "--where",
        IdentityPart::RowsAt => "--rows-at",
        IdentityPart::Program => "the program of --from",
        IdentityPart::Fit => "--fit",
        IdentityPart::Spread => "--spread",
        _ => return None,
    })
}

/// Why the journal that an operator named cannot be used, and what to do.
pub(crate) fn given_journal_error(error: &JournalError) -> String {
    let remedy = match error {
        JournalError::Missing { .. } | JournalError::NotAJournal { .. } => {
            "Name the journal of an import: for FILE it is FILE.journal, unless --journal named another place."
        }
        JournalError::AnotherRun { .. } => "Give the earlier values, or name another journal.",
        error => remedy(error),
    };
    format!("{}.\n{remedy}", unusable(error))
}

#[cfg(feature = "postgres")]
/// Why a shared quota cannot be used, and what to do.
pub(crate) fn quota_error(error: &QuotaError) -> String {
    let remedy = match error {
        QuotaError::AnotherVersion { .. } => "Use that version.",
        _ => "Check the address, and the user's password (PGPASSWORD) and rights.",
    };
    format!("{}.\n{remedy}", chain(error))
}

fn remedy(error: &JournalError) -> &'static str {
    match error {
        JournalError::InUse { .. } => "Wait until it has ended, or stop it.",
        JournalError::Missing { .. } => "Check the path.",
        JournalError::AnotherVersion { .. } => "Use that version.",
        JournalError::NotLoaded { .. } => "Run the import again: it will start over.",
        JournalError::OutOfReach => {
            "Rows whose outcome was not recorded are settled when the run continues."
        }
        JournalError::Damaged { .. } | JournalError::Corrupt { .. } => {
            "Restore the file from a copy."
        }
        JournalError::Altered { .. } => {
            "Use the version of the program that made it. If no version did, do not trust the file."
        }
        JournalError::SeveralNames { .. } => {
            "Remove the other names (find -samefile shows them), or copy the file and name the copy."
        }
        JournalError::Moved { .. } => "Put it back, with the files -wal and -shm beside it.",
        JournalError::LogAlone { .. } => {
            "Put the journal back and run the same command again. To begin another run instead, move that file away."
        }
        JournalError::InTheWay { .. } => "Move that file away, or name another journal.",
        JournalError::Storage { source, .. } if source.is_read_only() => {
            "Get permission to write the file and its directory; only report and verify do without it."
        }
        JournalError::Storage { source, .. } if source.is_full() => "Make room on the disk.",
        JournalError::Storage { source, .. } if source.is_locked() => {
            "Another program keeps it locked, such as sqlite3 with an open transaction: end that."
        }
        JournalError::AccessDenied { .. } => {
            "Check the user and the password: PGPASSWORD, or the whole URL in TOPIC_IMPORT_JOURNAL."
        }
        JournalError::NoDatabase { .. } => "Create it with createdb, or name another one.",
        JournalError::NotPermitted { .. } => {
            "Grant it: beginning a run takes CREATE on the database, working on one the schema topic_import."
        }
        JournalError::Unreachable { .. } => "Check the address, and that the server is running.",
        _ => "Check the disk, its quotas, and the permissions of the file and its directory.",
    }
}

/// Why a call for several topics failed.
pub(crate) fn list_error(error: &CallError) -> String {
    match error {
        CallError::OutcomeUnknown { failure, .. } | CallError::NotExecuted(failure) => {
            self::failure(failure)
        }
        error => Explanation::of_call_error(error, LOOK_FOR_IT).to_string(),
    }
}

/// Why an attempt did not succeed.
pub(crate) fn failure(failure: &Failure) -> String {
    match failure {
        Failure::Refused(refusal) => Explanation::of_refusal(refusal).to_string(),
        Failure::NotSent(error) | Failure::MaybeSent(error) => {
            format!("{failure}: {}", transport(error))
        }
        Failure::Unreadable(unreadable) => {
            let beginning = &unreadable.body[..unreadable.body.floor_char_boundary(SHOWN_BYTES)];
            format!("{failure}: {}; it begins {beginning:?}", unreadable.reason)
        }
        Failure::NoSlot(_) => chain(failure),
        Failure::Withdrawn => "the work stopped before it was sent".to_owned(),
        _ => failure.to_string(),
    }
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

/// Why a run stopped because of a failure that another process met, as that process recorded it.
pub(crate) fn stopped_elsewhere(hold: &Hold) -> String {
    match hold.cause.code {
        Some(code) => {
            // A hold does not say what was called: it is what such a code stops.
            let is_of_communities = Refusal::new(Command::IMPORT_GROUP, code, "")
                .verdict()
                .final_scope()
                == Scope::All;
            let kind = if is_of_communities {
                Kind::Community
            } else {
                Kind::Topic
            };
            format!(
                "{}.\nThen {AGAIN}.",
                Explanation::of_cause(kind, &hold.cause)
            )
        }
        None => format!(
            "{}.\nCheck --region or --endpoint, and --service. Then {AGAIN}.",
            one_line(&hold.cause)
        ),
    }
}

/// Why a refusal that usually affects a row or a group stops the whole run: how often it was met.
pub(crate) fn met_again(refusal: &Refusal) -> Option<String> {
    const SINCE: &str = "with no topic imported in between";
    Some(match refusal.escalation() {
        Escalation::Never => return None,
        Escalation::SecondGroup => format!("two communities in turn met it {SINCE}"),
        Escalation::EveryGroup => "every community that was tried met it".into(),
        Escalation::RowsInTurn(rows) => format!("{rows} rows in turn met it {SINCE}"),
    })
}

/// Why a run stopped, and what to do before running the same command again.
pub(crate) fn stopped_by(error: &CallError) -> String {
    let Some(failure) = error.failure() else {
        return format!(
            "{}.\nThen {AGAIN}.",
            Explanation::of_call_error(error, LOOK_FOR_IT)
        );
    };
    let remedy = match failure {
        Failure::NotSent(error) => match error.kind {
            TransportErrorKind::CertificateUntrusted => {
                "If you trust the authority that issued it, name its certificate with --ca-file. Then"
            }
            TransportErrorKind::CertificateExpired => "Check this machine's clock. Then",
            // The failure's own words say what to do about the proxy.
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
