//! The blocking client for Tencent Cloud Chat's `import_topic`: ureq and threads around
//! [`topic-import-core`](topic_import_core), which decides everything. There is no async runtime below it.
//!
//! ```no_run
//! use topic_import_blocking::Client;
//! use topic_import_core::{ClientSettings, Credentials, Region, SdkAppId, TopicDraft};
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let key = std::env::var("TOPIC_IMPORT_SECRET_KEY")?;
//! let credentials = Credentials::from_key(SdkAppId::new(1_400_000_001), "administrator", key)?;
//! let client = Client::new(&ClientSettings::new(Region::Singapore, credentials))?;
//!
//! let mut topic = TopicDraft::new("@TGS#_riverside", "Welcome");
//! topic.topic_id = Some("@TGS#_riverside@TOPIC#_welcome".into());
//! let imported = client.import(topic.validate()?)?;
//! println!("{}", imported.topic_id());
//! # Ok(())
//! # }
//! ```
//!
//! # A script
//!
//! It imports a CSV file, and runs as it is against `topic-import emulate`:
//!
//! ```no_run
#![doc = include_str!("../examples/import_csv.rs")]
//! ```
//!
//! # Sharing
//!
//! A [`Client`] is cheap to clone and may be used from many threads at once; all clones share the connections, the
//! signature and the quota.
//!
//! # Proxies
//!
//! `https` hosts are reached through the proxy that the environment names when the client is built: `HTTPS_PROXY` or
//! `ALL_PROXY`, unless `NO_PROXY` lists the host (upper or lower case, without SOCKS). Plain HTTP, which stays on this
//! machine, never is. [`ClientSettings::with_proxy`](topic_import_core::ClientSettings::with_proxy) sets another
//! proxy, or none.

mod answer;
mod client;
mod clock;
mod connection;
mod connector;
mod idle_connections;
mod import_all;
mod quota;
mod tls;
mod transport;
mod tunnel;
#[cfg(not(feature = "metrics"))]
mod unmeasured;

pub use client::Client;
pub use import_all::ImportAll;
pub use tls::TlsError;
/// The names under which calls are counted and measured (feature `metrics`).
#[cfg(feature = "metrics")]
pub use topic_import_metrics as metrics;
pub use transport::BuildError;
