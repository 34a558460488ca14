//! The blocking client for Tencent Cloud Chat's `import_topic`: ureq and threads around
//! [`topic-import-core`](topic_import_core), which decides everything. There is no async runtime below it.
//!
//! ```no_run
//! use topic_import_blocking::Client;
//! use topic_import_core::{
//!     ClientSettings, Credentials, Region, SdkAppId, SecretKey, TopicDraft, UserId,
//! };
//!
//! # fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let key = SecretKey::new(std::env::var("TOPIC_IMPORT_SECRET_KEY")?).ok_or("the secret key is empty")?;
//! let credentials = Credentials::with_key(SdkAppId::new(1_400_000_001), UserId::parse("administrator")?, key);
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

mod client;
mod clock;
mod connector;
mod import_all;
mod quota;
mod resolver;
mod tls;
mod transport;
#[cfg(not(feature = "metrics"))]
mod unmeasured;

pub use client::Client;
pub use import_all::ImportAll;
pub use tls::TlsError;
/// The names under which calls are counted and measured (feature `metrics`).
#[cfg(feature = "metrics")]
pub use topic_import_metrics as metrics;
pub use transport::BuildError;
