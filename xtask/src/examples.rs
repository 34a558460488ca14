//! Runs every example against the emulator, as its first comment says.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use crate::command::{cargo, workspace};
use crate::problem::Problem;

/// The package, its features and the name of each example.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("topic-import-core", "", "hand_written_transport"),
    ("topic-import-blocking", "", "import_csv"),
    ("topic-import-async", "", "service"),
    ("topic-import-async", "metrics", "metrics"),
    ("topic-import-bulk", "", "migrate"),
];

pub(crate) fn run() -> Result<(), Problem> {
    cargo(&["build", "--quiet", "--package", "topic-import"]).run()?;
    let emulator = Emulator::start()?;
    for (package, features, example) in EXAMPLES {
        cargo(&[
            "run",
            "--quiet",
            "--package",
            package,
            "--features",
            features,
            "--example",
            example,
            "--",
            &emulator.endpoint,
        ])
        .run()?;
    }
    Ok(())
}

/// `topic-import emulate` on a free port, ended when this is dropped.
struct Emulator {
    process: Child,
    endpoint: String,
}

impl Emulator {
    fn start() -> Result<Self, Problem> {
        let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
        let program = workspace().join(target).join("debug/topic-import");
        let mut process = Command::new(&program)
            .args(["emulate", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let lines = process
            .stdout
            .take()
            .into_iter()
            .flat_map(|out| BufReader::new(out).lines());
        let endpoint = lines
            .map_while(Result::ok)
            .find_map(|line| Some(line.strip_prefix("TOPIC_IMPORT_ENDPOINT=")?.to_owned()));
        Ok(Self {
            process,
            endpoint: endpoint.ok_or("the emulator did not say where it listens")?,
        })
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
