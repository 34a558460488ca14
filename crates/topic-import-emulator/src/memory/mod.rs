//! The emulator's state: topics and calls in memory, and the file that keeps topics after it ends.

pub(crate) mod call;
pub(crate) mod calls;
pub(crate) mod change;
pub(crate) mod group;
pub(crate) mod groups;
pub(crate) mod saved_state;
pub(crate) mod state_file;
pub(crate) mod state_file_error;
pub(crate) mod topic;
pub(crate) mod topics;
