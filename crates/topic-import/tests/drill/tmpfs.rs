//! A small disk in memory, for those who may mount one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A mounted file system of a few megabytes at most; it is gone when this is dropped.
pub(crate) struct Tmpfs {
    directory: TempDir,
}

impl Tmpfs {
    /// `Err` says why there is none.
    pub(crate) fn mount(kilobytes: u32) -> Result<Self, String> {
        let directory = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "tmpfs"])
            .arg(directory.path())
            .output();
        match mounted {
            Ok(output) if output.status.success() => Ok(Self { directory }),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn resize(&self, kilobytes: u32) {
        let resized = Command::new("mount")
            .args(["-o", &format!("remount,size={kilobytes}k")])
            .arg(self.path())
            .status();
        assert!(resized.unwrap().success());
    }

    /// Leaves no room.
    pub(crate) fn fill(&self) {
        let full = fs::write(self.ballast(), vec![0; 64 << 20]).unwrap_err();
        assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    }

    /// Makes the room again.
    pub(crate) fn clear(&self) {
        fs::remove_file(self.ballast()).unwrap();
    }

    fn ballast(&self) -> PathBuf {
        self.path().join("ballast")
    }
}

impl Drop for Tmpfs {
    fn drop(&mut self) {
        // Whoever still has it open keeps it for as long.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.directory.path())
            .status();
    }
}
