//! Checks that each crate's public API is the one that is written down, and has no types of other crates in it than those
//! that are named here: other teams' tools hold on to both.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::command::{cargo, workspace};
use crate::problem::Problem;
use crate::published::published;

/// Rewrites what is written down instead of checking it.
const BLESS: &str = "--bless";

/// Every published library, and the crates whose types may stand in its public API.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        "topic-import-async",
        &[
            "futures_core",
            "reqwest",
            "rustls",
            "rustls_pki_types",
            "topic_import_core",
            "topic_import_driver",
        ],
    ),
    (
        "topic-import-blocking",
        &[
            "rustls_native_certs",
            "topic_import_core",
            "topic_import_driver",
            "ureq",
        ],
    ),
    (
        "topic-import-bulk",
        &[
            "serde_core",
            "serde_json",
            "topic_import_async",
            "topic_import_core",
            "topic_import_shared_quota",
        ],
    ),
    ("topic-import-core", &["serde_core"]),
    (
        "topic-import-driver",
        &["rustls", "topic_import_core", "tracing"],
    ),
    ("topic-import-emulator", &[]),
    (
        "topic-import-shared-quota",
        &[
            "rustls",
            "tokio_postgres",
            "topic_import_async",
            "topic_import_core",
        ],
    ),
];

pub(crate) fn check() -> Result<(), Problem> {
    let libraries = published()?;
    let libraries = libraries.iter().filter(|package| package.is_library());
    let problems: Vec<Problem> = libraries
        .filter_map(|package| check_crate(&package.name).err())
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

fn check_crate(name: &str) -> Result<(), Problem> {
    let found = listing(name)?;
    check_foreign(name, &found)?;
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

fn check_foreign(name: &str, listing: &str) -> Result<(), Problem> {
    let own = name.replace('-', "_");
    let allowed = FOREIGN.iter().find(|(known, _)| *known == name);
    let allowed = allowed.map_or(&[][..], |(_, allowed)| allowed);
    // `sealed` is a module of its own that closes a trait, and is listed as it is written.
    let is_known = |root: &str| {
        ["alloc", "core", "std", "sealed", &own].contains(&root) || allowed.contains(&root)
    };
    let foreign: BTreeSet<&str> = crates_in(listing).filter(|root| !is_known(root)).collect();
    if foreign.is_empty() {
        return Ok(());
    }
    let foreign: Vec<&str> = foreign.into_iter().collect();
    Err(format!(
        "the public API of {name} has types of {}: give types of its own, or name the crate in xtask/src/public_api.rs",
        foreign.join(", ")
    ))
}

/// The crates that the paths in a listing begin with.
fn crates_in(listing: &str) -> impl Iterator<Item = &str> {
    let words = listing.split(|c: char| !c.is_alphanumeric() && !"_:".contains(c));
    words
        .filter_map(|word| Some(word.split_once("::")?.0))
        // `Self` and type parameters are no crates.
        .filter(|root| root.starts_with(|c: char| c.is_ascii_lowercase()))
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

#[cfg(test)]
mod tests {
    use super::*;

    const LISTING: &str = "\
pub fn topic_import_core::Session::new(&alloc::string::String) -> Self::Output
impl<S: serde_core::ser::Serializer> core::fmt::Debug for topic_import_core::Session
pub fn topic_import_core::Session::client(&self) -> &reqwest::async_impl::client::Client
";

    #[test]
    fn a_type_of_another_crate_is_found() {
        let problem = check_foreign("topic-import-core", LISTING).unwrap_err();
        assert!(problem.contains("has types of reqwest:"), "{problem}");
    }

    #[test]
    fn types_of_its_own_and_of_named_crates_are_not_foreign() {
        let (expected, _) = LISTING.rsplit_once("pub fn").unwrap();
        check_foreign("topic-import-core", expected).unwrap();
    }
}
