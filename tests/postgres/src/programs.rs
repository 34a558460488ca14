//! Where PostgreSQL's programs are.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Debian and its kin keep each version in a directory of its own, outside of the path.
const VERSIONS: &str = "/usr/lib/postgresql";

/// The directory with PostgreSQL's programs.
pub(crate) fn find() -> PathBuf {
    let found = of_versions().or_else(of_pg_config).or_else(of_path);
    found.expect(
        "these tests need PostgreSQL's server: `cargo xtask test` installs it on Debian as root; \
         elsewhere install the package postgresql",
    )
}

fn is_there(bin: &Path) -> bool {
    ["initdb", "postgres", "psql", "pg_isready"]
        .iter()
        .all(|name| bin.join(name).is_file())
}

/// The newest of several.
fn of_versions() -> Option<PathBuf> {
    let versions = std::fs::read_dir(VERSIONS).ok()?;
    let numbered = versions.filter_map(|version| {
        let path = version.ok()?.path();
        let number: u32 = path.file_name()?.to_str()?.parse().ok()?;
        Some((number, path.join("bin")))
    });
    numbered
        .filter(|(_, bin)| is_there(bin))
        .max()
        .map(|(_, bin)| bin)
}

fn of_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").output().ok()?;
    let bin = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim_end());
    is_there(&bin).then_some(bin)
}

fn of_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).find(|bin| is_there(bin))
}
