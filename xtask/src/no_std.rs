//! Proves that the core and all that it depends on compile without std.
//!
//! A crate with a panic handler of its own cannot be compiled together with std, which brings one: rustc refuses the
//! second. So a crate that has one and names the core compiles exactly if nothing below the core names std, and no
//! other target needs to be installed.

use std::fs;
use std::path::Path;

use crate::command::{cargo, workspace};
use crate::problem::Problem;

const SOURCE: &str = "\
#![no_std]
extern crate topic_import_core;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
";

pub(crate) fn check() -> Result<(), Problem> {
    let directory = workspace().join("target/no-std");
    write_crate(&directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    cargo(&["check", "--quiet"])
        .directory(&directory)
        .run()
        .map_err(|problem| format!("{problem}; the core, or something below it, needs std"))
}

fn write_crate(directory: &Path) -> std::io::Result<()> {
    let core = workspace().join("crates/topic-import-core");
    // A workspace of its own: in the common one, other crates would switch on std in what they share.
    let manifest = format!(
        "[package]\nname = \"no-std\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\ntopic-import-core = {{ path = '{}', default-features = false }}\n",
        core.display()
    );
    fs::create_dir_all(directory.join("src"))?;
    fs::write(directory.join("Cargo.toml"), manifest)?;
    fs::write(directory.join("src/lib.rs"), SOURCE)?;
    fs::copy(workspace().join("Cargo.lock"), directory.join("Cargo.lock"))?;
    Ok(())
}
