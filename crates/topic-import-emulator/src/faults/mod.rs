//! Faults, and plans that say which calls suffer which of them.

pub(crate) mod duration_text;
pub(crate) mod fault;
pub(crate) mod plan;
pub(crate) mod plan_text;
pub(crate) mod running_plan;
