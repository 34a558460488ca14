//! Checks that the public API breaks nothing that the last tag has, unless the version says so.

use std::fs;
use std::path::Path;

use crate::command::{Run, cargo, program, workspace};
use crate::problem::Problem;
use crate::published::{Published, published};

/// A crate that has two functions, and one that has lost one of them in the same version.
const BEFORE: &str = "//! A crate.\npub fn kept() {}\npub fn lost() {}\n";
const AFTER: &str = "//! A crate.\npub fn kept() {}\n";

pub(crate) fn check() -> Result<(), Problem> {
    let Some(tag) = last_tag()? else {
        eprintln!("there is no tag yet: nothing was released that could be broken");
        return Ok(());
    };
    cargo(&["semver-checks", "--version"])
        .output()
        .map_err(|_| {
            "cargo-semver-checks is missing: cargo install cargo-semver-checks --locked".to_owned()
        })?;
    finds_a_break()?;
    let crates = published()?;
    let released = crates_in(&tag)?;
    for name in &released {
        if crates.iter().all(|package| package.name != *name) {
            eprintln!("{name} is gone since {tag}: whoever uses it stays with what was released");
        }
    }
    let (before, new): (Vec<&Published>, Vec<&Published>) = crates
        .iter()
        .filter(|package| package.is_library())
        .partition(|package| released.contains(&package.name));
    for Published { name, .. } in new {
        eprintln!("{name} is new since {tag}, and skipped: there is nothing that it could break");
    }
    let libraries: Vec<&str> = before
        .into_iter()
        .flat_map(|package| ["--package", &package.name])
        .collect();
    compare()
        .arguments(&["--all-features", "--baseline-rev", &tag])
        .arguments(&libraries)
        .run()
}

fn compare() -> Run {
    cargo(&["semver-checks", "check-release"])
}

/// The newest version that was tagged, such as `v0.1.0`.
fn last_tag() -> Result<Option<String>, Problem> {
    let tags = program("git")
        .arguments(&["tag", "--list", "v*", "--sort=-version:refname", "--merged"])
        .directory(workspace())
        .output()?;
    Ok(tags.lines().next().map(str::to_owned))
}

/// The crates that a tag has: each one's folder is called after it.
fn crates_in(tag: &str) -> Result<Vec<String>, Problem> {
    let folders = program("git")
        .arguments(&["ls-tree", "--name-only", &format!("{tag}:crates")])
        .directory(workspace())
        .output()?;
    Ok(folders.lines().map(str::to_owned).collect())
}

/// A check that sees no break where there is one would be worth nothing: this one is shown one first.
fn finds_a_break() -> Result<(), Problem> {
    let directory = workspace().join("target/semver");
    let [before, after] = ["before", "after"].map(|name| directory.join(name));
    for (folder, source) in [(&before, BEFORE), (&after, AFTER)] {
        write_crate(folder, source).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let [before, after] = [before, after].map(|folder| folder.display().to_string());
    let compared = |with: &str| {
        compare()
            .arguments(&["--manifest-path", &after, "--baseline-root", with])
            .output()
    };
    compared(&after)?;
    match compared(&before) {
        Err(problem) if problem.contains("function_missing") => Ok(()),
        Err(problem) => Err(problem),
        Ok(_) => Err("cargo-semver-checks does not see that a function is gone".into()),
    }
}

fn write_crate(folder: &Path, source: &str) -> std::io::Result<()> {
    const MANIFEST: &str =
        "[package]\nname = \"example\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), MANIFEST)?;
    fs::write(folder.join("src/lib.rs"), source)
}
