//! The emulator as a process of its own, which keeps its state in a file and can be killed.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use fastrand::Rng;
use tempfile::TempDir;
use topic_import_emulator::SavedState;

use crate::faults;
use crate::migration::PROGRAM;

/// Below the ports that systems give to connections: none of those takes it while the emulator is dead.
const PORTS: std::ops::Range<u16> = 10_000..30_000;

/// An emulator at one address; it is killed when this is dropped.
pub(crate) struct Emulation {
    directory: TempDir,
    port: u16,
    child: Option<Child>,
    /// Drawn anew at every start: an emulator counts its calls from 1.
    faults: Rng,
}

impl Emulation {
    pub(crate) fn start(seed: u64) -> Self {
        let mut emulation = Self {
            directory: tempfile::tempdir().unwrap(),
            port: free_port(),
            child: None,
            faults: Rng::with_seed(seed),
        };
        emulation.restart();
        emulation
    }

    /// Starts it where it is dead, with the state that it left.
    pub(crate) fn restart(&mut self) {
        let mut child = Command::new(PROGRAM)
            .args(["emulate", "--quota", "0", "--topics-per-community", "0"])
            .args(["--latency", "10ms"])
            .args(["--listen", &self.address()])
            .args(["--faults", &faults::plan(self.faults.u64(..))])
            .arg("--state")
            .arg(self.state_file())
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut first_line = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut first_line).unwrap();
        self.child = Some(child);
        assert_eq!(
            first_line.trim_end(),
            format!("TOPIC_IMPORT_ENDPOINT={}", self.origin())
        );
    }

    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address())
    }

    /// What it has, or had when it was killed.
    pub(crate) fn saved(&self) -> SavedState {
        SavedState::read(self.state_file()).unwrap()
    }

    fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn state_file(&self) -> PathBuf {
        let directory: &Path = self.directory.path();
        directory.join("state.jsonl")
    }
}

impl Drop for Emulation {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free_port() -> u16 {
    // Drawn without a seed: drills that run at the same time must not take the same one.
    let mut ports = std::iter::repeat_with(|| fastrand::u16(PORTS));
    ports
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .unwrap()
}
