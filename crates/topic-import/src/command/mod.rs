//! One module for each command, plus what several of them share.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod dry_run;
pub(crate) mod emulate;
pub(crate) mod explain;
pub(crate) mod import;
pub(crate) mod man;
pub(crate) mod preflight;
pub(crate) mod probe;
pub(crate) mod report;
pub(crate) mod sign;
pub(crate) mod sources;
mod sweep;
pub(crate) mod undo;
pub(crate) mod verify;
pub(crate) mod work;
