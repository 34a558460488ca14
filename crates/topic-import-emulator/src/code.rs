//! The `ErrorCode`s that the emulator answers with, by the names of \[S\] and \[E\].

/// Success.
pub(crate) const OK: u32 = 0;
/// Internal server error \[S\].
pub(crate) const INTERNAL_ERROR: u32 = 10002;
/// Invalid command word \[S\].
pub(crate) const INVALID_COMMAND: u32 = 10003;
/// Invalid parameter \[S\].
pub(crate) const INVALID_PARAMETER: u32 = 10004;
/// The group does not exist or has been deleted \[S\].
pub(crate) const NO_SUCH_GROUP: u32 = 10010;
/// The group ID is invalid \[S\].
pub(crate) const INVALID_GROUP_ID: u32 = 10015;
/// The answer would be longer than the service's packets may be \[E\].
pub(crate) const ANSWER_TOO_LONG: u32 = 10018;
/// The topic ID is already in use \[S\].
pub(crate) const TOPIC_ID_IN_USE: u32 = 10021;
/// The number of prepaid topics exceeds the limit \[S\].
pub(crate) const TOO_MANY_TOPICS: u32 = 10037;
/// The group does not support the community topic feature \[S\].
pub(crate) const NO_TOPIC_SUPPORT: u32 = 11000;
/// The topic to be destroyed is not there \[T\].
pub(crate) const ALREADY_DESTROYED: u32 = 110_003;
/// The URL cannot be understood \[E\].
pub(crate) const INVALID_URL: u32 = 60002;
/// The body is not JSON \[E\].
pub(crate) const INVALID_JSON: u32 = 60003;
/// `sdkappid` is not an `SDKAppID` \[E\].
pub(crate) const INVALID_SDK_APP_ID: u32 = 60006;
/// More calls than the quota allows \[E\].
pub(crate) const TOO_FREQUENT: u32 = 60007;
/// The URL names something that is not there \[E\].
pub(crate) const NO_SUCH_RESOURCE: u32 = 60009;
/// The caller is not the app's admin \[E\].
pub(crate) const NOT_ADMIN: u32 = 60010;
/// The URL carries no `sdkappid` \[E\].
pub(crate) const NO_SDK_APP_ID: u32 = 60012;
/// An account is not a string \[E\].
pub(crate) const ACCOUNT_NOT_A_STRING: u32 = 60015;
/// The UserSig has expired \[E\].
pub(crate) const USER_SIG_EXPIRED: u32 = 70001;
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
