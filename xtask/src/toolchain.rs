//! Other versions of Rust than the one that runs this program.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::command::{Run, program};
use crate::debian;
use crate::problem::Problem;

/// Debian's packages of Rust, by the names that they have in different releases.
const OF_DEBIAN: [[&str; 3]; 2] = [
    ["rustc", "cargo", "libstd-rust-dev"],
    ["rustc-web", "cargo-web", "libstd-rust-web-dev"],
];

/// A folder with a `cargo` and a `rustc`.
pub(crate) struct Toolchain {
    folder: PathBuf,
    version: String,
}

impl Toolchain {
    /// The one of a version such as `1.85`; it is installed where that can be done without asking.
    pub(crate) fn of(version: &str) -> Result<Self, Problem> {
        if let Some(found) = Self::find(version) {
            return Ok(found);
        }
        install(version)?;
        Self::find(version).ok_or_else(|| format!("Rust {version} was installed and is not found"))
    }

    /// Looks at the one in use, at rustup's and at the system's.
    fn find(version: &str) -> Option<Self> {
        let folders = in_use().into_iter().chain(of_rustup(version));
        folders
            .chain([PathBuf::from("/usr/bin")])
            .find_map(|folder| {
                let rustc = folder.join("rustc").display().to_string();
                let said = program(&rustc).arguments(&["--version"]).output().ok()?;
                let found = said.strip_prefix("rustc ")?.split(' ').next()?;
                let is_it =
                    found.starts_with(&format!("{version}.")) && folder.join("cargo").exists();
                is_it.then(|| Self {
                    version: found.to_owned(),
                    folder,
                })
            })
    }

    /// Whether it runs this program.
    pub(crate) fn is_in_use(&self) -> bool {
        in_use().is_some_and(|folder| folder == self.folder)
    }

    pub(crate) fn cargo(&self) -> Run {
        let path = |name| self.folder.join(name).display().to_string();
        program(&path("cargo")).env("RUSTC", &path("rustc"))
    }
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rust {} of {}", self.version, self.folder.display())
    }
}

fn in_use() -> Option<PathBuf> {
    let cargo = PathBuf::from(std::env::var_os("CARGO")?);
    cargo.parent().map(Path::to_owned)
}

fn of_rustup(version: &str) -> Vec<PathBuf> {
    let listed = program("rustup").arguments(&["toolchain", "list"]).output();
    let listed = listed.unwrap_or_default();
    let names = listed.lines().filter_map(|line| line.split(' ').next());
    names
        .filter(|name| name.starts_with(version))
        .filter_map(|name| {
            let which = program("rustup").arguments(&["which", "--toolchain", name, "rustc"]);
            let rustc = PathBuf::from(which.output().ok()?.trim());
            rustc.parent().map(Path::to_owned)
        })
        .collect()
}

fn install(version: &str) -> Result<(), Problem> {
    let what = format!("a crate promises to build with Rust {version}");
    if debian::can_install() {
        eprintln!("looking for Rust {version} among the system's packages: {what}");
        debian::update()?;
        for names in OF_DEBIAN {
            let [compiler, ..] = names;
            if debian::has(compiler, version) {
                let names = names.map(|name| format!("{name}={version}*"));
                return debian::install(&names.each_ref().map(String::as_str), &what);
            }
        }
    }
    if program("rustup").arguments(&["--version"]).output().is_ok() {
        eprintln!("installing Rust {version} with rustup: {what}");
        return program("rustup")
            .arguments(&["toolchain", "install", version])
            .arguments(&["--profile", "minimal", "--no-self-update"])
            .run();
    }
    Err(format!(
        "{what}, which is missing: rustup toolchain install {version} --profile minimal"
    ))
}
