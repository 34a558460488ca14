//! Drills: the program is killed, cut off, starved and interrupted at moments drawn by chance. In the end every topic
//! is there once, and the journal agrees with the service row by row.
//!
//! In the tests they are short; `cargo xtask drill` runs them in full and prints their figures.

#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    reason = "paths are arguments here, and nobody reads them"
)]
#![allow(
    clippy::unwrap_used,
    reason = "these are tests, their helpers included: a panic is how they fail"
)]

mod communities;
mod emulation;
mod expired_signature;
mod faults;
mod figures;
mod fleet;
mod full_disk;
mod holdings;
mod importer;
mod killed_among_communities;
mod killed_emulator;
mod killed_importer;
mod killed_while_loading;
mod killer;
mod ledger;
mod migration;
mod moment;
mod patience;
mod rows;
mod second_process;
mod service_ids;
mod settlement;
mod several_workers;
mod signals;
mod size;
mod tmpfs;
