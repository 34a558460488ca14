//! What only a process of its own can do to a journal. A child that is being started holds its parent's locks for a
//! moment: such a test runs apart from others.

#![allow(
    clippy::unwrap_used,
    reason = "these are tests, their helpers included: a panic is how they fail"
)]

mod child;
mod names;
