//! Measures against the bare libraries, and shows that the measurements can be built and run.

use std::path::PathBuf;

use crate::command::{cargo, program, workspace};
use crate::debian;
use crate::postgres;
use crate::problem::Problem;

const BENCHES: &str = "topic-import-benches";
const PROGRAM: &str = "topic-import";

/// Measures, and prints the table. What follows the verb is for the bench: names of lines, `--rounds`.
pub(crate) fn run() -> Result<(), Problem> {
    debian::ensure(postgres::needs())?;
    // The program as it is delivered: built together with others, it could have more features.
    cargo(&["build", "--release", "--package", PROGRAM]).run()?;
    cargo(&["build", "--release", "--package", BENCHES]).run()?;
    let release = target().join("release");
    let wanted: Vec<String> = std::env::args().skip(2).collect();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    program(&release.join("bench").display().to_string())
        .arguments(&["--program", &release.join(PROGRAM).display().to_string()])
        .arguments(&wanted)
        .run()
}

/// Runs every measurement once and in short; the figures mean nothing.
pub(crate) fn smoke() -> Result<(), Problem> {
    debian::ensure(postgres::needs())?;
    cargo(&["build", "--quiet", "--package", PROGRAM]).run()?;
    cargo(&["build", "--quiet", "--package", BENCHES]).run()?;
    let debug = target().join("debug");
    program(&debug.join("bench").display().to_string())
        .arguments(&[
            "--smoke",
            "--program",
            &debug.join(PROGRAM).display().to_string(),
        ])
        .run()
}

fn target() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace().join(target)
}
