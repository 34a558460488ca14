//! The documented `ErrorCode`s: constants for those that the emulator uses by itself, and a table of texts for all that
//! a fault can make it answer with.

/// Success.
pub(crate) const OK: u32 = 0;
/// Internal server error \[S\].
pub(crate) const INTERNAL_ERROR: u32 = 10002;
/// Invalid command word \[S\].
pub(crate) const INVALID_COMMAND: u32 = 10003;
/// Invalid parameter \[S\].
pub(crate) const INVALID_PARAMETER: u32 = 10004;
/// Calls are too frequent, or the net increase of groups in a day is over the limit \[T\].
pub(crate) const TOO_MANY_IN_A_DAY: u32 = 10006;
/// The group does not exist or has been deleted \[S\].
pub(crate) const NO_SUCH_GROUP: u32 = 10010;
/// The group ID is invalid \[S\].
pub(crate) const INVALID_GROUP_ID: u32 = 10015;
/// The answer would be longer than the service allows \[E\].
pub(crate) const ANSWER_TOO_LONG: u32 = 10018;
/// The account does not exist \[E\].
pub(crate) const NO_SUCH_ACCOUNT: u32 = 10019;
/// The ID of a topic \[S\] or a group \[IG\] is already in use.
pub(crate) const ID_IN_USE: u32 = 10021;
/// The number of prepaid topics exceeds the limit \[S\].
pub(crate) const TOO_MANY_TOPICS: u32 = 10037;
/// The group does not support the community topic feature \[S\].
pub(crate) const NO_TOPIC_SUPPORT: u32 = 11000;
/// The topic has been deleted \[T\].
pub(crate) const TOPIC_DELETED: u32 = 110_003;
/// The URL or the HTTP request cannot be parsed \[E\].
pub(crate) const INVALID_URL: u32 = 60002;
/// The body is not JSON \[E\].
pub(crate) const INVALID_JSON: u32 = 60003;
/// `sdkappid` is not an `SDKAppID` \[E\].
pub(crate) const INVALID_SDK_APP_ID: u32 = 60006;
/// There were more calls than the quota allows \[E\].
pub(crate) const TOO_FREQUENT: u32 = 60007;
/// The URL names a resource that does not exist \[E\].
pub(crate) const NO_SUCH_RESOURCE: u32 = 60009;
/// The caller is not the app's admin \[E\].
pub(crate) const NOT_ADMIN: u32 = 60010;
/// The URL has no `sdkappid` \[E\].
pub(crate) const NO_SDK_APP_ID: u32 = 60012;
/// An account is not a string \[E\].
pub(crate) const ACCOUNT_NOT_A_STRING: u32 = 60015;
/// The UserSig has expired \[E\].
pub(crate) const USER_SIG_EXPIRED: u32 = 70001;
/// The UserSig is empty \[E\].
pub(crate) const USER_SIG_EMPTY: u32 = 70002;
/// The UserSig cannot be decoded \[E\].
pub(crate) const USER_SIG_UNDECODABLE: u32 = 70003;
/// The UserSig was not signed with the app's key \[E\].
pub(crate) const USER_SIG_FORGED: u32 = 70009;
/// The UserSig is another user's \[E\].
pub(crate) const USER_SIG_OF_OTHER_USER: u32 = 70013;
/// The UserSig is for another app \[E\].
pub(crate) const USER_SIG_OF_OTHER_APP: u32 = 70014;
/// There is no such app \[E\].
pub(crate) const NO_SUCH_APP: u32 = 70020;

/// An `ErrorInfo` that describes a code as the documents do; `None` if no document names the code.
pub(crate) fn info(code: u32) -> Option<&'static str> {
    let (_, words) = INFOS.iter().find(|(of, _)| *of == code)?;
    Some(words)
}

/// Codes with their texts, in ascending order.
const INFOS: &[(u32, &str)] = &[
    (10002, "internal server error, please try again"),
    (10003, "invalid command word"),
    (10004, "a parameter of the request is invalid"),
    (10006, "the operation exceeds the frequency limit"),
    (10007, "insufficient operation permissions"),
    (
        10008,
        "the request's signing information cannot be verified",
    ),
    (
        10010,
        "the group or topic does not exist or has been deleted",
    ),
    (10011, "the JSON packet cannot be parsed"),
    (10012, "invalid UserID of the operator"),
    (10015, "invalid group ID"),
    (10016, "the app backend rejected the operation in a webhook"),
    (10018, "the response packet would exceed 1 MB"),
    (10019, "the requested UserID does not exist"),
    (10021, "the ID is already in use"),
    (
        10025,
        "the ID is already in use, and the operator is its owner",
    ),
    (10026, "the command word is forbidden to the SDKAppID"),
    (10036, "the number of audio-video groups exceeds the limit"),
    (10037, "the number of topics exceeds the limit"),
    (10038, "the number of group members exceeds the limit"),
    (10058, "the free quota of groups is exceeded"),
    (10059, "the feature needs another edition"),
    (
        11000,
        "the group does not support the community topic feature",
    ),
    (60002, "the HTTP request cannot be parsed, check its URL"),
    (60003, "the JSON data of the HTTP request cannot be parsed"),
    (60004, "UserID or UserSig in the request is incorrect"),
    (60005, "UserID or UserSig in the request is incorrect"),
    (60006, "invalid SDKAppID"),
    (60007, "the RESTful API call exceeds the frequency limit"),
    (60008, "the service request timed out"),
    (60009, "requested resource error, check the request URL"),
    (60010, "the UserID is not the app's admin account"),
    (60011, "the SDKAppID request exceeds the frequency limit"),
    (60012, "SDKAppID is required"),
    (
        60013,
        "the JSON data of the response packet cannot be parsed",
    ),
    (60014, "account switching timed out"),
    (
        60015,
        "the type of the UserID is incorrect, a string is needed",
    ),
    (60016, "the SDKAppID is disabled"),
    (60017, "the request is disabled"),
    (60018, "too many requests, try again later"),
    (60019, "too many requests, try again later"),
    (60020, "the billing plan has expired"),
    (60021, "the source IP is not allowed"),
    (60025, "a parameter of the URL is invalid"),
    (60026, "a parameter of the URL is invalid"),
    (60027, "the source IP is not allowed"),
    (60028, "the limit of the trial edition is exceeded"),
    (70001, "UserSig expired"),
    (70002, "the UserSig is 0 bytes long"),
    (70003, "invalid UserSig"),
    (70005, "invalid UserSig"),
    (70009, "UserSig authentication failed, another key was used"),
    (70013, "the UserID does not match the UserSig"),
    (70014, "the SDKAppID does not match the UserSig"),
    (
        70016,
        "UserSig authentication failed, there is no public key",
    ),
    (70020, "SDKAppID not found"),
    (70050, "too many UserSig authentication attempts"),
    (70051, "the account is blocklisted"),
    (70107, "the requested UserID does not exist"),
    (70114, "login is restricted for security reasons"),
    (70169, "server timeout, try again later"),
    (70202, "server timeout, try again later"),
    (70398, "the number of accounts exceeds the limit"),
    (70402, "invalid parameter, check the required fields"),
    (70403, "app admin permissions are required"),
    (70500, "internal server error, try again later"),
    (80001, "the text contains sensitive content"),
    (80005, "the security check timed out"),
    (110_002, "the topic cannot be deleted"),
    (110_003, "the topic has been deleted"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_found() {
        assert!(INFOS.is_sorted_by(|(a, _), (b, _)| a < b));
        for (code, words) in INFOS {
            assert_eq!(info(*code), Some(*words));
        }
        assert_eq!(info(99_999), None);
    }
}
