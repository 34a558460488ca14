//! A local emulator of Tencent Cloud Chat's `import_topic`, `get_topic`, `destroy_topic`, `import_group`,
//! `get_group_info` and `destroy_group`: for trying, testing and rehearsing a migration without a real app. It listens
//! on a loopback port.
//!
//! # What it does not emulate
//!
//! - All other commands of the API, messages, members and callbacks. A topic has a profile and nothing else.
//! - Groups of other types than `Community`, and the console's list of keys for `AppDefinedData`: every key is taken.
//! - The console, prices and plans. Every community exists, unless its condition says otherwise
//!   ([`Builder::community`]) or only listed ones do ([`Builder::only_listed_communities`]).
//! - The checks of texts (80001, 80005) and accounts (70107, 10019 and others): any text passes, and every account
//!   exists, unless [`Builder::owner_accounts`] names those that can own a community. A [fault](Fault::Code) can make it answer with any documented code.
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
//! System; \[L\] Use Limits; \[U\] Generating UserSig; \[T\] Create, Get and Delete Topic; \[IG\] Importing a Group
//! Profile; \[GI\] Getting Group Profiles; \[DG\] Disbanding a Group. "Our decision" marks what these documents leave
//! open.
//!
//! | what | refused with |
//! | --- | --- |
//! | a path outside `/v4/` | HTTP 404 with an HTML page (our decision) |
//! | a service other than `group_open_http_svc` and `million_group_open_http_svc` | 60009 |
//! | a command that the service does not have; only the former has `import_group`, `get_group_info` and `destroy_group` \[IG\]\[GI\]\[DG\], only the latter `get_topic` and `destroy_topic` \[T\] | 10003 |
//! | a method other than POST \[O\] | 60002 |
//! | a URL parameter that occurs twice, or has a `+` that is not percent-encoded (our decision) | 60002 |
//! | `sdkappid` is missing; is not a positive number | 60012; 60006 |
//! | `usersig` is empty | 70002 |
//! | `identifier`, `usersig`, `random` or `contenttype` is missing or malformed | 60002 |
//! | `sdkappid` is not the app's | 70020 |
//! | the `UserSig` cannot be decoded | 70003 |
//! | the `UserSig` is for another app; for another user | 70014; 70013 |
//! | the `UserSig` was made with another key; has expired | 70009; 70001 |
//! | `identifier` is not the admin | 60010 |
//! | the command's quota is used up | 60007 |
//! | the body is longer than 1 MiB (our decision) | 60002 |
//! | the body is not a JSON object, or has a field twice (our decision) | 60003 |
//! | `GroupId` is a text that is not a valid group ID | 10015 |
//! | a field is missing, invalid, too long, or of the wrong type, such as `null` (our decision) | 10004 |
//! | the `From_Account` of `get_topic`, or the `Owner_Account` of `import_group`, is a number | 60015 |
//! | the account of `Owner_Account` does not exist ([`Builder::owner_accounts`]) | 10019 |
//! | the community does not exist; does not support topics | 10010; 11000 |
//! | the `TopicId` of `import_topic` is taken, or belonged to a destroyed topic (our decision) | 10021 |
//! | the `GroupId` of `import_group` is taken, or belonged to a deleted community (our decision) | 10021 |
//! | the day's net increase of groups is used up ([`Builder::groups_per_day`]) | 10006 |
//! | the community of `import_topic` already has 200 topics \[L\] | 10037 |
//! | the answer to `get_topic` would be longer than 1 MiB | 10018 |
//!
//! The items of `get_topic` and `destroy_topic` have their own codes, and the envelope's code means nothing if there
//! are items \[T\]. In `get_topic`, the item of an ID without a topic has 10010, and the item of a destroyed topic
//! 110003; in `destroy_topic`, both have 110003. A `ResponseFilter` selects the fields of a topic that `get_topic`
//! shows; `TopicId`, `GroupID` and `SelfInfo` are always shown \[T\].
//!
//! The items of `get_group_info` have their own codes too: 10010 if the community does not exist, 10015 if the text is
//! not a valid group ID \[GI\]. `SupportTopic` is not shown, and of `AppDefinedData` only the keys that
//! `AppDefinedDataFilter_Group` names. Of a community that was not imported, only its `Type` is shown. If every community
//! exists, one that was not imported can be imported until it has a topic or a condition (our decision).
//!
//! `destroy_group` destroys the community's topics as well; no call about them finds it then, whatever condition was
//! set for it (our decision).
//!
//! Further decisions of ours: Fields that no document names are ignored. A text that was not imported reads back as
//! empty. An app may choose a `TopicId` that looks like an assigned one, `{GroupId}@TOPIC#_@TOPIC#…`, because \[G\]
//! only forbids `@TGS#_` and `@TOPIC#_@TOPIC#` in the custom part. A call that is refused before the quota check does
//! not count against the quota, and neither does one whose work is prevented by a [`Fault`]; any other call does.
//!
//! # Undocumented behaviour
//!
//! Where the documents leave the service's behaviour open, the emulator can be set to either:
//! [`Builder::reuse_destroyed_ids`], [`Builder::topics_per_community`], and as a [`Difference`] `code:10021=10025` (the
//! ID is in use, and the operator owns it), `text-accounts`, `omit-missing`, `shut-up-all-flag` and larger limits, such
//! as `max-bytes:TopicName=150`.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

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
pub use memory::group::{AppDefined, GroupProfile};
pub use memory::saved_state::SavedState;
pub use memory::state_file_error::StateFileError;
pub use memory::topic::{Account, Profile, Topic};
pub use service::community::{Community, ParseCommunityError};
pub use service::difference::{Difference, ParseDifferenceError};
pub use start_error::StartError;
pub use state::State;
