//! Writes the version of the program for `--version`: with the commit that it is built from, and how it is built.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name| env::var(name).unwrap_or_default();
    let profile = variable("PROFILE");
    let commit = commit(profile == "release");
    let commit = commit.map_or_else(String::new, |commit| format!("commit {commit}, "));
    println!(
        "cargo::rustc-env=TOPIC_IMPORT_VERSION={} ({commit}{profile} build for {})",
        variable("CARGO_PKG_VERSION"),
        variable("TARGET")
    );
}

/// The commit, and for a release whether something was changed since. `None` if this directory belongs to no repository,
/// such as in a package from a registry.
fn commit(is_release: bool) -> Option<String> {
    for of_head in ["HEAD", "logs/HEAD"] {
        let path = git(&["rev-parse", "--path-format=absolute", "--git-path", of_head])?;
        println!("cargo::rerun-if-changed={path}");
    }
    // A package that was unpacked within another repository is not of that one's commit.
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    let mut describe = vec!["describe", "--always", "--abbrev=12", "--exclude=*"];
    if is_release {
        // Otherwise, every change of a file would build the program again.
        println!("cargo::rerun-if-changed=..");
        describe.push("--dirty");
    }
    git(&describe)
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| said.trim().to_owned())
}
