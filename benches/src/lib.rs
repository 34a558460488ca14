//! What `cargo xtask bench` measures: this project's crates against what somebody would write by hand with the bare
//! libraries. `docs/benchmarks.md` says what each line means.

pub mod by_core;
pub mod by_hand;
pub mod sample;
