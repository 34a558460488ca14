//! The table of error codes: what each means, whether the call can have been executed, what it spoils, what helps.
//!
//! Nothing else in the project decides what a code means.

use core::fmt;

/// An `ErrorCode` of the service; unknown ones are kept as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Code(i64);

/// Whether the service can have done what the failed call asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Executed {
    /// It has not.
    No,
    /// It may have, or may not.
    Maybe,
}

/// How far a failure reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Spoils {
    /// It passes: the same call may succeed later.
    Nothing,
    /// This row.
    Row,
    /// Every row of the same group.
    Group,
    /// Every row of the run.
    Run,
}

/// What a call does about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Helps {
    /// Repeat it until the deadline.
    Retry,
    /// Repeat it so many times at most, then take the answer as final.
    RetryAtMost(u32),
    /// Slow down and repeat it.
    SlowDown,
    /// Sign a new `UserSig` and repeat it; of no use with a ready-made one.
    SignAnew,
    /// Read the topic back and compare.
    ReadBack,
    /// Somebody has to mend something first.
    Fix,
}

/// The three answers that decide what follows from a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Verdict {
    /// Can the call have been executed?
    pub executed: Executed,
    /// What does it spoil?
    pub spoils: Spoils,
    /// What helps?
    pub helps: Helps,
}

impl Verdict {
    pub(crate) const fn new(executed: Executed, spoils: Spoils, helps: Helps) -> Self {
        Self {
            executed,
            spoils,
            helps,
        }
    }

    /// What a failure spoils once its remedy has been tried in vain.
    pub(crate) const fn spoils_in_the_end(self) -> Spoils {
        match (self.spoils, self.helps) {
            (Spoils::Nothing, Helps::RetryAtMost(_) | Helps::SignAnew) => Spoils::Run,
            (spoils, _) => spoils,
        }
    }
}

/// A row of the table of codes.
#[derive(Debug)]
#[non_exhaustive]
pub struct CodeEntry {
    /// The code.
    pub code: Code,
    /// What it means.
    pub meaning: &'static str,
    /// What follows from it.
    pub verdict: Verdict,
    /// What a person can do.
    pub remedy: &'static str,
}

const UNKNOWN: Verdict = Verdict::new(Executed::No, Spoils::Row, Helps::Fix);

impl Code {
    /// 0: done.
    pub const OK: Self = Self(0);
    /// 10010: the group does not exist, or has been deleted, its topics with it.
    pub const GROUP_IS_GONE: Self = Self(10010);
    /// 10021: the topic ID is in use.
    pub const TOPIC_ID_IN_USE: Self = Self(10021);
    /// 10037: the prepaid number of topics is exceeded.
    const TOO_MANY_TOPICS: Self = Self(10037);
    /// 110003: the topic to destroy is already deleted (Delete Topic).
    pub const TOPIC_ALREADY_DELETED: Self = Self(110_003);

    /// Takes any number that the service answered.
    pub const fn new(code: i64) -> Self {
        Self(code)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// The row of the table, where the code is in it.
    pub fn entry(self) -> Option<&'static CodeEntry> {
        let position = CODES.binary_search_by_key(&self, |entry| entry.code).ok()?;
        Some(&CODES[position])
    }

    /// What the code means, in a few words.
    pub fn meaning(self) -> &'static str {
        match self.entry() {
            Some(entry) => entry.meaning,
            None if self == Self::OK => "success",
            None => "unknown code",
        }
    }

    /// What a person can do.
    pub fn remedy(self) -> &'static str {
        self.entry().map_or(
            "see the service's list of error codes and the ErrorInfo that came with it",
            |entry| entry.remedy,
        )
    }

    /// Whether the refusal says that the group has no topic at all: it is gone, its ID is none, or it is not made for
    /// topics.
    pub fn means_no_topics(self) -> bool {
        matches!(self.0, 10010 | 10015 | 11000)
    }

    /// Whether the refusal is about the caller's account and its `UserSig`: another caller of the same app may fare
    /// better.
    pub fn blames_credentials(self) -> bool {
        matches!(self.0, 10008 | 60010 | 70001..=70016 | 70050 | 70051)
    }

    /// Whether a topic cannot be read back either, once an import was refused so.
    pub(crate) fn hinders_reading(self) -> bool {
        self.verdict().spoils_in_the_end() == Spoils::Run && self != Self::TOO_MANY_TOPICS
    }

    /// What follows from the code. An unknown one is an answer all the same: not executed, not repeated.
    pub fn verdict(self) -> Verdict {
        self.entry().map_or(UNKNOWN, |entry| entry.verdict)
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
    (executed, spoils, helps): (Executed, Spoils, Helps),
    remedy: &'static str,
) -> CodeEntry {
    CodeEntry {
        code: Code(code),
        meaning,
        verdict: Verdict::new(executed, spoils, helps),
        remedy,
    }
}

type Answers = (Executed, Spoils, Helps);
const MAYBE_RETRY: Answers = (Executed::Maybe, Spoils::Row, Helps::Retry);
const RETRY: Answers = (Executed::No, Spoils::Row, Helps::Retry);
const SLOW_DOWN: Answers = (Executed::No, Spoils::Nothing, Helps::SlowDown);
const FIX_ROW: Answers = (Executed::No, Spoils::Row, Helps::Fix);
const FIX_GROUP: Answers = (Executed::No, Spoils::Group, Helps::Fix);
const FIX_RUN: Answers = (Executed::No, Spoils::Run, Helps::Fix);

const WAIT: &str = "nothing: the call is repeated; if it stays, the service is in trouble";
const SLOWER: &str = "nothing: calls slow down by themselves; lower the rate, or have the quota raised in the console";
const FIX_CREDENTIALS: &str = "check SDKAppID, identifier and secret key against the console";

/// Every code that the documents name, ascending: the specification's own and the public ones that this call can
/// meet (Error Codes).
pub const CODES: &[CodeEntry] = &[
    row(10002, "internal server error", MAYBE_RETRY, WAIT),
    row(
        10003,
        "invalid command word",
        FIX_RUN,
        "check endpoint and service: the app's region may offer the command under the other service name",
    ),
    row(
        10004,
        "invalid parameter",
        FIX_ROW,
        "mend the field that ErrorInfo names",
    ),
    row(10006, "called too frequently", SLOW_DOWN, SLOWER),
    row(
        10007,
        "insufficient operation permissions",
        FIX_GROUP,
        "check that the app may manage this group",
    ),
    row(
        10008,
        "signature check of the request failed",
        (Executed::No, Spoils::Nothing, Helps::RetryAtMost(1)),
        FIX_CREDENTIALS,
    ),
    row(
        10010,
        "the group does not exist or has been deleted",
        FIX_GROUP,
        "import the group first, or correct GroupId",
    ),
    row(10015, "invalid group ID", FIX_GROUP, "correct GroupId"),
    row(
        10021,
        "the topic ID is already in use",
        (Executed::No, Spoils::Row, Helps::ReadBack),
        "the topic is read back and compared; where it differs, choose another TopicId",
    ),
    row(
        10037,
        "the prepaid number of topics is exceeded",
        FIX_RUN,
        "delete topics or upgrade the plan, then resume",
    ),
    row(
        11000,
        "the group does not support topics",
        FIX_GROUP,
        "enable the community topic feature (Premium edition) in the console, then resume",
    ),
    row(
        60002,
        "the URL could not be parsed",
        FIX_RUN,
        "check endpoint, service and credentials",
    ),
    row(
        60003,
        "the JSON of the request could not be parsed",
        FIX_RUN,
        "check that nothing between here and the service changes the body",
    ),
    row(60004, "the account check failed", RETRY, WAIT),
    row(60005, "the account check failed", RETRY, WAIT),
    row(
        60006,
        "the app is invalid",
        FIX_RUN,
        "check SDKAppID and region",
    ),
    row(
        60007,
        "the call frequency is over the quota",
        SLOW_DOWN,
        SLOWER,
    ),
    row(60008, "the service timed out", MAYBE_RETRY, WAIT),
    row(
        60009,
        "wrong domain or resource",
        FIX_RUN,
        "check region or endpoint",
    ),
    row(
        60010,
        "the account is not an admin of the app",
        FIX_RUN,
        "use the identifier of an app admin",
    ),
    row(
        60011,
        "the call frequency is over the quota",
        SLOW_DOWN,
        SLOWER,
    ),
    row(
        60012,
        "a parameter of the URL is missing or wrong",
        FIX_RUN,
        "check SDKAppID, identifier and UserSig",
    ),
    row(
        60013,
        "the service could not parse its own answer",
        MAYBE_RETRY,
        WAIT,
    ),
    row(60014, "the account check timed out", RETRY, WAIT),
    row(
        60015,
        "the account must be a string",
        FIX_ROW,
        "give From_Account as text",
    ),
    row(
        60016,
        "the app cannot use this API",
        FIX_RUN,
        "check the app's state in the console, then resume",
    ),
    row(
        60017,
        "the app is disabled",
        FIX_RUN,
        "have the app enabled in the console, then resume",
    ),
    row(
        60018,
        "the call frequency is over the quota",
        SLOW_DOWN,
        SLOWER,
    ),
    row(
        60019,
        "the call frequency is over the quota",
        SLOW_DOWN,
        SLOWER,
    ),
    row(
        60020,
        "the app's plan has expired",
        FIX_RUN,
        "renew the plan, then resume",
    ),
    row(
        60021,
        "calls from this IP address are not allowed",
        FIX_RUN,
        "add this machine's address to the app's allowlist, then resume",
    ),
    row(
        60025,
        "a parameter of the URL is missing or wrong",
        FIX_RUN,
        "check endpoint, SDKAppID, identifier and UserSig",
    ),
    row(
        60026,
        "a parameter of the URL is missing or wrong",
        FIX_RUN,
        "check endpoint, SDKAppID, identifier and UserSig",
    ),
    row(
        60027,
        "the app cannot use this API",
        FIX_RUN,
        "check the app's plan and limits in the console, then resume",
    ),
    row(
        60028,
        "the app cannot use this API",
        FIX_RUN,
        "check the app's plan and limits in the console, then resume",
    ),
    row(
        70001,
        "the UserSig has expired",
        (Executed::No, Spoils::Nothing, Helps::SignAnew),
        "with a secret key it is renewed by itself (is this machine's clock right?); otherwise give a new UserSig, then resume",
    ),
    row(70003, "the UserSig is invalid", FIX_RUN, FIX_CREDENTIALS),
    row(
        70009,
        "the UserSig was signed with another key",
        FIX_RUN,
        FIX_CREDENTIALS,
    ),
    row(
        70013,
        "the UserSig belongs to another user",
        FIX_RUN,
        FIX_CREDENTIALS,
    ),
    row(
        70014,
        "the UserSig belongs to another app",
        FIX_RUN,
        FIX_CREDENTIALS,
    ),
    row(
        70016,
        "the app has no key for this UserSig",
        FIX_RUN,
        FIX_CREDENTIALS,
    ),
    row(
        70020,
        "the app does not exist",
        FIX_RUN,
        "check SDKAppID and region",
    ),
    row(
        70050,
        "the UserSig failed too often",
        FIX_RUN,
        "wait a minute, then check SDKAppID, identifier and secret key",
    ),
    row(
        70051,
        "the account is on the blocklist",
        FIX_RUN,
        "ask the service's support",
    ),
    row(
        70107,
        "the account has not been imported",
        FIX_ROW,
        "import the account of From_Account first",
    ),
    row(70169, "the account system timed out", RETRY, WAIT),
    row(
        70402,
        "invalid parameter",
        FIX_ROW,
        "mend the field that ErrorInfo names",
    ),
    row(70500, "internal error of the account system", RETRY, WAIT),
    row(
        80001,
        "the text failed the security check",
        FIX_ROW,
        "change the text",
    ),
    row(
        80005,
        "the security check timed out",
        (Executed::No, Spoils::Row, Helps::RetryAtMost(3)),
        "import the row again later",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_ascending_so_that_every_code_is_found() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
        for entry in CODES {
            assert_eq!(entry.code.meaning(), entry.meaning);
        }
    }

    #[test]
    fn an_unknown_code_keeps_its_number_and_is_not_repeated() {
        let code = Code::new(-99_999_999_999);
        assert_eq!(code.get(), -99_999_999_999);
        assert!(code.entry().is_none());
        assert_eq!(code.verdict(), UNKNOWN);
    }

    #[test]
    fn what_is_wrong_with_the_credentials_is_told_from_what_is_wrong_with_the_app() {
        let blamed = CODES.iter().filter(|entry| entry.code.blames_credentials());
        let blamed = blamed.map(|entry| entry.code.get());
        assert!(blamed.eq([
            10008, 60010, 70001, 70003, 70009, 70013, 70014, 70016, 70050, 70051
        ]));
    }

    #[test]
    fn only_three_codes_leave_open_whether_the_call_was_executed() {
        let maybe = CODES
            .iter()
            .filter(|entry| entry.verdict.executed == Executed::Maybe)
            .map(|entry| entry.code.get());
        assert!(maybe.eq([10002, 60008, 60013]));
    }
}
