//! The program while it imports, as a process.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use serde_json::Value;
use topic_import_emulator::State;

use crate::patience;

/// A running import; it is killed when this is dropped.
pub(crate) struct Importer {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
}

/// What the program printed, and how it exited.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Importer {
    /// Starts it; what it prints goes into files of a directory, which no pipe can block.
    pub(crate) fn start(mut command: Command, directory: &Path) -> Self {
        let (stdout, stderr) = (directory.join("stdout"), directory.join("stderr"));
        let child = command
            .stdout(File::create(&stdout).unwrap())
            .stderr(File::create(&stderr).unwrap())
            .spawn()
            .unwrap();
        Self {
            child,
            stdout,
            stderr,
        }
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Returns once `is_so`, which must come while it runs.
    #[track_caller]
    pub(crate) fn runs_until(&mut self, what: &str, mut is_so: impl FnMut() -> bool) {
        patience::until(what, || {
            let has_ended = self.has_ended();
            let is_so = is_so();
            assert!(is_so || !has_ended, "not until {what}: {}", self.said());
            is_so
        });
    }

    /// Returns once so many further topics are there. What was in flight before is settled then: it comes first.
    #[track_caller]
    pub(crate) fn runs_for(&mut self, topics: usize, state: &State) {
        let place = state.topics_len() + topics;
        self.runs_until("topics are there", || state.topics_len() >= place);
    }

    /// What it has printed on standard error so far.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap()
    }

    /// Sends a signal by its name; a process that has ended is not there to get it.
    pub(crate) fn signal(&self, name: &str) {
        // The shell's own command: some machines have no program `kill`.
        let kill = format!("kill -{name} {}", self.child.id());
        Command::new("sh").args(["-c", &kill]).output().unwrap();
    }

    /// Ends it as a crash does: it can do nothing about it.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn end(mut self) -> Ran {
        patience::until("the import ends", || self.has_ended());
        let ran = Ran {
            status: self.child.wait().unwrap().code(),
            stdout: fs::read_to_string(&self.stdout).unwrap(),
            stderr: fs::read_to_string(&self.stderr).unwrap(),
        };
        assert!(!ran.stderr.contains("panicked"), "{ran:?}");
        ran
    }
}

impl Drop for Importer {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ran {
    /// The summary on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{self:?}"))
    }

    /// Fails unless it exited so.
    #[track_caller]
    pub(crate) fn assert_status(&self, status: i32) {
        assert_eq!(self.status, Some(status), "{self:?}");
    }
}
