//! The PostgreSQL of which the tests start a private server, and the pooler before it.

use std::fs;
use std::path::Path;

use crate::command::program;
use crate::debian::{Need, is_on_path};

/// Where Debian and its kin keep each version in a directory of its own, outside of the path.
const VERSIONS: &str = "/usr/lib/postgresql";

/// Where the same keep `PgBouncer`.
const POOLER: &str = "/usr/sbin/pgbouncer";

pub(crate) fn needs() -> [Need; 2] {
    [
        Need {
            package: "postgresql",
            is_there: is_server_there(),
            what: "the tests start a private PostgreSQL",
        },
        Need {
            package: "pgbouncer",
            is_there: Path::new(POOLER).is_file() || is_on_path(&["pgbouncer"]),
            what: "a test starts a private PgBouncer",
        },
    ]
}

/// Whether there is a server, where the tests look for it: its clients stand in the same directories, and may be alone.
fn is_server_there() -> bool {
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let of_versions = versions.map(|version| version.path().join("bin"));
    let of_pg_config = program("pg_config").arguments(&["--bindir"]).output();
    let of_pg_config = of_pg_config.map(|path| Path::new(path.trim_end()).to_owned());
    let mut places = of_versions.chain(of_pg_config);
    is_on_path(&["postgres"]) || places.any(|place| place.join("postgres").is_file())
}
