//! The size and the kind of the work, for the progress.

use std::num::NonZeroU32;

use crate::exit::Exit;

#[derive(Clone, Copy)]
pub(crate) struct Work {
    /// What is counted: "row" or "topic".
    pub(crate) thing: &'static str,
    pub(crate) total: u64,
    /// The word for what is finished, such as "done".
    pub(crate) done: &'static str,
    /// How many of them were done by earlier invocations.
    pub(crate) done_before: u64,
    /// The word for what failed, for work whose rows have no outcomes, such as "left".
    pub(crate) failed: &'static str,
    pub(crate) quota: Option<NonZeroU32>,
    /// Whether its calls change anything.
    pub(crate) changes: bool,
    /// How the program exits if the work is ended at once.
    pub(crate) stopped: Exit,
    /// What the same command would do then, such as "To continue".
    pub(crate) then: &'static str,
}
