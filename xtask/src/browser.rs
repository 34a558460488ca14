//! The browser in which the report's page is tested.

use crate::check::Problem;
use crate::debian::{self, is_on_path};

/// As the tests look for it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Installs one where that can be done without asking; says what is missing elsewhere.
pub(crate) fn ensure_is_there() -> Result<(), Problem> {
    if is_on_path(&NAMES) {
        return Ok(());
    }
    debian::ensure("chromium", "the report's page is tested in a browser")
}
