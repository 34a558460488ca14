//! What an emulator remembers from call to call, and in the file that outlives it.

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
