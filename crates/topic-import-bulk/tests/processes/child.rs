//! A test's own process.

use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use topic_import_bulk::check::CheckSettings;
use topic_import_bulk::input::{Fingerprint, Format, Input, RowSettings};
use topic_import_bulk::journal::Identity;
use topic_import_core::{SdkAppId, Service};

/// Says to a copy of this program where it is to make a journal.
const JOURNAL: &str = "TOPIC_IMPORT_TEST_JOURNAL";

/// Where to make a journal, in a child.
pub(crate) fn part() -> Option<PathBuf> {
    env::var_os(JOURNAL).map(PathBuf::from)
}

/// This program again, to run a test alone in its part as a child.
pub(crate) fn of(test: &str, journal: impl Into<PathBuf>) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", test])
        .env(JOURNAL, journal.into())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

pub(crate) fn identity() -> Identity {
    let input = Input::bytes([], Format::Jsonl, RowSettings::default());
    Identity::of_target(SdkAppId::new(1), "x", Service::default()).with_input(
        &input,
        Fingerprint::default(),
        &CheckSettings::default(),
    )
}
