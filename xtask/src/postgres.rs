//! The PostgreSQL of which the tests start a private server, and the pooler before it.

use std::path::Path;

use crate::check::Problem;
use crate::debian;

/// Where Debian and its kin keep it, outside of the path.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Where the same keep `PgBouncer`.
const POOLER: &str = "/usr/sbin/pgbouncer";

/// Installs them where that can be done without asking; says what is missing elsewhere.
pub(crate) fn ensure_is_there() -> Result<(), Problem> {
    if !Path::new(VERSIONS).is_dir() {
        let what = "the tests start a private PostgreSQL";
        debian::ensure("postgresql", &["postgres"], what)?;
    }
    if !Path::new(POOLER).is_file() {
        let what = "a test starts a private PgBouncer";
        debian::ensure("pgbouncer", &["pgbouncer"], what)?;
    }
    Ok(())
}
