//! How much memory a migration takes: a process of its own, since what other tests use would count as well.

#![allow(
    clippy::unwrap_used,
    reason = "these are tests, their helpers included: a panic is how they fail"
)]

#[cfg(all(test, target_os = "linux"))]
mod journal;
#[cfg(test)]
mod large;
#[cfg(all(test, target_os = "linux"))]
mod peak;
