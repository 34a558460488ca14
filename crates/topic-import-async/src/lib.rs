//! The async client for Tencent Cloud Chat's `import_topic`: reqwest and tokio around
//! [`topic-import-core`](topic_import_core), which decides everything.
//!
//! ```no_run
//! use topic_import_async::{Client, ClientSettings, Credentials, Region, TopicDraft};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let key = std::env::var("TOPIC_IMPORT_SECRET_KEY")?;
//! let credentials = Credentials::from_key(1_400_000_001, "administrator", key)?;
//! let client = Client::new(&ClientSettings::new(Region::Singapore, credentials))?;
//!
//! let topic = TopicDraft::new("@TGS#_riverside", "Welcome")
//!     .own_id("welcome")
//!     .from_account("founder")
//!     .created_at(1_448_357_837);
//! let imported = client.import(topic.validate()?).await?;
//! println!("{}", imported.topic_id());
//! # Ok(())
//! # }
//! ```
//!
//! # A service
//!
//! One client for all requests, in a program that runs as it is against `topic-import emulate`:
//!
//! ```no_run
#![doc = include_str!("../examples/service.rs")]
//! ```
//!
//! # Sharing and dropping
//!
//! A [`Client`] is cheap to clone; all clones share the connections, the signature and the quota. Dropping a future
//! ends its call and leaves nothing behind; whether the service executed it is then for the caller to find out, and
//! with a `TopicId` the same call again does.
//!
//! Where several processes or machines call one app, they need one [`Quota`] in common: [`Client::with_quota`].
//!
//! # Proxies
//!
//! `https` hosts are reached through the proxy that the environment names when the client is built: `HTTPS_PROXY` or
//! `ALL_PROXY`, unless `NO_PROXY` lists the host (upper or lower case, without SOCKS). Plain HTTP, which stays on this
//! machine, never is. [`ClientSettings::with_proxy`] sets another
//! proxy, or none.

mod client;
mod outgoing_body;
mod quota;
mod tls;
mod transport;

pub use client::Client;
pub use quota::{LocalQuota, Quota, Waiting};
pub use tls::TlsError;
pub use transport::BuildError;

/// All of the protocol: what has no name in this crate is in there.
pub use topic_import_core as core;
pub use topic_import_core::{
    Advice, Call, CallError, CallEvent, Code, Command, Conflict, Credentials, CredentialsError,
    DestroyTopic, DraftAccount, Endpoint, Failure, GetGroupInfo, GetTopic, GroupId, GroupInfo,
    GroupName, GroupsFound, ImportGroup, ImportTopic, Imported, ImportedGroup, KnownTopicId,
    Operation, Origin, Rate, Refusal, Region, SdkAppId, SecretKey, Service, TopicDraft, TopicId,
    TopicInfo, TopicsDestroyed, TopicsFound, UserId, UserSig, Violation, Violations,
};
pub use topic_import_driver::{ClientSettings, Proxy, ProxyChoice, ProxyError, metrics};
