//! The table of error codes: what each means, whether the call may have been executed, how far the failure reaches,
//! what helps, and where all this is documented. A code that means something else for one command has a second row.
//!
//! Nothing else in the project decides what a code means.

use core::fmt;

use crate::command::Command;

/// An `ErrorCode` of the service, known or unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(i64);

/// How far a failure reaches: which other calls are to be expected to fail in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a program that makes many calls must handle every scope"
)]
pub enum Scope {
    /// The failure is temporary: even the same call may succeed later.
    Nothing,
    /// Only this row fails: other calls may succeed.
    Row,
    /// Every row of the same group fails.
    Group,
    /// Every call with the same setup fails: endpoint, app, account and plan.
    All,
}

/// How a call deals with a failure by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Recovery {
    /// The call repeats the attempt until the deadline.
    Retry,
    /// The call repeats the attempt at most this many times, then takes the answer as final.
    RetryAtMost(u32),
    /// The call slows down and repeats the attempt.
    SlowDown,
    /// The call slows down and repeats the attempt twice. If that does not help, what a day allows is used up: the same
    /// call succeeds on another day.
    NextDay,
    /// The call makes a new `UserSig` and repeats the attempt, once. With a ready-made `UserSig` it gives up.
    RenewSignature,
    /// The call reads back what has the ID, and compares it with what was sent.
    ReadBack,
    /// The call gives up: somebody has to fix something first.
    Fix,
}

/// What follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Verdict {
    /// Whether the service may have executed the call despite the failure.
    pub maybe_executed: bool,
    /// How far the failure reaches.
    pub scope: Scope,
    /// How the call deals with the failure.
    pub recovery: Recovery,
}

impl Verdict {
    /// The attempt was not executed.
    pub(crate) const fn no(scope: Scope, recovery: Recovery) -> Self {
        Self {
            maybe_executed: false,
            scope,
            recovery,
        }
    }

    /// The attempt may have been executed.
    pub(crate) const fn maybe(scope: Scope, recovery: Recovery) -> Self {
        Self {
            maybe_executed: true,
            scope,
            recovery,
        }
    }

    /// How far the failure reaches once the recovery has been tried without success.
    pub const fn final_scope(self) -> Scope {
        match (self.scope, self.recovery) {
            (Scope::Nothing, Recovery::RetryAtMost(_) | Recovery::RenewSignature) => Scope::All,
            (scope, _) => scope,
        }
    }
}

/// When repeated failures with the same code mean that every call will fail, beyond the [`Scope`] of a single failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(
    clippy::exhaustive_enums,
    reason = "a program that makes many calls must handle every case"
)]
pub enum Escalation {
    /// Never: each failure stands alone.
    Never,
    /// Once a second group fails with the code and no topic was imported in between.
    SecondGroup,
    /// Once every group that was tried, and at least two, has failed with the code.
    EveryGroup,
    /// Once this many rows in succession have failed with the code and no topic was imported in between. A single such
    /// failure does not mean that its row is at fault.
    RowsInTurn(u32),
}

/// The document of the service that describes a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// "Importing Topic Profiles", the specification of `import_topic`.
    ImportTopic,
    /// "Importing a Group Profile" and its sibling calls for groups.
    Groups,
    /// "Create Topic", "Get Topic" and "Delete Topic".
    Topics,
    /// "Error Codes", the list for the whole service.
    ErrorCodes,
    /// No available document: the code is taken from public clients.
    Undocumented,
}

impl Source {
    /// The document's title, number and edition, where known.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ImportTopic => "Importing Topic Profiles (2024-02-07)",
            Self::Groups => "Importing a Group Profile (1047/34967, 2023) and its siblings",
            Self::Topics => "Create, Get and Delete Topic (1047/49471, 49469, 49470; 2023)",
            Self::ErrorCodes => "Error Codes (1047/34348, 2023)",
            Self::Undocumented => "no document; public clients know it",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A row of the table of codes.
#[derive(Debug)]
#[non_exhaustive]
pub struct CodeEntry {
    /// The code.
    pub code: Code,
    /// The command for which the row holds; `None` for every command without a row of its own.
    pub command: Option<Command>,
    /// What the code means.
    pub meaning: &'static str,
    /// What follows from the code.
    pub verdict: Verdict,
    /// When the code means that every call will fail.
    pub escalation: Escalation,
    /// Whether the code says that a group or topic that was asked for does not exist (Get Topic).
    pub means_absent: bool,
    /// Whether the code is about the caller's account, `UserSig` or IP address, so that another caller may succeed with
    /// the same app.
    pub blames_caller: bool,
    /// What a person can do about it.
    pub remedy: &'static str,
    /// Where the code is documented.
    pub source: Source,
}

impl Code {
    /// 0: success.
    pub const OK: Self = Self(0);
    /// 10010: the group, or the topic that was asked for, does not exist or has been deleted.
    pub const NOT_THERE: Self = Self(10010);
    /// 10021: the ID is in use.
    pub const ID_IN_USE: Self = Self(10021);
    /// 110003: the topic has been deleted.
    pub const TOPIC_DELETED: Self = Self(110_003);

    /// Takes any number that the service answers.
    pub const fn new(code: i64) -> Self {
        Self(code)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The code's row in the table; `None` if the code is not in it. What it says holds for every command that has no
    /// row of its own in [`CODES_BY_COMMAND`]: [`Refusal`](crate::Refusal) knows its command.
    pub fn entry(self) -> Option<&'static CodeEntry> {
        let position = CODES.binary_search_by_key(&self, |entry| entry.code).ok()?;
        Some(&CODES[position])
    }

    /// The row that holds for this command; `None` if the code is not in the table.
    pub(crate) fn entry_for(self, command: Command) -> Option<&'static CodeEntry> {
        let own = CODES_BY_COMMAND
            .iter()
            .find(|entry| entry.code == self && entry.command == Some(command));
        own.or_else(|| self.entry())
    }

    /// What the code means, in a few words.
    pub fn meaning(self) -> &'static str {
        self.entry().unwrap_or_else(|| self.unlisted()).meaning
    }

    /// What a person can do about it.
    pub fn remedy(self) -> &'static str {
        self.entry().unwrap_or_else(|| self.unlisted()).remedy
    }

    /// Whether the code is a public one, from 60000 to 79999, which all calls of the service share (Importing Topic
    /// Profiles, "Error Codes"). A public code is about the URL, the app or an account, and hardly ever about what is
    /// being imported.
    pub const fn is_public(self) -> bool {
        matches!(self.0, 60000..=79999)
    }

    /// Whether the code says that a group or topic that was asked for does not exist (Get Topic).
    pub fn means_absent(self) -> bool {
        self.entry().is_some_and(|entry| entry.means_absent)
    }

    /// Whether the code is about the caller's account, `UserSig` or IP address, so that another caller may succeed with
    /// the same app.
    pub fn blames_caller(self) -> bool {
        self.entry().is_some_and(|entry| entry.blames_caller)
    }

    /// What follows from the code.
    pub fn verdict(self) -> Verdict {
        self.entry().unwrap_or_else(|| self.unlisted()).verdict
    }

    /// When the code means that every call will fail.
    pub fn escalation(self) -> Escalation {
        self.entry().unwrap_or_else(|| self.unlisted()).escalation
    }

    /// What can be said of a code that is not in the table. The service answered, so the call was not executed; it is
    /// not repeated.
    pub(crate) const fn unlisted(self) -> &'static CodeEntry {
        if self.0 == Self::OK.0 {
            &SUCCESS
        } else if self.is_public() {
            &UNKNOWN_PUBLIC
        } else {
            &UNKNOWN
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

const fn row(
    code: i64,
    meaning: &'static str,
    verdict: Verdict,
    remedy: &'static str,
    source: Source,
) -> CodeEntry {
    CodeEntry {
        code: Code(code),
        command: None,
        meaning,
        verdict,
        escalation: Escalation::Never,
        means_absent: false,
        blames_caller: false,
        remedy,
        source,
    }
}

const fn blaming_caller(mut entry: CodeEntry) -> CodeEntry {
    entry.blames_caller = true;
    entry
}

const fn meaning_absent(mut entry: CodeEntry) -> CodeEntry {
    entry.means_absent = true;
    entry
}

const fn escalating(escalation: Escalation, mut entry: CodeEntry) -> CodeEntry {
    entry.escalation = escalation;
    entry
}

const fn for_command(command: Command, mut entry: CodeEntry) -> CodeEntry {
    entry.command = Some(command);
    entry
}

const MAYBE_RETRY: Verdict = Verdict::maybe(Scope::Row, Recovery::Retry);
const RETRY: Verdict = Verdict::no(Scope::Row, Recovery::Retry);
const SLOW_DOWN: Verdict = Verdict::no(Scope::Nothing, Recovery::SlowDown);
const SIGN_ANEW: Verdict = Verdict::no(Scope::Nothing, Recovery::RenewSignature);
const READ_BACK: Verdict = Verdict::no(Scope::Row, Recovery::ReadBack);
const FIX_CALL: Verdict = Verdict::no(Scope::Nothing, Recovery::Fix);
const FIX_ROW: Verdict = Verdict::no(Scope::Row, Recovery::Fix);
const FIX_GROUP: Verdict = Verdict::no(Scope::Group, Recovery::Fix);
const FIX_SETUP: Verdict = Verdict::no(Scope::All, Recovery::Fix);

const WAIT: &str = "nothing: the call is repeated; if it keeps failing, the service has a problem";
const SLOWER: &str = "nothing: calls slow down by themselves; lower the rate, or have the quota raised in the console";
const FIX_CREDENTIALS: &str = "check SDKAppID, identifier and secret key against the console";
const FIX_REGION: &str = "does the region fit the SDKAppID? If it does, check SDKAppID and secret key against the console";
const FIX_URL: &str = "check endpoint, service, SDKAppID, identifier and UserSig";
const FIX_PLAN: &str = "change the app's plan in the console";
const FIX_FIELD: &str = "correct the field that ErrorInfo names (it does not always name one)";
const FIX_ACCOUNT: &str = "import the account of From_Account first, or leave From_Account out";
const FIX_OWNER: &str = "import the account of Owner_Account first, or leave Owner_Account out";

/// So many rows in succession with the same code count as a fault of the setup, if the code does not say of itself whose
/// fault it is.
const IN_TURN: Escalation = Escalation::RowsInTurn(5);

const SUCCESS: CodeEntry = row(0, "success", FIX_ROW, "nothing", Source::ImportTopic);
const UNKNOWN: CodeEntry = row(
    0,
    "unknown code",
    FIX_ROW,
    "look it up in the service's list of error codes, and read the ErrorInfo that came with it",
    Source::Undocumented,
);
const UNKNOWN_PUBLIC: CodeEntry = escalating(
    IN_TURN,
    row(
        0,
        "unknown code of the URL, the app or an account",
        FIX_ROW,
        "look it up in the service's list of error codes, and check endpoint, app and accounts",
        Source::Undocumented,
    ),
);

/// The known codes in ascending order: those of the topic and group calls, and the public codes that these calls can
/// meet.
pub const CODES: &[CodeEntry] = &{
    use Source::{ErrorCodes, Groups, ImportTopic, Topics, Undocumented};
    [
        row(
            10002,
            "internal server error",
            MAYBE_RETRY,
            WAIT,
            ImportTopic,
        ),
        row(
            10003,
            "invalid command word",
            FIX_SETUP,
            "check endpoint and service: the app's region may offer the command under the other service name",
            ImportTopic,
        ),
        row(10004, "invalid parameter", FIX_ROW, FIX_FIELD, ImportTopic),
        row(10006, "called too frequently", SLOW_DOWN, SLOWER, Topics),
        row(
            10007,
            "insufficient operation permissions",
            FIX_GROUP,
            "check that the app may manage this group; ErrorInfo says more",
            ImportTopic,
        ),
        blaming_caller(row(
            10008,
            "the signature check of the request failed",
            Verdict::no(Scope::Nothing, Recovery::RetryAtMost(1)),
            FIX_CREDENTIALS,
            Groups,
        )),
        meaning_absent(row(
            10010,
            "the group does not exist or has been deleted",
            FIX_GROUP,
            "create the community first, with SupportTopic 1 (import_group), or correct GroupId",
            ImportTopic,
        )),
        row(
            10011,
            "the JSON of the request could not be parsed",
            FIX_SETUP,
            "something between here and the service changes the body, or this program has a fault: report it",
            ErrorCodes,
        ),
        row(
            10012,
            "the account is invalid",
            FIX_ROW,
            FIX_ACCOUNT,
            ErrorCodes,
        ),
        row(
            10015,
            "the group ID is invalid",
            FIX_GROUP,
            "correct GroupId",
            ImportTopic,
        ),
        row(
            10016,
            "refused by the app's own webhook",
            FIX_ROW,
            "find out why the app's webhook refuses it, then import the row again",
            ErrorCodes,
        ),
        row(
            10018,
            "the answer would be larger than 1 MB",
            FIX_CALL,
            "ask for less: fewer IDs in one call",
            ErrorCodes,
        ),
        row(
            10019,
            "the account does not exist",
            FIX_ROW,
            FIX_ACCOUNT,
            ErrorCodes,
        ),
        row(
            10021,
            "the ID is already in use",
            READ_BACK,
            "what has the ID is read back and compared; where it differs, choose another ID",
            ImportTopic,
        ),
        row(
            10025,
            "the ID is already in use, by the same owner",
            READ_BACK,
            "what has the ID is read back and compared; where it differs, choose another ID",
            Groups,
        ),
        row(
            10026,
            "the app may not use this command",
            FIX_SETUP,
            FIX_PLAN,
            ErrorCodes,
        ),
        row(
            10036,
            "the app has as many groups as its plan allows",
            FIX_SETUP,
            FIX_PLAN,
            ErrorCodes,
        ),
        escalating(
            Escalation::SecondGroup,
            row(
                10037,
                "the number of topics or groups is over the limit",
                FIX_GROUP,
                "a community takes 200 topics unless more were agreed: delete topics, spread them over more communities, or upgrade the plan",
                ImportTopic,
            ),
        ),
        row(
            10038,
            "the group has as many members as its plan allows",
            FIX_SETUP,
            FIX_PLAN,
            ErrorCodes,
        ),
        row(
            10058,
            "the plan does not allow as many groups",
            FIX_SETUP,
            FIX_PLAN,
            Groups,
        ),
        row(
            10059,
            "the plan does not have this feature",
            FIX_SETUP,
            FIX_PLAN,
            ErrorCodes,
        ),
        escalating(
            Escalation::EveryGroup,
            row(
                11000,
                "the group does not support topics",
                FIX_GROUP,
                "switch on the community feature and then its topics in the console (Premium or Ultimate plan; Pro, Pro Plus or Enterprise by newer names); a community made without SupportTopic 1 takes none: make another",
                ImportTopic,
            ),
        ),
        row(
            60002,
            "the URL or the HTTP request could not be parsed",
            FIX_SETUP,
            FIX_URL,
            ErrorCodes,
        ),
        row(
            60003,
            "the JSON of the request could not be parsed",
            FIX_SETUP,
            "check that nothing between here and the service changes the body",
            ErrorCodes,
        ),
        blaming_caller(row(
            60004,
            "the UserID or the UserSig is wrong",
            Verdict::no(Scope::All, Recovery::RenewSignature),
            FIX_CREDENTIALS,
            ErrorCodes,
        )),
        blaming_caller(row(
            60005,
            "the UserID or the UserSig is wrong",
            Verdict::no(Scope::All, Recovery::RenewSignature),
            FIX_CREDENTIALS,
            ErrorCodes,
        )),
        row(
            60006,
            "the SDKAppID is invalid",
            FIX_SETUP,
            FIX_REGION,
            ErrorCodes,
        ),
        row(
            60007,
            "the call frequency is over the quota",
            SLOW_DOWN,
            SLOWER,
            ErrorCodes,
        ),
        row(
            60008,
            "the service timed out, or the HTTP request was malformed",
            MAYBE_RETRY,
            WAIT,
            ErrorCodes,
        ),
        row(
            60009,
            "wrong domain or resource",
            FIX_SETUP,
            "check region or endpoint",
            ErrorCodes,
        ),
        blaming_caller(row(
            60010,
            "the account is not an admin of the app",
            FIX_SETUP,
            "use the identifier of an app admin",
            ErrorCodes,
        )),
        row(
            60011,
            "the call frequency of the whole app is over the quota",
            SLOW_DOWN,
            SLOWER,
            ErrorCodes,
        ),
        row(
            60012,
            "the SDKAppID is missing",
            FIX_SETUP,
            FIX_URL,
            ErrorCodes,
        ),
        row(
            60013,
            "the service could not parse its own answer",
            MAYBE_RETRY,
            WAIT,
            ErrorCodes,
        ),
        row(
            60014,
            "switching accounts timed out",
            RETRY,
            WAIT,
            ErrorCodes,
        ),
        row(
            60015,
            "the account must be a string",
            FIX_ROW,
            "give From_Account as text",
            ErrorCodes,
        ),
        row(
            60016,
            "the SDKAppID is disabled",
            FIX_SETUP,
            "have the app enabled in the console or by the service's support",
            ErrorCodes,
        ),
        row(
            60017,
            "the request is disabled for this app",
            FIX_SETUP,
            "ask the service's support to enable it",
            ErrorCodes,
        ),
        row(
            60018,
            "the call frequency is over the quota",
            SLOW_DOWN,
            SLOWER,
            ErrorCodes,
        ),
        row(
            60019,
            "the call frequency is over the quota",
            SLOW_DOWN,
            SLOWER,
            ErrorCodes,
        ),
        row(
            60020,
            "the app's plan has expired",
            FIX_SETUP,
            "renew the plan, and wait 5 minutes",
            ErrorCodes,
        ),
        blaming_caller(row(
            60021,
            "calls from this IP address are not allowed",
            FIX_SETUP,
            "add this machine's address to the app's allowlist",
            ErrorCodes,
        )),
        row(
            60025,
            "a parameter of the URL is missing or wrong",
            FIX_SETUP,
            FIX_URL,
            Undocumented,
        ),
        row(
            60026,
            "a parameter of the URL is missing or wrong",
            FIX_SETUP,
            FIX_URL,
            Undocumented,
        ),
        row(
            60027,
            "the app cannot use this API",
            FIX_SETUP,
            "check the app's plan and limits in the console",
            Undocumented,
        ),
        row(
            60028,
            "the app cannot use this API",
            FIX_SETUP,
            "check the app's plan and limits in the console",
            Undocumented,
        ),
        blaming_caller(row(
            70001,
            "the UserSig has expired",
            SIGN_ANEW,
            "with a secret key it is renewed by itself (is this machine's clock right?); otherwise give a new UserSig",
            ErrorCodes,
        )),
        blaming_caller(row(
            70002,
            "the UserSig is empty",
            FIX_SETUP,
            FIX_CREDENTIALS,
            ErrorCodes,
        )),
        blaming_caller(row(
            70003,
            "the UserSig is invalid or cut short",
            FIX_SETUP,
            FIX_CREDENTIALS,
            ErrorCodes,
        )),
        blaming_caller(row(
            70005,
            "the UserSig is invalid",
            FIX_SETUP,
            FIX_CREDENTIALS,
            ErrorCodes,
        )),
        blaming_caller(row(
            70009,
            "the UserSig was signed with another app's key",
            FIX_SETUP,
            FIX_CREDENTIALS,
            ErrorCodes,
        )),
        blaming_caller(row(
            70013,
            "the UserSig belongs to another user",
            FIX_SETUP,
            FIX_CREDENTIALS,
            ErrorCodes,
        )),
        blaming_caller(row(
            70014,
            "the UserSig belongs to another app",
            FIX_SETUP,
            FIX_CREDENTIALS,
            ErrorCodes,
        )),
        blaming_caller(row(
            70016,
            "the app has no key for this UserSig",
            FIX_SETUP,
            FIX_REGION,
            ErrorCodes,
        )),
        row(
            70020,
            "there is no such app",
            FIX_SETUP,
            FIX_REGION,
            ErrorCodes,
        ),
        blaming_caller(row(
            70050,
            "the UserSig failed too often",
            FIX_SETUP,
            "wait a minute, then check SDKAppID, identifier and secret key",
            ErrorCodes,
        )),
        blaming_caller(row(
            70051,
            "the account is on the blocklist",
            FIX_SETUP,
            "take the account off the blocklist in the console",
            ErrorCodes,
        )),
        row(
            70107,
            "the account has not been imported",
            FIX_ROW,
            "import the account of From_Account first, or leave From_Account out; if the row has none, the identifier itself is unknown",
            ErrorCodes,
        ),
        blaming_caller(row(
            70114,
            "too many failed or frequent logins",
            FIX_SETUP,
            "wait a minute, then check SDKAppID, identifier and secret key",
            ErrorCodes,
        )),
        row(
            70169,
            "the account system timed out",
            RETRY,
            WAIT,
            ErrorCodes,
        ),
        row(
            70202,
            "the account system timed out",
            RETRY,
            WAIT,
            ErrorCodes,
        ),
        row(
            70398,
            "the app has as many accounts as its plan allows",
            FIX_SETUP,
            "upgrade the app's plan in the console",
            ErrorCodes,
        ),
        row(70402, "invalid parameter", FIX_ROW, FIX_FIELD, ErrorCodes),
        blaming_caller(row(
            70403,
            "the call needs an app admin",
            FIX_SETUP,
            "use the identifier of an app admin",
            ErrorCodes,
        )),
        row(
            70500,
            "internal error of the account system",
            RETRY,
            WAIT,
            ErrorCodes,
        ),
        row(
            80001,
            "the text failed the security check",
            FIX_ROW,
            "change the text",
            ImportTopic,
        ),
        row(
            80005,
            "the security check timed out",
            Verdict::no(Scope::Row, Recovery::RetryAtMost(3)),
            "import the row again later",
            ImportTopic,
        ),
        row(
            110_002,
            "the topic could not be deleted",
            FIX_ROW,
            "delete it again later; ErrorInfo says more",
            Topics,
        ),
        meaning_absent(row(
            110_003,
            "the topic has been deleted",
            FIX_ROW,
            "its ID is used up: choose another TopicId to import it again",
            Topics,
        )),
    ]
};

/// The codes that mean something else, or need something else, when a certain command meets them.
pub const CODES_BY_COMMAND: &[CodeEntry] = &{
    use Source::{ErrorCodes, Groups};
    const IMPORT_GROUP: Command = Command::IMPORT_GROUP;
    [
        for_command(
            IMPORT_GROUP,
            row(
                10006,
                "as many groups were made as the app may make in a day, or groups are made too frequently",
                Verdict::no(Scope::All, Recovery::NextDay),
                "go on the next day, or have the daily net increase of groups raised by the service's support",
                Groups,
            ),
        ),
        for_command(
            IMPORT_GROUP,
            row(
                10012,
                "the account is invalid",
                FIX_ROW,
                FIX_OWNER,
                ErrorCodes,
            ),
        ),
        for_command(
            IMPORT_GROUP,
            row(
                10019,
                "the account does not exist",
                FIX_ROW,
                FIX_OWNER,
                ErrorCodes,
            ),
        ),
        // The limit is the owner's (Error Codes), so a community of another owner may still be taken.
        for_command(
            IMPORT_GROUP,
            escalating(
                IN_TURN,
                row(
                    10037,
                    "the user owns or has joined as many groups as a user may",
                    FIX_ROW,
                    "choose another Owner_Account, leave it out, or upgrade the plan",
                    ErrorCodes,
                ),
            ),
        ),
        for_command(
            IMPORT_GROUP,
            row(
                11000,
                "the app has no communities with topics",
                FIX_SETUP,
                "switch on the community feature and then its topics in the console (Premium or Ultimate plan; Pro, Pro Plus or Enterprise by newer names)",
                ErrorCodes,
            ),
        ),
        for_command(
            IMPORT_GROUP,
            row(
                70107,
                "the account has not been imported",
                FIX_ROW,
                "import the account of Owner_Account first, or leave Owner_Account out; if the row has none, the identifier itself is unknown",
                ErrorCodes,
            ),
        ),
        meaning_absent(for_command(
            Command::GET_GROUP_INFO,
            row(
                10015,
                "the group ID is invalid, so no group has it",
                FIX_GROUP,
                "correct GroupId",
                Groups,
            ),
        )),
    ]
};

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    /// The codes of the entries for which the predicate holds.
    fn codes(are: impl Fn(&CodeEntry) -> bool) -> Vec<i64> {
        let entries = CODES.iter().filter(|entry| are(entry));
        entries.map(|entry| entry.code.get()).collect()
    }

    #[test]
    fn the_table_is_ascending_so_that_every_code_is_found() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        for entry in CODES {
            assert_eq!(entry.code.meaning(), entry.meaning);
        }
    }

    #[test]
    fn a_row_of_one_command_stands_beside_the_row_of_all_others_and_differs_from_it() {
        for own in CODES_BY_COMMAND {
            let command = own.command.unwrap();
            let general = own.code.entry().unwrap();
            let found = |command| own.code.entry_for(command).unwrap().command;
            assert_eq!(found(command), Some(command));
            assert_eq!(found(Command::new("another")), None);
            let said = |entry: &CodeEntry| (entry.verdict, entry.remedy, entry.means_absent);
            assert_ne!(said(own), said(general), "{}", own.code);
        }
        assert!(Code::new(4711).entry_for(Command::IMPORT_GROUP).is_none());
    }

    #[test]
    fn an_unknown_code_keeps_its_number_and_is_not_repeated() {
        for number in [-99_999_999_999, 60999, 79999] {
            let code = Code::new(number);
            assert_eq!(code.get(), number);
            assert!(code.entry().is_none());
            assert_eq!(code.verdict(), FIX_ROW);
        }
    }

    #[test]
    fn only_unknown_public_codes_count_in_turn() {
        let in_turn = |code: i64| matches!(Code::new(code).escalation(), Escalation::RowsInTurn(_));
        for code in [60000, 60999, 70000, 79999] {
            assert!(in_turn(code), "{code}");
        }
        for code in [0, 10001, 59999, 60007, 70402, 80000, -60999] {
            assert!(!in_turn(code), "{code}");
        }
    }

    #[test]
    fn what_is_wrong_with_the_caller_is_told_from_what_is_wrong_with_the_app() {
        assert_eq!(
            codes(|entry| entry.blames_caller),
            [
                10008, 60004, 60005, 60010, 60021, 70001, 70002, 70003, 70005, 70009, 70013, 70014,
                70016, 70050, 70051, 70114, 70403
            ]
        );
        let blamed = codes(|entry| entry.code.blames_caller());
        assert_eq!(blamed, codes(|entry| entry.blames_caller));
        assert!(!Code::new(4711).blames_caller());
    }

    #[test]
    fn only_three_codes_leave_open_whether_the_call_was_executed() {
        let maybe = codes(|entry| entry.verdict.maybe_executed);
        assert_eq!(maybe, [10002, 60008, 60013]);
    }

    #[test]
    fn only_two_codes_say_that_nothing_is_there() {
        assert_eq!(codes(|entry| entry.means_absent), [10010, 110_003]);
        assert_eq!(codes(|entry| entry.code.means_absent()), [10010, 110_003]);
    }

    #[test]
    fn a_code_that_escalates_reaches_less_than_every_call_by_itself() {
        let escalating = codes(|entry| entry.escalation != Escalation::Never);
        assert_eq!(escalating, [10037, 11000]);
        for code in escalating {
            assert_eq!(Code::new(code).verdict().scope, Scope::Group);
        }
    }
}
