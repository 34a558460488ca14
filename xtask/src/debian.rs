//! Packages of Debian, installed where that can be done without asking.

use std::path::Path;

use crate::command::program;
use crate::problem::Problem;

/// A package without which something here cannot be run.
pub(crate) struct Need {
    pub(crate) package: &'static str,
    pub(crate) is_there: bool,
    /// What needs it, in a sentence.
    pub(crate) what: &'static str,
}

/// Installs those that are missing as root on Debian; elsewhere, says which are, and what to do.
pub(crate) fn ensure(needs: impl IntoIterator<Item = Need>) -> Result<(), Problem> {
    let missing = needs.into_iter().filter(|need| !need.is_there);
    let missing: Vec<(&str, &str)> = missing.map(|need| (need.package, need.what)).collect();
    let (names, what): (Vec<&str>, Vec<&str>) = missing.into_iter().unzip();
    if names.is_empty() {
        return Ok(());
    }
    let what = what.join(", ");
    if can_install() {
        return install(&names, &what);
    }
    let remedy = if is_debian() {
        format!(
            "as root: apt-get update && apt-get install {}",
            names.join(" ")
        )
    } else {
        "install what most distributions call by these names".to_owned()
    };
    Err(format!("{what}: {} missing; {remedy}", are(&names)))
}

fn are(names: &[&str]) -> String {
    let verb = if names.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", names.join(", "))
}

/// Whether this is Debian or one of its kin, and root runs this.
pub(crate) fn can_install() -> bool {
    is_debian() && is_root()
}

/// Reads which packages there are now: a machine may know none yet, or those of last year.
pub(crate) fn update() -> Result<(), Problem> {
    program("apt-get").arguments(&["update", "-qq"]).run()
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
    update()?;
    program("apt-get")
        .arguments(&["install", "-y", "-qq", "--no-install-recommends"])
        .arguments(&["--no-remove"])
        .arguments(names)
        .env("DEBIAN_FRONTEND", "noninteractive")
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
