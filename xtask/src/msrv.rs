//! Compiles each published crate with the oldest Rust that it promises to work with, from its archive and with dependencies
//! that are chosen for that Rust: somebody who has it gets those.

use std::fs;

use crate::packed::Packed;
use crate::problem::Problem;
use crate::published::Published;
use crate::toolchain::Toolchain;

pub(crate) fn check() -> Result<(), Problem> {
    let packed = Packed::pack()?;
    let problems: Vec<Problem> = packed
        .crates
        .iter()
        .filter_map(|package| compile(&packed, package).err())
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("\n"))
    }
}

fn compile(packed: &Packed, package: &Published) -> Result<(), Problem> {
    let Published {
        name, rust_version, ..
    } = package;
    let toolchain = Toolchain::of(rust_version)?;
    if toolchain.is_in_use() {
        eprintln!("{name} needs Rust {rust_version}, with which everything here is built");
        return Ok(());
    }
    eprintln!("compiling {name} with {toolchain}");
    let folder = packed.folder(package);
    // The archive's lock file is the workspace's, and chosen for a newer Rust.
    fs::remove_file(folder.join("Cargo.lock"))
        .map_err(|error| format!("{}: {error}", folder.display()))?;
    let target = format!("msrv-{rust_version}");
    packed
        .outside(toolchain.cargo(), "check", &folder, &target)
        .arguments(&["--all-features"])
        .run()
        .map_err(|problem| format!("{name} does not compile with Rust {rust_version}: {problem}"))
}
