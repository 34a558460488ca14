//! What `topic-import-async` and `topic-import-blocking` share, and what is neither sockets nor sleeping: the settings
//! of a client, its proxies, and the course of a call.
//!
//! A client is a loop over [`RunningCall::next_step`]: it carries each step out in its own way, and tells how that went.
//! [`RunningCall`] keeps the time, tells the caller's observer of every attempt, and writes spans and metrics.
//!
//! This crate is for whoever writes a client. Whoever uses one finds all that is needed in the client's crate.

#[cfg(feature = "metrics")]
mod call_metrics;
mod lanes;
pub mod metrics;
mod no_slot;
mod proxy;
mod running_call;
mod settings;
mod tls_error;

pub use lanes::Lanes;
pub use no_slot::NoSlot;
pub use proxy::{
    NO_PROXY_VARIABLES, PROXY_VARIABLES, Proxies, Proxy, ProxyChoice, ProxyError, ProxyErrorReason,
};
pub use running_call::RunningCall;
pub use settings::ClientSettings;
pub use tls_error::tls_error_kind;
