//! Checks that each crate's public API is the one that is written down: other teams' tools hold on to it.

use std::fs;
use std::path::PathBuf;

use crate::check::Problem;
use crate::command::{cargo, workspace};

/// Rewrites what is written down instead of checking it.
const BLESS: &str = "--bless";

/// The crates whose public API is written down.
const CRATES: [&str; 2] = ["topic-import-core", "topic-import-bulk"];

pub(crate) fn check() -> Result<(), Problem> {
    let problems: Vec<Problem> = CRATES
        .iter()
        .filter_map(|name| check_crate(name).err())
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

fn check_crate(name: &str) -> Result<(), Problem> {
    let found = listing(name)?;
    let path = workspace().join(format!("docs/public-api/{name}.txt"));
    let say = |error: std::io::Error| format!("{}: {error}", path.display());
    // Only where it was asked for: `ci` runs this too.
    if std::env::args().skip(1).eq(["public-api", BLESS]) {
        return fs::write(&path, found).map_err(say);
    }
    let written = fs::read_to_string(&path).map_err(say)?;
    let changes = changes(&written, &found);
    if changes.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the public API of {name} has changed:\n{changes}\
             if it is meant to, write it down: cargo xtask public-api {BLESS}"
        ))
    }
}

/// A line for each public item, without those that the compiler derives for every type.
fn listing(name: &str) -> Result<String, Problem> {
    let json = rustdoc_json(name)?;
    let api = public_api::Builder::from_rustdoc_json(&json)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(true)
        .build()
        .map_err(|error| format!("{}: {error}", json.display()))?;
    Ok(api.to_string())
}

/// rustdoc writes JSON only where unstable options are allowed; the compiler is the stable one all the same.
fn rustdoc_json(name: &str) -> Result<PathBuf, Problem> {
    let target = workspace().join("target/public-api");
    let directory = target.display().to_string();
    cargo(&[
        "rustdoc",
        "--quiet",
        "--package",
        name,
        "--lib",
        "--all-features",
        "--target-dir",
        &directory,
    ])
    .arguments(&["--", "-Z", "unstable-options", "--output-format", "json"])
    .env("RUSTC_BOOTSTRAP", "1")
    .run()?;
    Ok(target.join(format!("doc/{}.json", name.replace('-', "_"))))
}

fn changes(written: &str, found: &str) -> String {
    let gone = written
        .lines()
        .filter(|line| !found.lines().any(|other| other == *line));
    let new = found
        .lines()
        .filter(|line| !written.lines().any(|other| other == *line));
    gone.map(|line| format!("- {line}\n"))
        .chain(new.map(|line| format!("+ {line}\n")))
        .collect()
}
