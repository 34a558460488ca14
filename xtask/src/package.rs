//! Packages that tests need, installed where that can be done without asking.

use std::path::Path;

use crate::check::Problem;
use crate::command::program;

/// A package of Debian and its kin.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    /// What needs it, in a sentence.
    pub(crate) what: &'static str,
}

impl Package {
    /// Installs it unless a program of one of these names is there.
    pub(crate) fn ensure_is_there(&self, programs: &[&str]) -> Result<(), Problem> {
        if is_on_path(programs) {
            Ok(())
        } else {
            self.install()
        }
    }

    /// Installs it as root on Debian, and says what to do elsewhere.
    pub(crate) fn install(&self) -> Result<(), Problem> {
        let Self { name, what } = self;
        let is_debian = Path::new("/etc/debian_version").exists();
        if !is_debian || !is_root() {
            return Err(if is_debian {
                format!("{what}, which is missing: sudo apt-get install {name}")
            } else {
                format!("{what}, which is missing: install it, {name} in most distributions")
            });
        }
        eprintln!("installing {name}: {what}");
        let apt_get = |arguments: &[&str]| {
            program("apt-get")
                .arguments(arguments)
                .env("DEBIAN_FRONTEND", "noninteractive")
        };
        apt_get(&["update", "-qq"]).run()?;
        apt_get(&["install", "-y", "-qq", "--no-install-recommends", name]).run()
    }
}

/// Whether a program of one of these names can be run.
pub(crate) fn is_on_path(names: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .any(|directory| names.iter().any(|name| directory.join(name).is_file()))
}

fn is_root() -> bool {
    program("id")
        .arguments(&["-u"])
        .output()
        .is_ok_and(|id| id.trim() == "0")
}
