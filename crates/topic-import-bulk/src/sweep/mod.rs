//! Calls for the topics of a journal: in lists of one group, many at once, to a polite end.

mod engine;
mod lists;
mod undo;
mod verify;

pub use undo::{LeftReason, LeftTopic, UndoEnd, UndoPlan, undo};
pub use verify::{Finding, TopicFinding, Verification, verify};
