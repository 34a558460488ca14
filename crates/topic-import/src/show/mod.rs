//! All output: standard output, standard error, and the files that the program writes.

pub(crate) mod delta;
pub(crate) mod destruction;
pub(crate) mod explanation;
pub(crate) mod first_of_each;
pub(crate) mod json;
pub(crate) mod new_file;
pub(crate) mod out;
#[cfg(feature = "page")]
pub(crate) mod page;
pub(crate) mod problem_file;
pub(crate) mod progress;
pub(crate) mod reasons;
pub(crate) mod shell;
pub(crate) mod text;
pub(crate) mod time;
pub(crate) mod usage;
