//! Calls for the topics and communities of a journal: in lists, and many at once.

mod engine;
mod lists;
mod undo;
mod verify;

pub use undo::{LeftReason, LeftRow, UndoEnd, UndoPlan, undo};
pub use verify::{Compared, Finding, RowFinding, Verification, verify};
