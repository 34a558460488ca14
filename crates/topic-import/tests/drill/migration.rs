//! A migration as an operator runs it: an input, a journal, and the command that brings the one into the other.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use serde_json::Value;
use tempfile::TempDir;
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{
    Journal as _, JournalError, Order, Pages as _, SqliteJournal, StoredRow,
};
use topic_import_bulk::request::Kind;
use topic_import_emulator::{TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::communities::{self, Community};
use crate::importer::{Importer, Ran};
use crate::rows::{Row, jsonl};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_topic-import");
const KEY: &str = "TOPIC_IMPORT_SECRET_KEY";
const USER_SIG: &str = "TOPIC_IMPORT_USER_SIG";

pub(crate) struct Migration {
    directory: TempDir,
    journal: PathBuf,
    pub(crate) rows: Vec<Row>,
    pub(crate) communities: Vec<Community>,
    arguments: Vec<String>,
    environment: Vec<(&'static str, String)>,
}

impl Migration {
    pub(crate) fn new(rows: Vec<Row>, origin: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("rows.jsonl"), jsonl(&rows)).unwrap();
        Self {
            journal: directory.path().join("run.journal"),
            directory,
            rows,
            communities: Vec::new(),
            arguments: Vec::new(),
            environment: vec![
                ("TOPIC_IMPORT_ENDPOINT", origin.to_owned()),
                ("TOPIC_IMPORT_SDK_APP_ID", TRIAL_SDK_APP_ID.to_string()),
                (KEY, TRIAL_SECRET_KEY.to_owned()),
            ],
        }
    }

    /// The same with communities that it makes itself.
    pub(crate) fn communities(mut self, communities: Vec<Community>) -> Self {
        let path = self.directory.path().join("communities.jsonl");
        fs::write(path, communities::jsonl(&communities)).unwrap();
        self.communities = communities;
        self.arguments(&["--communities", "communities.jsonl"])
    }

    pub(crate) fn arguments(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(ToString::to_string));
        self
    }

    pub(crate) fn journal_in(mut self, directory: &Path) -> Self {
        self.journal = directory.join("run.journal");
        self
    }

    /// Instead of the key, and of any other one.
    pub(crate) fn sign_with(&mut self, user_sig: &str) {
        self.environment
            .retain(|(name, _)| ![KEY, USER_SIG].contains(name));
        self.environment.push((USER_SIG, user_sig.to_owned()));
    }

    pub(crate) fn journal_path(&self) -> &Path {
        &self.journal
    }

    /// The bytes of the journal's files.
    pub(crate) fn journal_len(&self) -> u64 {
        let len = |suffix: &str| {
            let mut path = self.journal.clone().into_os_string();
            path.push(suffix);
            fs::metadata(path).map_or(0, |metadata| metadata.len())
        };
        len("") + len("-wal")
    }

    /// When the journal that is there was begun.
    pub(crate) fn journal_begun_at(&self) -> Option<SystemTime> {
        let metadata = fs::metadata(&self.journal).ok()?;
        Some(metadata.created().unwrap())
    }

    pub(crate) fn input_len(&self) -> u64 {
        let input = self.directory.path().join("rows.jsonl");
        fs::metadata(input).unwrap().len()
    }

    /// Starts the import; or goes on with it, which is the same command.
    pub(crate) fn start(&self) -> Importer {
        let mut command = Command::new(PROGRAM);
        command.args(self.command_line());
        self.start_as(command)
    }

    /// The same from a shell that has run `prelude`.
    pub(crate) fn start_after(&self, prelude: &str) -> Importer {
        let mut command = Command::new("sh");
        command
            .args(["-c", &format!("{prelude}; exec \"$@\""), "sh", PROGRAM])
            .args(self.command_line());
        self.start_as(command)
    }

    fn start_as(&self, mut command: Command) -> Importer {
        command
            .current_dir(self.directory.path())
            .env_clear()
            .envs(self.environment.iter().cloned());
        Importer::start(command, self.directory.path())
    }

    fn command_line(&self) -> Vec<String> {
        let journal = self.journal.display().to_string();
        let mut words: Vec<String> = [
            "import",
            "rows.jsonl",
            "--output",
            "json",
            "--journal",
            &journal,
        ]
        .map(ToString::to_string)
        .into();
        words.extend(self.arguments.iter().cloned());
        words
    }

    /// Runs it to its end, which must be this.
    #[track_caller]
    pub(crate) fn finish(&self, status: i32) -> Ran {
        let ran = self.start().end();
        ran.assert_status(status);
        ran
    }

    /// What `report` says of the journal.
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        let output = Command::new(PROGRAM)
            .arg("report")
            .arg(&self.journal)
            .args(["--output", "json"])
            .env_clear()
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    }

    /// The topics of the journal; `None` where it was not loaded to its end.
    #[track_caller]
    pub(crate) fn journal(&self) -> Option<Vec<StoredRow>> {
        self.journal_of(Kind::Topic)
    }

    /// The communities of the journal, likewise.
    #[track_caller]
    pub(crate) fn community_rows(&self) -> Option<Vec<StoredRow>> {
        self.journal_of(Kind::Community)
    }

    #[track_caller]
    fn journal_of(&self, kind: Kind) -> Option<Vec<StoredRow>> {
        let journal = match SqliteJournal::open_to_read(&self.journal) {
            Ok(journal) => journal,
            Err(JournalError::Missing { .. } | JournalError::NotLoaded { .. }) => return None,
            Err(error) => panic!("{error:?}"),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let rows = runtime.block_on(async {
            let mut pages = journal.rows(&Outcome::ALL, Order::Input).await.unwrap();
            let mut rows = Vec::new();
            loop {
                let page = pages.next_page().await.unwrap();
                if page.is_empty() {
                    return rows;
                }
                rows.extend(page.into_iter().filter(|row| row.kind() == kind));
            }
        });
        Some(rows)
    }
}
