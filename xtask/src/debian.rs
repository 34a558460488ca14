//! Packages of Debian, installed where that can be done without asking.

use std::path::Path;

use crate::check::Problem;
use crate::command::program;

/// Installs one as root on Debian unless it is there, which is when a program of one of these names can be run, and says
/// what to do elsewhere. `what` needs it, in a sentence.
pub(crate) fn ensure(name: &str, programs: &[&str], what: &str) -> Result<(), Problem> {
    if is_on_path(programs) {
        Ok(())
    } else if can_install() {
        install(&[name], what)
    } else if is_debian() {
        Err(format!(
            "{what}, which is missing: sudo apt-get install {name}"
        ))
    } else {
        Err(format!(
            "{what}, which is missing: install it, {name} in most distributions"
        ))
    }
}

/// Whether this is Debian or one of its kin, and root runs this.
pub(crate) fn can_install() -> bool {
    is_debian() && is_root()
}

/// Whether a package can be had in a version that begins like this.
pub(crate) fn has(name: &str, version: &str) -> bool {
    let known = program("apt-cache").arguments(&["madison", name]).output();
    known.is_ok_and(|known| {
        known.lines().any(|line| {
            let found = line.split('|').nth(1).unwrap_or_default().trim();
            found.starts_with(&format!("{version}."))
        })
    })
}

/// Says what is installed and why, and installs it; nothing is removed for it.
pub(crate) fn install(names: &[&str], what: &str) -> Result<(), Problem> {
    eprintln!("installing {}: {what}", names.join(", "));
    let apt_get = |arguments: &[&str]| {
        program("apt-get")
            .arguments(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
    };
    apt_get(&["update", "-qq"]).run()?;
    apt_get(&["install", "-y", "-qq", "--no-install-recommends"])
        .arguments(&["--no-remove"])
        .arguments(names)
        .run()
}

/// Whether a program of one of these names can be run.
pub(crate) fn is_on_path(names: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .any(|directory| names.iter().any(|name| directory.join(name).is_file()))
}

fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists()
}

fn is_root() -> bool {
    program("id")
        .arguments(&["-u"])
        .output()
        .is_ok_and(|id| id.trim() == "0")
}
