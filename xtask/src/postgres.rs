//! The PostgreSQL of which the tests start a private server, and the pooler before it.

use std::path::Path;

use crate::check::Problem;
use crate::package::{Package, is_on_path};

/// Where Debian and its kin keep it, outside of the path.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Where the same keep PgBouncer.
const POOLER: &str = "/usr/sbin/pgbouncer";

/// Installs them where that can be done without asking; says what is missing elsewhere.
pub(crate) fn ensure_is_there() -> Result<(), Problem> {
    if !(Path::new(VERSIONS).is_dir() || is_on_path(&["postgres"])) {
        let server = Package {
            name: "postgresql",
            what: "the tests start a private PostgreSQL",
        };
        server.install()?;
    }
    if !(Path::new(POOLER).is_file() || is_on_path(&["pgbouncer"])) {
        let pooler = Package {
            name: "pgbouncer",
            what: "a test starts a private PgBouncer",
        };
        pooler.install()?;
    }
    Ok(())
}
