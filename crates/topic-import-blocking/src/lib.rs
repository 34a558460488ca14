#![doc = include_str!("../README.md")]
//!
//! # A script
//!
//! This complete program imports a CSV file. It runs against `topic-import emulate`:
//!
//! ```no_run
#![doc = include_str!("../examples/import_csv.rs")]
//! ```
//!
//! # Sharing
//!
//! A [`Client`] is cheap to clone and can be used from many threads at once; all clones share connections, signature
//! and quota. Several clients of the same app must share one [`Quota`]: pass it to [`Client::with_quota`].
//!
//! # Proxies
//!
//! `https` hosts are reached through the proxy that the environment names when the client is built: `HTTPS_PROXY` or
//! `ALL_PROXY`, unless `NO_PROXY` lists the host. The variables may also be in lower case; SOCKS is not supported.
//! Plain HTTP, which stays on this machine, never uses a proxy. [`ClientSettings::with_proxy`] sets another proxy, or
//! none.
//!
//! # Features
//!
//! - `metrics`: records metrics of calls through the [`metrics`](https://docs.rs/metrics) facade; their names are in
//!   the module `metrics`.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod client;
mod connection;
mod connector;
mod idle_connections;
mod import_all;
mod quota;
mod tls;
mod transport;
mod tunnel;
mod turn;

pub use client::Client;
pub use import_all::ImportAll;
pub use quota::{LocalQuota, Quota};
pub use tls::TlsError;
pub use transport::BuildError;

/// The protocol, with everything that this crate does not re-export by name.
pub use topic_import_core as core;
pub use topic_import_core::{
    Advice, Call, CallError, CallEvent, Code, Command, Conflict, Credentials, CredentialsError,
    DestroyGroup, DestroyTopic, DestroyedGroup, DraftAccount, Endpoint, Failure, GetGroupInfo,
    GetTopic, GroupDraft, GroupId, GroupInfo, GroupName, GroupsFound, ImportGroup, ImportTopic,
    Imported, ImportedGroup, KnownTopicId, Operation, Origin, Rate, Refusal, Region, SdkAppId,
    SecretKey, Service, TopicDraft, TopicId, TopicInfo, TopicsDestroyed, TopicsFound, UserId,
    UserSig, Violation, Violations,
};
#[cfg(feature = "metrics")]
pub use topic_import_driver::metrics;
pub use topic_import_driver::{ClientSettings, NoSlot, Proxy, ProxyChoice, ProxyError};
