//! The PostgreSQL of which the tests start a private server.

use std::path::Path;

use crate::check::Problem;
use crate::debian::{self, is_on_path};

/// Where Debian and its kin keep it, outside of the path.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Installs it where that can be done without asking; says what is missing elsewhere.
pub(crate) fn ensure_is_there() -> Result<(), Problem> {
    if Path::new(VERSIONS).is_dir() || is_on_path(&["postgres"]) {
        return Ok(());
    }
    debian::ensure("postgresql", "the tests start a private PostgreSQL")
}
