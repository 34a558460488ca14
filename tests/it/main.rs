//! Both clients, and what stands against them: the emulator, and networks that are broken in every way.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "these are tests, their helpers included: a panic is how they fail"
)]

mod certificate;
mod client;
mod conformance;
mod deadline;
mod dropped_future;
mod echoes;
mod embedding;
mod emulator_faults;
mod failover;
mod failure_table;
mod identity;
mod idle_connection;
mod import_all;
mod import_group;
mod listener;
mod metrics;
mod odd_answers;
mod outcome;
mod own_quota;
mod paused_clock;
mod proxies;
mod proxy_server;
mod quota;
mod reading_and_deleting;
mod recorder;
mod request;
mod scenario;
mod scene;
mod secrets;
mod send_failures;
mod shareable;
mod signature_expiry;
mod soak;
mod spans;
mod stage;
mod tls_front;
mod topic;
mod watch;
mod wire;
mod withdrawn;
