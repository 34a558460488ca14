//! The browser in which the report's page is tested.

use crate::check::Problem;
use crate::command::{self, Run};
use crate::debian::{self, is_on_path};

/// As the tests look for it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Installs one where that can be done without asking; says what is missing elsewhere.
pub(crate) fn ensure_is_there() -> Result<(), Problem> {
    let what = "the report's page is tested in a browser";
    debian::ensure("chromium", &NAMES, what)
}

/// The browser that is there.
pub(crate) fn program() -> Result<Run, Problem> {
    let name = NAMES.into_iter().find(|name| is_on_path(&[name]));
    name.map(command::program)
        .ok_or_else(|| "there is no browser".to_owned())
}
