//! The browser in which the report's page is tested.

use std::path::Path;

use crate::check::Problem;
use crate::command::program;

/// As the tests look for it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Installs one where that can be done without asking; says what is missing elsewhere.
pub(crate) fn ensure_is_there() -> Result<(), Problem> {
    if is_there() {
        return Ok(());
    }
    let is_debian = Path::new("/etc/debian_version").exists();
    if !is_debian || !is_root() {
        return Err(format!(
            "a browser is missing, one of {}: {}",
            NAMES.join(", "),
            if is_debian {
                "sudo apt-get install chromium"
            } else {
                "install Chromium"
            }
        ));
    }
    eprintln!("installing chromium, in which the report's page is tested");
    let apt_get = |arguments| {
        program("apt-get")
            .arguments(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
    };
    apt_get(&["update", "-qq"]).run()?;
    apt_get(&[
        "install",
        "-y",
        "-qq",
        "--no-install-recommends",
        "chromium",
    ])
    .run()
}

fn is_there() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .any(|directory| NAMES.iter().any(|name| directory.join(name).is_file()))
}

fn is_root() -> bool {
    program("id")
        .arguments(&["-u"])
        .output()
        .is_ok_and(|id| id.trim() == "0")
}
