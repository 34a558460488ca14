//! The browser in which the report's page is tested.

use crate::command::{self, Run};
use crate::debian::{Need, is_on_path};
use crate::problem::Problem;

/// As the tests look for it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

pub(crate) fn need() -> Need {
    Need {
        package: "chromium",
        is_there: is_on_path(&NAMES),
        what: "the report's page is tested in a browser",
    }
}

/// The browser that is there.
pub(crate) fn program() -> Result<Run, Problem> {
    let name = NAMES.into_iter().find(|name| is_on_path(&[name]));
    name.map(command::program)
        .ok_or_else(|| "there is no browser".to_owned())
}
