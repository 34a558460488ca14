//! The archives that would be published, unpacked outside of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use crate::command::{Run, cargo, program, workspace};
use crate::problem::Problem;
use crate::published::{Published, published};

const PATCHES: &str = "patches.toml";

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
        packed.write_patches()?;
        Ok(packed)
    }

    /// Writes down for cargo that the unpacked crates are those that it would find published.
    fn write_patches(&self) -> Result<(), Problem> {
        let patches = self.crates.iter().map(|package| {
            let folder = self.folder(package).display().to_string();
            format!("{}.path = {folder:?}\n", package.name)
        });
        let patches = format!("[patch.crates-io]\n{}", patches.collect::<String>());
        let path = self.beside(PATCHES);
        fs::write(&path, patches).map_err(|error| format!("{}: {error}", path.display()))
    }

    fn unpack(&self, package: &Published) -> Result<(), Problem> {
        let folder = self.folder(package);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .map_err(|error| format!("{}: {error}", folder.display()))?;
        }
        let archive = self.archive(package).display().to_string();
        let into = self.directory.display().to_string();
        // All files of an archive have the same old time, by which cargo would take them for what it built before.
        program("tar")
            .arguments(&["-xzmf", &archive, "-C", &into])
            .run()
    }

    fn archive(&self, package: &Published) -> PathBuf {
        let Published { name, version, .. } = package;
        self.directory.join(format!("{name}-{version}.crate"))
    }

    /// What its readers download.
    pub(crate) fn size(&self, package: &Published) -> Result<String, Problem> {
        let archive = self.archive(package);
        let packed = fs::metadata(&archive)
            .map_err(|error| format!("{}: {error}", archive.display()))?
            .len();
        let archive = archive.display().to_string();
        let files = program("tar").arguments(&["-tzf", &archive]).output()?;
        let files = files.lines().count();
        Ok(format!("{files} files, {} kB", packed.div_ceil(1000)))
    }

    /// Where a crate was unpacked.
    pub(crate) fn folder(&self, package: &Published) -> PathBuf {
        let Published { name, version, .. } = package;
        self.directory.join(format!("{name}-{version}"))
    }

    /// What is beside the crates is outside of the workspace as well.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Makes cargo work on the package in a folder, which finds the unpacked crates where it would find published ones.
    pub(crate) fn outside(&self, cargo: Run, command: &str, folder: &Path, target: &str) -> Run {
        let patches = self.beside(PATCHES).display().to_string();
        let manifest = folder.join("Cargo.toml").display().to_string();
        let target = workspace().join("target").join(target);
        cargo
            .arguments(&[command, "--quiet", "--manifest-path", &manifest])
            .arguments(&["--target-dir", &target.display().to_string()])
            .arguments(&["--config", &patches])
            // The workspace's own configuration is not for others.
            .directory(&std::env::temp_dir())
    }
}
