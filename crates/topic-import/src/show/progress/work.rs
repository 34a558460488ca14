//! What there is to do, as it is shown.

use std::num::NonZeroU32;

/// What there is to do, as it is shown.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    /// What there is a total of: rows, or topics.
    pub(crate) things: &'static str,
    pub(crate) total: u64,
    /// How many of them earlier invocations have done.
    pub(crate) done_before: u64,
    /// What things that did not end as they should are called, where they have no outcomes.
    pub(crate) failed: &'static str,
    pub(crate) quota: Option<NonZeroU32>,
    pub(crate) is_verbose: bool,
}
