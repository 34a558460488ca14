//! The archives that would be published, unpacked outside of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use crate::check::Problem;
use crate::command::{Run, cargo, program, workspace};
use crate::published::{Published, published};

/// Each published crate as its archive has it.
pub(crate) struct Packed {
    pub(crate) crates: Vec<Published>,
    directory: PathBuf,
}

impl Packed {
    /// Packs all of them, as they are in the working tree.
    pub(crate) fn pack() -> Result<Self, Problem> {
        let crates = published()?;
        let target = workspace().join("target");
        let names = crates
            .iter()
            .flat_map(|package| ["--package", &package.name]);
        let names: Vec<&str> = names.collect();
        cargo(&["package", "--quiet", "--no-verify", "--allow-dirty"])
            .arguments(&["--target-dir", &target.display().to_string()])
            .arguments(&names)
            .run()?;
        // Cargo looks for no workspace above a folder of this name.
        let packed = Self {
            crates,
            directory: target.join("package"),
        };
        for package in &packed.crates {
            packed.unpack(package)?;
        }
        Ok(packed)
    }

    fn unpack(&self, package: &Published) -> Result<(), Problem> {
        let folder = self.folder(package);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let archive = format!("{}.crate", folder.display());
        let into = self.directory.display().to_string();
        program("tar")
            .arguments(&["-xzf", &archive, "-C", &into])
            .run()
    }

    /// Where a crate was unpacked.
    pub(crate) fn folder(&self, package: &Published) -> PathBuf {
        let Published { name, version, .. } = package;
        self.directory.join(format!("{name}-{version}"))
    }

    /// A folder beside the crates, outside of the workspace as well.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Makes cargo work on the package in a folder, which finds the unpacked crates where it would find published ones.
    pub(crate) fn outside(&self, cargo: Run, command: &str, folder: &Path, target: &str) -> Run {
        let patches = self.crates.iter().flat_map(|package| {
            let folder = self.folder(package).display().to_string();
            let patched = format!("patch.crates-io.{}.path={folder:?}", package.name);
            ["--config".to_owned(), patched]
        });
        let patches: Vec<String> = patches.collect();
        let patches: Vec<&str> = patches.iter().map(String::as_str).collect();
        let manifest = folder.join("Cargo.toml").display().to_string();
        let target = workspace().join("target").join(target);
        cargo
            .arguments(&[command, "--quiet", "--manifest-path", &manifest])
            .arguments(&["--target-dir", &target.display().to_string()])
            .arguments(&patches)
            // The workspace's own configuration is not for others.
            .directory(&std::env::temp_dir())
    }
}
