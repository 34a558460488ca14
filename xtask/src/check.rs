//! The checks that are a cargo command each.

use std::{env, iter, thread};

use crate::browser;
use crate::command::cargo;
use crate::debian;
use crate::postgres;
use crate::problem::Problem;

pub(crate) fn test() -> Result<(), Problem> {
    debian::ensure(iter::once(browser::need()).chain(postgres::needs()))?;
    cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"])
        .env("RUST_TEST_THREADS", &threads()?)
        .run()
}

/// How many tests run at once, unless the environment says so: most of them wait for another process.
fn threads() -> Result<String, Problem> {
    if let Ok(threads) = env::var("RUST_TEST_THREADS") {
        return Ok(threads);
    }
    let cores = thread::available_parallelism().map_err(|error| error.to_string())?;
    Ok((4 * cores.get()).to_string())
}

pub(crate) fn fmt() -> Result<(), Problem> {
    cargo(&["fmt", "--all", "--check"]).run()
}

pub(crate) fn clippy() -> Result<(), Problem> {
    cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--",
        "-D",
        "warnings",
    ])
    .run()
}

pub(crate) fn doc() -> Result<(), Problem> {
    cargo(&["doc", "--workspace", "--all-features", "--no-deps"])
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()
}

/// Advisories are left out: their list comes from the network. `cargo deny check advisories` reads it.
pub(crate) fn deny() -> Result<(), Problem> {
    cargo(&["deny", "--version"])
        .output()
        .map_err(|_| "cargo-deny is missing: cargo install cargo-deny --locked".to_owned())?;
    cargo(&["deny", "check", "bans", "licenses", "sources"]).run()
}
