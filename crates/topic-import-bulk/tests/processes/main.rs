//! What only a process of its own can do to a journal. A child that is being started holds its parent's locks for a
//! moment: these tests run one at a time, and apart from others.

#![allow(
    clippy::unwrap_used,
    reason = "these are tests, their helpers included: a panic is how they fail"
)]

mod child;
mod killed;
mod names;
