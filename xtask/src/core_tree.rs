//! Checks that the core depends on nothing that does I/O: every crate below it is on a list.

use std::collections::BTreeSet;

use crate::check::Problem;
use crate::command::cargo;

/// Everything below the core; none of it opens a file or a socket, reads a clock or draws a random number.
const KNOWN: &[&str] = &[
    "adler2",
    "base64",
    "block-buffer",
    "cfg-if",
    "cmov",
    "cpufeatures",
    "crypto-common",
    "ctutils",
    "digest",
    "hmac",
    "hybrid-array",
    "itoa",
    "libc",
    "memchr",
    "miniz_oxide",
    "percent-encoding",
    "proc-macro2",
    "quote",
    "serde",
    "serde_core",
    "serde_derive",
    "serde_json",
    "sha2",
    "syn",
    "thiserror",
    "thiserror-impl",
    "topic-import-core",
    "typenum",
    "unicode-ident",
    "zeroize",
    "zmij",
];

pub(crate) fn check() -> Result<(), Problem> {
    let tree = cargo(&[
        "tree",
        "--package",
        "topic-import-core",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ])
    .output()?;
    let found: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let known: BTreeSet<&str> = KNOWN.iter().copied().collect();
    let unknown: Vec<&str> = found
        .difference(&known)
        .copied()
        .filter(|name| !name.is_empty())
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the core has come to depend on {}: if it does no I/O, add it to xtask/src/core_tree.rs",
            unknown.join(", ")
        ))
    }
}
