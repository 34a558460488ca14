//! The service's side of Tencent Cloud Chat's `import_topic`, `get_topic`, `destroy_topic`, `import_group` and
//! `get_group_info`, on a loopback port: for trying, testing and rehearsing a migration without an app of one's own.
//!
//! # What it does not emulate
//!
//! - Every other command of the API, messages, members and callbacks. A topic has a profile and nothing else.
//! - Groups that are no communities, and `AppDefinedData`, which is taken and forgotten.
//! - The console, prices and plans. A community is there as soon as it is named, unless it is given a condition
//!   ([`Builder::community`]).
//! - The checks of texts (80001, 80005) and accounts (70107, 10019 and others): any text passes, and every account
//!   exists. A [fault](Fault::Code) can make it answer with any documented code.
//! - A `UserSig` with a `userbuf`, and the lockout after too many bad signatures (70050).
//! - The service's delays. A topic exists as soon as its import is answered. A `UserSig` with a signing time in the
//!   future is accepted.
//! - The exact texts of `ErrorInfo`, which no document gives.
//!
//! It shares no code with the clients of this project. It implements the specification independently, so that a mistake
//! in the clients shows as a disagreement.
//!
//! # Use
//!
//! ```
//! use topic_import_emulator::{Community, Emulator};
//!
//! let emulator = Emulator::builder()
//!     .quota(50)
//!     .community("@TGS#_old", Community::Deleted)
//!     .faults("seed=7,lost=0.05,http502=0.02".parse()?)
//!     .start()?;
//! println!("send calls to {}", emulator.origin());
//! assert_eq!(emulator.state().topics_len(), 0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Calls must be signed for the app that the emulator serves: [`TRIAL_SDK_APP_ID`], [`TRIAL_IDENTIFIER`] and
//! [`TRIAL_SECRET_KEY`], or another [`App`]. The emulator serves plain HTTP, or with [`Builder::https`] HTTPS, as the
//! service does \[O\]. A [`FaultPlan`] makes things go wrong, a [`Difference`] makes the emulator differ from the
//! documents, and [`Emulator::state`] shows what happened. The state is lost when the emulator ends, unless
//! [a file](Builder::state_file) keeps it.
//!
//! # What is checked, in this order
//!
//! Sources: \[S\] the specification of `import_topic`; \[O\] RESTful API Overview; \[E\] Error Codes; \[G\] Group
//! System; \[L\] Use Limits; \[U\] Generating UserSig; \[T\] Create, Get and Delete Topic; \[IG\] Importing a Group Profile;
//! \[GI\] Getting Group Profiles. "Decided" marks what they leave
//! open.
//!
//! | what | refused with |
//! | --- | --- |
//! | a path outside of `/v4/` | HTTP 404 with a page of HTML (decided) |
//! | a service that is neither `group_open_http_svc` nor `million_group_open_http_svc` | 60009 |
//! | a command that the service lacks; `get_topic` and `destroy_topic` are only under the latter \[T\], `import_group` and `get_group_info` only under the former \[IG\]\[GI\] | 10003 |
//! | a method that is not POST \[O\] | 60002 |
//! | a parameter of the URL twice, or with a `+` that is not percent-encoded (decided) | 60002 |
//! | `sdkappid` missing; no positive number | 60012; 60006 |
//! | `usersig` empty | 70002 |
//! | `identifier`, `usersig`, `random` or `contenttype` missing or malformed | 60002 |
//! | `sdkappid` is not the app's | 70020 |
//! | the `UserSig` cannot be decoded | 70003 |
//! | the `UserSig` is for another app; for another user | 70014; 70013 |
//! | the `UserSig` was made with another key; has expired | 70009; 70001 |
//! | `identifier` is not the admin | 60010 |
//! | the quota of the command is used up | 60007 |
//! | the body is longer than 1 MiB (decided) | 60002 |
//! | the body is no JSON object, or has a field twice (decided) | 60003 |
//! | `GroupId` is text, but none that can be a group's ID | 10015 |
//! | a field is missing, of a wrong type (`null` is one: decided), too long or not what it must be | 10004 |
//! | `get_topic` with a `From_Account` that is a number | 60015 |
//! | the community is not there; has no topics | 10010; 11000 |
//! | `import_topic` under a `TopicId` that is taken, or was by a topic that is destroyed (decided) | 10021 |
//! | `import_group` under a `GroupId` that a community has or had (decided: had) | 10021 |
//! | `import_topic` into a community that has 200 topics \[L\] | 10037 |
//! | `get_topic` whose answer would be longer than 1 MiB | 10018 |
//!
//! The items of `get_topic` and `destroy_topic` have their own codes, and the envelope's code means nothing if there
//! are items \[T\]. In `get_topic`, the item of an ID without a topic has 10010, and the item of a destroyed topic
//! 110003; in `destroy_topic`, both have 110003. A `ResponseFilter` selects the fields of a topic that `get_topic`
//! shows; `TopicId`, `GroupID` and `SelfInfo` are always shown \[T\].
//!
//! Items of `get_group_info` have codes of their own as well: 10010 where there is no community, 10015 for what is no ID of
//! one \[GI\]. `SupportTopic` is not shown. A community that nobody imported is there for `import_group` and
//! `get_group_info` once it has a condition or a topic, and shows its `Type` alone (decided).
//!
//! Further decisions: fields that no document names are ignored. A text that was not imported reads back as empty. An
//! app may choose a `TopicId` that looks like an assigned one, `{GroupId}@TOPIC#_@TOPIC#…`: \[G\] forbids only that the
//! custom part holds `@TGS#_` or `@TOPIC#_@TOPIC#`. What is refused before the quota does not use it up, whatever comes
//! after does, and a call whose work a [`Fault`] prevents does not come that far.
//!
//! # Undocumented behaviour
//!
//! Where the documents leave the service's behaviour open, the emulator can be set to either:
//! [`Builder::reuse_destroyed_ids`], [`Builder::topics_per_community`], and as a [`Difference`] `code:10021=10025` (the
//! ID is in use, and the operator owns it), `text-accounts`, `omit-missing`, `shut-up-all-flag` and larger limits, such
//! as `max-bytes:TopicName=150`.

mod app;
mod builder;
mod clock;
mod command;
mod emulator;
mod faults;
mod http;
mod memory;
mod service;
mod start_error;
mod state;

pub use app::{App, TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};
pub use builder::Builder;
pub use command::Command;
pub use emulator::Emulator;
pub use faults::fault::{Fault, ParseFaultError};
pub use faults::plan::FaultPlan;
pub use faults::plan_text::ParseFaultPlanError;
pub use memory::call::{Call, Outcome};
pub use memory::group::GroupProfile;
pub use memory::saved_state::SavedState;
pub use memory::state_file_error::StateFileError;
pub use memory::topic::{Account, Profile, Topic};
pub use service::community::{Community, ParseCommunityError};
pub use service::difference::{Difference, ParseDifferenceError};
pub use start_error::StartError;
pub use state::State;
