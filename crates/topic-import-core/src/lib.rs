//! The protocol of Tencent Cloud Chat's `import_topic`, which brings existing topics into a community, and of the calls
//! that prepare, check and undo such an import.
//!
//! This crate does no I/O, reads no clock and generates no random numbers; it is `no_std`. It knows what a valid
//! request is, signs it, says what to send and when, and what every answer and every failure means. It leaves the
//! sockets to a driver: `topic-import-async` and `topic-import-blocking` are two of them, and you can write your own
//! as a loop over [`Call::next`].
//!
//! ```text
//!  TopicDraft ──validate──▶ ImportTopic ──▶ Call ──next──▶ Step::{Pace, Send, Wait, Done}
//!      │                                     ▲                        │
//!      └─▶ Violations                        └─────── on_result ──────┘   (Session, Pacers: shared by all calls)
//! ```
//!
//! A community takes the same way, from [`GroupDraft`] and [`ImportGroup`].
//!
//! - **A request that breaks a rule cannot be built**: [`TopicDraft::validate`] returns the request, or *all*
//!   violations. To send an invalid request on purpose and see how the service reacts, use [`Unchecked`].
//! - **[`Call`]** retries, waits, renews the signature, switches to the backup host and finds out whether an attempt
//!   of unknown outcome was executed. An import that may have been executed is never repeated unless it carries its own
//!   ID: the `TopicId` of a topic, or the `GroupId` of a community.
//! - **[`Pacers`]** keep calls under the quota of 200 a second.
//! - **[`CallError::advice`]** says in one word what to do about a call that failed.
//! - **Secrets** ([`SecretKey`], [`UserSig`]) never appear in `Debug` or `Display` output or in an error.
//!
//! # Writing your own transport
//!
//! A complete driver over plain TCP, ready to run against `topic-import emulate`:
//!
//! ```no_run
#![doc = include_str!("../examples/hand_written_transport.rs")]
//! ```
//!
//! # Features
//!
//! - `std` (on by default): accepts a `SystemTime` as a creation time, and lends a [`Session`] from behind std's
//!   `Mutex`. Without it, the crate is `no_std` and needs only `alloc`.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod advice;
mod attempt;
mod call;
mod code;
mod command;
mod credentials;
mod draft;
mod endpoint;
mod error;
mod escaped;
mod excerpt;
mod exchange;
mod failure;
mod field;
pub mod http;
mod limits;
mod now;
mod operation;
pub mod pace;
mod pacer;
mod redact;
mod schedule;
mod session;
mod step;
mod usersig;
mod violation;

pub use advice::Advice;
pub use attempt::{Attempt, AttemptResult, CallEvent};
pub use call::Call;
pub use code::{
    CODES, CODES_BY_COMMAND, Code, CodeEntry, Escalation, Recovery, Scope, Source, Verdict,
};
pub use command::Command;
pub use credentials::{Credentials, SIGNATURE_LIFETIME};
pub use draft::{DraftAccount, DraftAppDefined, GroupDraft, TopicDraft};
pub use endpoint::{Endpoint, Origin, OriginError, Region, Service, UnknownRegion, UnknownService};
pub use error::{CallError, Conflict, Difference};
pub use escaped::escaped;
pub use excerpt::MAX_EXCERPT_BYTES;
pub use failure::{
    Failure, Refusal, TransportError, TransportErrorKind, Unreadable, UnreadableReason,
};
pub use field::{
    AppDefinedData, AppDefinedEntry, AppDefinedKey, AppDefinedValue, CreateTime, CustomString,
    FaceUrl, FromAccount, GROUP_ID_PREFIX, GroupId, GroupName, GroupType, Introduction,
    KnownTopicId, MaxMemberCount, Notification, OwnerAccount, TOPIC_ID_SEPARATOR, TopicId,
    TopicName, UnixSeconds, UserId,
};
pub use limits::{Field, FieldSpec};
pub use now::Now;
pub use operation::{
    Answer, AppDefinedInfo, DestroyGroup, DestroyTopic, DestroyedGroup, DestroyedTopic, Effect,
    GetGroupInfo, GetTopic, GroupInfo, GroupsFound, ImportGroup, ImportTopic, Imported,
    ImportedGroup, Operation, SelfInfo, Settled, TopicInfo, TopicsDestroyed, TopicsFound,
    Unchecked,
};
pub use pacer::{DOCUMENTED_QUOTA, Pacers, Rate, Slot};
pub use schedule::{DEFAULT_DEADLINE, DEFAULT_UNREACHABLE_DEADLINE};
pub use session::{DEFAULT_ANSWER_TIMEOUT, DEFAULT_CONNECT_TIMEOUT, LendSession, Session};
pub use step::{Feedback, Step};
pub use usersig::{CredentialsError, InspectError, SdkAppId, SecretKey, UserSig, UserSigDocument};
pub use violation::{Found, Limit, Rule, Violation, Violations};
