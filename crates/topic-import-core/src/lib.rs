//! The protocol of Tencent Cloud Chat's `import_topic`, which brings existing topics into a community.
//!
//! This crate does no I/O, reads no clock and draws no random number; it is `no_std`. It knows what a valid request
//! is, signs it, says what to send and when, and what every answer and every failure means. The sockets are
//! somebody else's: `topic-import-async` and `topic-import-blocking` are two drivers for it, and a third is a loop
//! over [`Call::next`].
//!
//! ```text
//!  TopicDraft ──validate──▶ ImportTopic ──▶ Call ──next──▶ Step::{Pace, Send, Wait, Done}
//!      │                                     ▲                        │
//!      └─▶ Violations                        └─────── on_result ──────┘   (Session, Pacers: shared by all calls)
//! ```
//!
//! - **A request that breaks a rule cannot be built**: [`TopicDraft::validate`] gives the request or *all* violations.
//!   What is to be sent all the same, to see what the service makes of it, is [`Unchecked`] and says so.
//! - **[`Call`]** repeats, waits, renews the signature, changes to the backup host and settles doubtful ends. A call
//!   that may have been executed is never repeated without a `TopicId`.
//! - **[`Pacers`]** keep under the quota of 200 calls a second.
//! - **[`Code`]** tells for every error code whether the call can have been executed, what it spoils and what helps.
//! - **Secrets** ([`SecretKey`], [`UserSig`]) are never printed, by no `Debug`, `Display` or error.
//!
//! # A transport of one's own
//!
//! A whole driver over plain TCP, which runs as it is against `topic-import emulate`:
//!
//! ```no_run
#![doc = include_str!("../examples/hand_written_transport.rs")]
//! ```

#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

mod attempt;
mod call;
mod code;
mod credentials;
mod draft;
mod endpoint;
mod error;
mod escaped;
mod field;
pub mod http;
mod operation;
pub mod pace;
mod redact;
mod session;
mod usersig;

pub use attempt::{Attempt, AttemptResult, CallEvent};
pub use call::{Call, DEFAULT_DEADLINE, Feedback, Now, Step};
pub use code::{CODES, Code, CodeEntry, Escalation, Executed, Helps, Source, Spoils, Verdict};
pub use credentials::{Credentials, CredentialsError, SIGNATURE_LIFETIME};
pub use draft::{DraftAccount, TopicDraft};
pub use endpoint::{Endpoint, Origin, OriginError, Region, Service, UnknownRegion, UnknownService};
pub use error::{
    CallError, Conflict, Difference, Failure, Found, Limit, MAX_EXCERPT_BYTES, Refusal, Rule,
    TransportError, TransportErrorKind, Unreadable, UnreadableReason, Violation, Violations,
};
pub use escaped::escaped;
pub use field::{
    CreateTime, CustomString, FaceUrl, Field, FieldSpec, FromAccount, GROUP_ID_PREFIX, GroupId,
    GroupType, Introduction, KnownTopicId, Notification, TOPIC_ID_SEPARATOR, TopicId, TopicName,
    UserId,
};
pub use operation::{
    Answer, Command, DestroyTopic, DestroyedTopic, Effect, GetTopic, ImportTopic, Imported,
    Operation, SelfInfo, Settled, TopicIdCount, TopicInfo, TopicsDestroyed, TopicsFound, Unchecked,
};
pub use pace::{DOCUMENTED_QUOTA, Pacer, Pacers, Rate, Slot};
pub use session::{DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, LendSession, Session};
pub use usersig::{InspectError, SdkAppId, SecretKey, UserSig, UserSigDocument};
