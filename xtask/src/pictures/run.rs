//! A run that has something to show: communities with topics, some of which are not imported.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::command::{Run, cargo, program, workspace};
use crate::problem::Problem;

const COMMUNITIES: [(&str, usize); 4] = [
    ("@TGS#_riverside", 190),
    ("@TGS#_harbour", 180),
    ("@TGS#_old-mill", 170),
    ("@TGS#_gone", 60),
];
const NAMES: [&str; 19] = [
    "Boathouse",
    "Ferry timetable",
    "Lost and found",
    "Rowing club",
    "Swans",
    "River watch",
    "Towpath repairs",
    "Sunday market",
    "Fish stew",
    "Night photographs",
    "Regatta",
    "Volunteers",
    "Lock keepers",
    "Ponts et quais",
    "Spring flood",
    "Book swap",
    "Choir",
    "Chess on the quay",
    "Allotments",
];
const WITH_BAD_NAMES: &str = "@TGS#_harbour";
const TOO_LONG: &str = "The room above the boathouse, on Sundays";
/// The terminal of the live view.
const COLUMNS: &str = "100";
const LINES: &str = "12";
const PATIENCE: Duration = Duration::from_mins(5);

/// What is left of the run: `page.html` in a directory, and what the terminal showed meanwhile.
pub(crate) struct Shown {
    directory: PathBuf,
    pub(crate) live_view: String,
}

impl Shown {
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

/// Ends when it is dropped.
struct Emulator(Child);

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn run() -> Result<Shown, Problem> {
    cargo(&["build", "--quiet", "--package", "topic-import"]).run()?;
    let directory =
        std::env::temp_dir().join(format!("topic-import-pictures-{}", std::process::id()));
    let say = |error: std::io::Error| format!("{}: {error}", directory.display());
    fs::create_dir_all(&directory).map_err(say)?;
    let mut shown = Shown {
        directory: directory.clone(),
        live_view: String::new(),
    };
    fs::write(directory.join("community.jsonl"), rows()).map_err(say)?;
    let emulator = emulator(&directory)?;
    let script = "set -a; . ./emulator.env; set +a
        timeout --preserve-status -s INT 6 $PROGRAM import community.jsonl --skip-invalid --skip-preflight --rate 20 --quiet";
    shell(&directory, script)?;
    shown.live_view = live_view(&directory)?;
    drop(emulator);
    shell(
        &directory,
        "$PROGRAM report community.jsonl.journal --html page.html",
    )?;
    Ok(shown)
}

fn rows() -> String {
    let mut rows = String::new();
    for (community, topics) in COMMUNITIES {
        for topic in 0..topics {
            let name = match (topic, topic / NAMES.len()) {
                (37 | 111, _) if community == WITH_BAD_NAMES => TOO_LONG.to_owned(),
                (_, 0) => NAMES[topic].to_owned(),
                (_, round) => format!("{} {}", NAMES[topic % NAMES.len()], round + 1),
            };
            let _ = writeln!(
                rows,
                "{{\"GroupId\":\"{community}\",\"TopicId\":\"{community}@TOPIC#_{topic}\",\"TopicName\":\"{name}\"}}"
            );
        }
    }
    rows
}

fn emulator(directory: &Path) -> Result<Emulator, Problem> {
    let settings = directory.join("emulator.env");
    let say = |error: std::io::Error| format!("the emulator: {error}");
    let child = Command::new(binary())
        .args(["emulate", "--listen", "127.0.0.1:0", "--latency", "60ms"])
        .args(["--community", "@TGS#_gone=deleted"])
        .args(["--faults", "seed=3,code80001=0.012,lost=0.01,http502=0.01"])
        .stdout(File::create(&settings).map_err(say)?)
        .stderr(Stdio::null())
        .spawn()
        .map_err(say)?;
    let emulator = Emulator(child);
    let started = Instant::now();
    while !fs::read_to_string(&settings)
        .map_err(say)?
        .contains("SECRET_KEY")
    {
        if started.elapsed() > PATIENCE {
            return Err("the emulator does not start".to_owned());
        }
        sleep(Duration::from_millis(100));
    }
    Ok(emulator)
}

/// Whatever the program's exit status says of the rows.
fn shell(directory: &Path, script: &str) -> Result<(), Problem> {
    sh(directory, &format!("{script}\n[ $? -ne 1 ]"))
        .output()
        .map(drop)
}

fn sh(directory: &Path, script: &str) -> Run {
    program("sh")
        .arguments(&["-c", script])
        .directory(directory)
        .env("PROGRAM", &binary().display().to_string())
}

fn binary() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    workspace().join(target).join("debug/topic-import")
}

/// What a terminal shows while the import goes on, and lets it end.
fn live_view(directory: &Path) -> Result<String, Problem> {
    let socket = format!("topic-import-{}", std::process::id());
    let tmux = |arguments: &[&str]| {
        let arguments = [&["-L", &socket, "-f", "/dev/null"], arguments].concat();
        program("tmux").arguments(&arguments).directory(directory)
    };
    let script = format!(
        "set -a; . ./emulator.env; set +a; export LANG=C.UTF-8 TERM=xterm-256color; clear
        echo '$ topic-import import community.jsonl --skip-invalid --rate 40'
        {} import community.jsonl --skip-invalid --skip-preflight --rate 40; touch ended; sleep 600",
        binary().display()
    );
    let session = [
        "new-session",
        "-d",
        "-x",
        COLUMNS,
        "-y",
        LINES,
        "sh",
        "-c",
        &script,
    ];
    tmux(&["-u"]).arguments(&session).run()?;
    sleep(Duration::from_secs(5));
    let shown = tmux(&["capture-pane", "-p", "-e"]).output();
    let started = Instant::now();
    while !directory.join("ended").exists() && started.elapsed() < PATIENCE {
        sleep(Duration::from_millis(200));
    }
    tmux(&["kill-server"]).run()?;
    shown
}
