//! Runs of the program `topic-import`.

use std::path::Path;
use std::process::Command;

use topic_import_emulator::{TRIAL_IDENTIFIER, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::Outcome;
use crate::peer::Peer;
use crate::process::Ended;

/// The server answers every call as if it had imported a topic.
const NO_PREFLIGHT: &str = "--skip-preflight";

/// `topic-import import FILE` to a server that takes the emulator's key; 0 does not pace.
pub(super) fn import(program: &Path, file: &Path, origin: &str, rate: u32) -> Command {
    let mut command = Command::new(program);
    command.arg("import").arg(file).arg(NO_PREFLIGHT);
    calling(&mut command, origin, rate);
    command
}

/// `topic-import work` on the only run of a database.
pub(super) fn work(program: &Path, database: &str, server: &Peer, rate: u32) -> Command {
    let mut command = Command::new(program);
    command
        .arg("work")
        .args(["--journal", database, NO_PREFLIGHT]);
    calling(&mut command, &server.origin(), rate);
    command
}

/// Gives a command what every one needs that calls.
pub(super) fn calling(command: &mut Command, origin: &str, rate: u32) {
    command
        .args(["--endpoint", origin, "--rate", &rate.to_string()])
        .args(["--quiet", "--output", "json"])
        .env("TOPIC_IMPORT_SDK_APP_ID", TRIAL_SDK_APP_ID.to_string())
        .env("TOPIC_IMPORT_IDENTIFIER", TRIAL_IDENTIFIER)
        .env("TOPIC_IMPORT_SECRET_KEY", TRIAL_SECRET_KEY);
}

/// How long the calls of a run took, as the program reports it.
pub(super) fn seconds(ended: &Ended) -> Outcome<f64> {
    let summary: serde_json::Value = serde_json::from_str(&ended.stdout)?;
    Ok(summary["seconds"].as_f64().ok_or("no seconds")?)
}
