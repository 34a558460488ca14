//! The parts that `topic-import-async` and `topic-import-blocking` share: everything but sockets and sleeping. That is
//! the settings of a client, its proxies, the local quota, and the loop that carries out a call.
//!
//! A client is a loop over [`RunningCall::next_step`]: it carries out each step in its own way and reports the result.
//! [`RunningCall`] reads the clock, reports every attempt to the caller's observer, and records spans and metrics.
//!
//! Depend on this crate only to write a client of your own. The client crates re-export what their users need.
//!
//! # Features
//!
//! - `metrics`: records metrics of calls through the [`metrics`](https://docs.rs/metrics) facade.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

#[cfg(feature = "metrics")]
mod call_metrics;
mod lanes;
#[cfg(feature = "metrics")]
pub mod metrics;
mod no_slot;
mod proxy;
mod running_call;
mod settings;
mod tls_error;

pub use lanes::Lanes;
pub use no_slot::NoSlot;
pub use proxy::{Proxies, Proxy, ProxyChoice, ProxyError};
pub use running_call::RunningCall;
pub use settings::ClientSettings;
pub use tls_error::tls_error_kind;
