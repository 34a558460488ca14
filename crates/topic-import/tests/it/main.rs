//! The program as an operator meets it: as a process, by what it prints and how it exits.

#![allow(
    clippy::disallowed_methods,
    reason = "paths are arguments here, and nobody reads them"
)]
#![allow(
    clippy::unwrap_used,
    reason = "these are tests, their helpers included: a panic is how they fail"
)]

mod another_target;
mod arguments;
mod beliefs;
mod check;
mod communities;
mod completions;
mod convert;
#[cfg(unix)]
mod documents;
mod dry_run;
mod emulate;
mod endpoint;
mod explain;
mod exports;
#[cfg(unix)]
mod files;
#[cfg(unix)]
mod first_import;
mod fit;
mod help;
#[cfg(unix)]
mod hostile;
mod import;
mod input;
#[cfg(unix)]
mod interrupt;
mod layout;
mod limit;
mod log;
mod man;
mod names;
mod output;
mod page;
mod page_in_browser;
mod preflight;
mod probe;
mod report;
mod secrets;
mod several_files;
mod several_machines;
mod sign;
mod spread;
mod support;
mod tables;
#[cfg(unix)]
mod throttled;
mod topics;
mod undo;
mod verify;
