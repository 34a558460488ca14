//! Checks what stands below the core, which does no I/O, and below the blocking client, which needs no runtime.

use std::collections::BTreeSet;

use crate::command::cargo;
use crate::problem::Problem;

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
    "unicode-properties",
    "zeroize",
    "zmij",
];

/// What would make the blocking client need an async runtime.
const ASYNC: &[&str] = &[
    "async-executor",
    "async-io",
    "futures-executor",
    "mio",
    "smol",
    "tokio",
];

pub(crate) fn check() -> Result<(), Problem> {
    let unknown = below("topic-import-core", |name| !KNOWN.contains(&name))?;
    if !unknown.is_empty() {
        return Err(format!(
            "the core has come to depend on {unknown}: if it does no I/O, add it to xtask/src/trees.rs"
        ));
    }
    let runtimes = below("topic-import-blocking", |name| ASYNC.contains(&name))?;
    if !runtimes.is_empty() {
        return Err(format!(
            "the blocking client has come to depend on {runtimes}"
        ));
    }
    Ok(())
}

/// The names of the crates below one that are of interest.
fn below(package: &str, is_of_interest: impl Fn(&str) -> bool) -> Result<String, Problem> {
    let tree = cargo(&[
        "tree",
        "--package",
        package,
        "--all-features",
        "--edges",
        "normal",
        "--prefix",
        "none",
    ])
    .arguments(&["--target", "all", "--format", "{p}"])
    .output()?;
    let names: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split(' ').next())
        .filter(|name| !name.is_empty() && is_of_interest(name))
        .collect();
    Ok(names.into_iter().collect::<Vec<_>>().join(", "))
}
