//! Runs the program in a directory of its own, with an environment of its own.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use serde_json::Value;
use tempfile::TempDir;
use topic_import_emulator::{Emulator, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

/// A secret key that must never be printed.
pub(crate) const CANARY_KEY: &str = "canary-key-9c41d0a7";
/// A `UserSig` that must never be printed.
pub(crate) const CANARY_SIG: &str = "eJcanary-signature*5b2f_";
pub(crate) const GROUP: &str = "@TGS#_riverside";

/// A row of JSON with the two required fields and what is given.
pub(crate) fn row_with(name: &str, fields: &str) -> String {
    format!("{{\"GroupId\":\"{GROUP}\",\"TopicName\":\"{name}\"{fields}}}\n")
}

/// A row whose topic gets its ID from the service.
pub(crate) fn unnamed_row(name: &str) -> String {
    row_with(name, "")
}

/// A row whose topic has an ID.
pub(crate) fn named_row(name: &str) -> String {
    row_with(name, &format!(",\"TopicId\":\"{GROUP}@TOPIC#_{name}\""))
}

/// So many rows with IDs of their own, spread over communities: see [`community`].
pub(crate) fn named_rows(count: usize) -> String {
    let row = |number: usize| named_row(&number.to_string()).replace(GROUP, &community(number));
    (0..count).map(row).collect()
}

/// The community of one of [`named_rows`]: none has more than it takes.
pub(crate) fn community(number: usize) -> String {
    match number / 200 {
        0 => GROUP.to_owned(),
        further => format!("{GROUP}-{further}"),
    }
}

/// The program, a directory to run it in, and its environment.
pub(crate) struct Bench {
    directory: TempDir,
    environment: Vec<(&'static str, String)>,
    stdin: Vec<u8>,
    skips_preflight: bool,
}

impl Bench {
    /// Rows without an ID get one from the service, unless a test asks for a derived one.
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            environment: vec![("TOPIC_IMPORT_TOPIC_IDS", "service".into())],
            stdin: Vec::new(),
            skips_preflight: false,
        }
    }

    /// Set up for calls to an address, with the canary as its key.
    pub(crate) fn calling(origin: &str) -> Self {
        Self::new()
            .env("TOPIC_IMPORT_ENDPOINT", origin)
            .env("TOPIC_IMPORT_SDK_APP_ID", "1400000001")
            .env("TOPIC_IMPORT_SECRET_KEY", CANARY_KEY)
    }

    /// Set up for calls to an emulator that serves the trial app.
    pub(crate) fn calling_emulator(emulator: &Emulator) -> Self {
        Self::new()
            .env("TOPIC_IMPORT_ENDPOINT", emulator.origin())
            .env("TOPIC_IMPORT_SDK_APP_ID", TRIAL_SDK_APP_ID.to_string())
            .env("TOPIC_IMPORT_SECRET_KEY", TRIAL_SECRET_KEY)
    }

    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    /// A file that its owner alone can read.
    pub(crate) fn secret_file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let bench = self.file(name, content);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let owner_alone = std::fs::Permissions::from_mode(0o600);
            std::fs::set_permissions(bench.path(name), owner_alone).unwrap();
        }
        bench
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    /// Imports go ahead without a preflight, so that all calls, and all faults, are those of rows.
    pub(crate) fn without_preflight(mut self) -> Self {
        self.skips_preflight = true;
        self
    }

    pub(crate) fn stdin(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.stdin = content.into();
        self
    }

    /// Forgets every run so far.
    pub(crate) fn without_journals(self) -> Self {
        for entry in std::fs::read_dir(self.directory.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().contains(".journal") {
                std::fs::remove_file(path).unwrap();
            }
        }
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The program, to be started by hand.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_topic-import"));
        let calls_for_rows = matches!(arguments.first(), Some(&("import" | "work")));
        let further: &[&str] = if self.skips_preflight && calls_for_rows {
            &["--skip-preflight"]
        } else {
            &[]
        };
        command
            .args(arguments)
            .args(further)
            .current_dir(self.directory.path())
            .env_clear()
            .env("COLUMNS", "80")
            .envs(self.environment.iter().cloned());
        command
    }

    /// Starts the program, with pipes to write to it and to read what it prints.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        start(self.command(arguments))
    }

    /// Runs the program to its end. It must print no secret, whatever happens.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let mut child = self.start(arguments);
        let mut stdin = child.stdin.take().unwrap();
        let ran = thread::scope(|scope| {
            // It need not read all of it.
            scope.spawn(move || stdin.write_all(&self.stdin).ok());
            ended(child)
        });
        ran.assert_says_who_speaks();
        ran
    }
}

pub(crate) fn start(mut command: Command) -> Child {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Waits for the end of a program, which must have printed no secret.
pub(crate) fn ended(child: Child) -> Ran {
    let ran = Ran::from(child.wait_with_output().unwrap());
    ran.assert_keeps_secrets();
    ran
}

pub(crate) fn wait_until(is_so: impl Fn() -> bool) {
    while !is_so() {
        thread::yield_now();
    }
}

/// What the program printed, and how it exited.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().expect("an exit status, not a signal"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    pub(crate) fn assert_keeps_secrets(&self) {
        for text in [&self.stdout, &self.stderr] {
            // What an endpoint repeats of the URL is printed, without the signature.
            let text = text.replace("usersig=[UserSig]", "");
            for secret in [CANARY_KEY, CANARY_SIG, "usersig=", "panicked"] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
        // A UserSig is zlib data in base64, which begins so; `sign` prints one on standard output.
        assert!(!self.stderr.contains("eJ"), "{}", self.stderr);
    }

    /// What stands on standard error begins with the program's name, or with the place that it is about.
    #[track_caller]
    fn assert_says_who_speaks(&self) {
        let first = self.stderr.lines().next().unwrap_or("topic-import: ");
        let is_place = |words: &str| {
            let line = words.rsplit_once([':', ' ']).map_or("", |(_, line)| line);
            let is_line = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
            is_line || !words.contains(' ') || words == "standard input"
        };
        let speaks = first.split_once(": ").map(|(words, _)| words);
        let is_help = self.stderr.contains("\nUsage: ");
        assert!(is_help || speaks.is_some_and(is_place), "{}", self.stderr);
    }

    #[track_caller]
    pub(crate) fn assert(&self, status: i32, stdout: &str, stderr: &str) {
        assert_eq!(
            (self.status, &*self.stdout, &*self.stderr),
            (status, stdout, stderr)
        );
    }

    /// The same for a check with problems: `said` has the totals, which go to standard output, among all that follows the notes
    /// on standard error.
    #[track_caller]
    pub(crate) fn assert_checked(&self, said: &str, notes: &str) {
        let is_total = |line: &&str| {
            let words: Vec<&str> = line.split(' ').take(2).collect();
            words[0].replace(',', "").parse::<u64>().is_ok() && words[1].starts_with("row")
        };
        let (totals, problems): (Vec<&str>, Vec<&str>) =
            said.split_inclusive('\n').partition(is_total);
        self.assert(
            2,
            &totals.concat(),
            &(notes.to_owned() + &problems.concat()),
        );
    }

    /// The same for an import that prints its summary as text, which ends with the time it took.
    #[track_caller]
    pub(crate) fn assert_summary(&self, status: i32, summary: &str, stderr: &str) {
        let (text, time) = self
            .stdout
            .rsplit_once(" in ")
            .unwrap_or((&self.stdout, ""));
        assert_eq!(
            (self.status, text, &*self.stderr),
            (status, summary, stderr)
        );
        assert!(time.ends_with(" s\n"), "{time:?}");
    }

    /// The one line of JSON on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.stdout).unwrap()
    }

    /// The counts of an import's JSON that are not 0, in words; `calls` and `seconds` are left out.
    #[track_caller]
    pub(crate) fn counts(&self) -> String {
        const OUTCOMES: [&str; 7] = [
            "imported", "existing", "rejected", "conflict", "unknown", "held", "pending",
        ];
        let json = self.json();
        let keys: BTreeSet<&str> = json
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let others = ["rows", "calls", "seconds", "by_code"];
        assert_eq!(keys, OUTCOMES.into_iter().chain(others).collect());
        assert!(json["seconds"].is_f64() && json["by_code"].is_object());

        let count = |name: &str| json[name].as_u64().unwrap();
        let sum: u64 = OUTCOMES.into_iter().map(count).sum();
        assert_eq!(sum, count("rows"), "{json}");
        let mut text = format!("{} rows:", count("rows"));
        for name in OUTCOMES.into_iter().filter(|name| count(name) > 0) {
            write!(text, " {} {name}", count(name)).unwrap();
        }
        text
    }
}
