//! Every command in the README and in the documents does what it is there for.
//!
//! A document's commands are its indented lines and its fences of `sh`. They run in their order, in one directory, in
//! one shell, and succeed unless a comment says `exits with N`.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use topic_import_emulator::{App, Emulator};
use topic_import_test_postgres::server;

use crate::support::{Bench, named_row, row_with};

const KEY: &str = "a-key-of-the-documents-0123456789";

const REGION: &str = "--region singapore";
const DATABASE: &str = "postgres://ada@db.example.com/chat";

/// What a test does not run, and why.
const NOT_RUN: &[(&str, &str)] = &[
    ("cargo xtask ", "it runs the tests, this one included"),
    ("cargo run -p ", "cargo xtask examples runs them all"),
];

/// Options that are named in the documents and belong to other programs.
const OPTIONS_OF_OTHERS: &[&str] = &[
    "--bless",
    "--example",
    "--features",
    "--keep",
    "--lib",
    "--locked",
    "--minutes",
    "--no-default-features",
    "--nocapture",
    "--postgres",
    "--preserve-status",
    "--release",
    "--rounds",
    "--shard",
    "--test",
    "--test-package",
    "--tests",
    "--workspace",
];

/// A command as it stands in a document.
struct Written {
    line: usize,
    text: String,
    status: i32,
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn documents() -> Vec<(String, String)> {
    let mut paths = vec![workspace().join("README.md")];
    for entry in fs::read_dir(workspace().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(named).collect()
}

/// The commands of a document: not what is indented within other fences or a list.
fn commands(document: &str) -> Vec<Written> {
    let mut found = Vec::new();
    let (mut is_fenced, mut is_block, mut follows_blank) = (false, false, true);
    let (mut is_list, mut is_shell) = (false, false);
    for (index, line) in document.lines().enumerate() {
        if line.starts_with("```") {
            (is_fenced, is_shell) = (!is_fenced, line == "```sh");
            continue;
        }
        let is_indented = line.starts_with("    ") && !is_fenced;
        if !line.is_empty() && !line.starts_with(' ') {
            is_list =
                line.starts_with("- ") || line.starts_with(|first: char| first.is_ascii_digit());
        }
        is_block = is_indented && !is_list && (is_block || follows_blank);
        follows_blank = line.is_empty();
        if is_block || is_shell {
            let (text, comment) = line.split_once(" # ").unwrap_or((line, ""));
            let status = comment
                .split_once("exits with ")
                .map_or("0", |(_, status)| status);
            found.push(Written {
                line: index + 1,
                text: text.trim().to_owned(),
                status: status.parse().unwrap(),
            });
        }
    }
    found
}

const BOATS: &str = r#"{"club": {"id": 7}, "rooms": [
    {"key": "b1", "title": "Boathouse", "about": "who has the key", "opened": 1448357837, "kind": "room", "people": [{"title": "Ada"}]},
    {"key": "b2", "title": "Old boathouse", "opened": "2015-11-24T09:37:17Z", "closed": true, "kind": "room"},
    {"key": "b3", "title": "Ada, Bo", "kind": "pair"}]}"#;

/// The program in the page on sources.
fn example_of_a_source() -> String {
    let page = fs::read_to_string(workspace().join("docs/sources.md")).unwrap();
    let (_, program) = page.split_once("```jq\n").unwrap();
    program.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_example_of_a_source_makes_the_rows_that_it_says() {
    let bench = directory().file("clubs.csv", "7,@TGS#_club\n");
    let convert = [
        "convert",
        "boats.json",
        "--from",
        "boats.jq",
        "--groups",
        "clubs.csv",
    ];
    bench.run(&convert).assert(
        0,
        concat!(
            r##"{"GroupId":"@TGS#_club","TopicId":"@TGS#_club@TOPIC#_boats-b1","TopicName":"Boathouse","##,
            r##""CustomString":"{\"source\":\"boats\",\"id\":\"b1\"}","Introduction":"who has the key","CreateTime":1448357837}"##,
            "\n",
        ),
        "boats.json: left out: 1 archived (--include-archived takes them), 1 direct\n",
    );
    let more = bench
        .file(
            "boats-2.json",
            BOATS.replace("\"kind\": \"pair\"", "\"kind\": \"fleet\""),
        )
        .run(&[
            "check",
            "boats-2.json",
            "--from",
            "boats.jq",
            "--groups",
            "clubs.csv",
        ]);
    assert!(
        more.stderr
            .contains("`.kind` is \"fleet\", which is not known"),
        "{more:?}"
    );
}

/// The files that the documents speak of, and the program under its name.
fn directory() -> Bench {
    let bench = Bench::new()
        .file("topics.jsonl", row_with("Welcome", "") + &named_row("rules") + &named_row("lost-and-found"))
        .file("channels.json", r#"[{"id":"C1","name":"general"},{"id":"C2","name":"old","is_archived":true}]"#)
        .file("stream_index.json", r#"{"streams":{"lobby":{"id":1,"topic_data":{"Where do we meet before the excursion?":{"size":1}}}}}"#)
        .file("groups.csv", "source,GroupId\nlobby,@TGS#_lobby\n")
        .file("boats.jq", example_of_a_source())
        .file("boats.json", BOATS)
        .file("rooms.json", r#"[{"display_name":"Reading room"},{"display_name":"Workshop"}]"#);
    symlink(workspace().join("crates"), bench.path("crates")).unwrap();
    fs::create_dir(bench.path("bin")).unwrap();
    symlink(
        env!("CARGO_BIN_EXE_topic-import"),
        bench.path("bin/topic-import"),
    )
    .unwrap();
    bench
}

/// What stands in the documents for what only a reader has: an app, its key, its region, a database, the built program.
fn made_runnable(text: &str, emulator: &Emulator, database: &str) -> String {
    let text = text.replace("cargo run --release -p topic-import --", "topic-import");
    let text = text.replace(DATABASE, &format!("'{database}'"));
    match text.strip_suffix("TOPIC_IMPORT_SECRET_KEY=…") {
        Some(before) => format!("{before}TOPIC_IMPORT_SECRET_KEY={KEY}"),
        None if text.contains(REGION) => {
            let there = format!("--endpoint {}", emulator.origin());
            format!(
                "TOPIC_IMPORT_SECRET_KEY={KEY} {}",
                text.replace(REGION, &there)
            )
        }
        None => text,
    }
}

fn is_not_run(text: &str) -> bool {
    NOT_RUN
        .iter()
        .any(|(beginning, _)| text.starts_with(beginning))
}

/// Runs a document's commands in one shell, and its questions to journals afterwards.
fn run(name: &str, commands: &[Written], bench: &Bench, emulator: &Emulator) {
    let mut script = "trap 'kill $! 2>/dev/null' EXIT\n".to_owned();
    let mut questions = Vec::new();
    let database = server().database().socket_url();
    for Written { line, text, status } in commands {
        if is_not_run(text) {
            continue;
        }
        if let Some(question) = text.strip_prefix("sqlite3 ") {
            questions.push(question);
            continue;
        }
        let text = made_runnable(text, emulator, &database);
        writeln!(
            script,
            "{text}\nended=$?; if [ $ended -ne {status} ]; then echo {name}:{line} exited with $ended >&2; exit 99; fi"
        )
        .unwrap();
    }
    let path = format!(
        "{}:{}",
        bench.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    // Into files: what the shell leaves running would keep pipes open.
    let said = bench.path("said");
    let status = Command::new("sh")
        .args(["-c", &script])
        .current_dir(bench.path(""))
        .env_clear()
        .env("PATH", path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(&said).unwrap())
        .status()
        .unwrap();
    let said = fs::read_to_string(said).unwrap();
    assert!(status.success(), "{name}: {said}");
    for question in questions {
        let (file, sql) = question.split_once(' ').unwrap();
        let journal = rusqlite::Connection::open(bench.path(file)).unwrap();
        let mut statement = journal.prepare(sql.trim_matches('"')).unwrap();
        let mut rows = statement.query([]).unwrap();
        while rows.next().unwrap().is_some() {}
    }
}

#[test]
fn every_command_does_what_it_is_there_for() {
    for (name, document) in documents() {
        let commands = commands(&document);
        let app = App::new(1_400_000_001, "administrator", KEY);
        let emulator = Emulator::builder().app(app).start().unwrap();
        let bench = directory();
        if name == "journal.md" {
            let import = [
                "import",
                "topics.jsonl",
                "--emulator",
                "--journal",
                "topics.jsonl.journal",
            ];
            assert_eq!(bench.run(&import).status, 0);
        }
        run(&name, &commands, &bench, &emulator);
        if name == "guide.md" {
            // The rehearsal was undone elsewhere, and going live is a run of its own.
            assert_eq!(emulator.state().topics_len(), 372);
            for journal in ["rehearsal.journal", "community.jsonl.journal"] {
                assert!(bench.path(journal).exists(), "{journal}");
            }
        }
    }
}

#[test]
fn the_documents_have_commands_and_few_are_not_run() {
    let all: Vec<Written> = documents()
        .iter()
        .flat_map(|(_, text)| commands(text))
        .collect();
    let left = all
        .iter()
        .filter(|command| is_not_run(&command.text))
        .count();
    assert!(all.len() >= 30 && left <= 6, "{left} of {}", all.len());
    for (beginning, reason) in NOT_RUN {
        let is_met = all
            .iter()
            .any(|command| command.text.starts_with(beginning));
        assert!(is_met, "{beginning}: {reason}");
    }
}

/// What is written within the text is not run, but there must be such an option.
#[test]
fn every_option_that_is_named_exists() {
    let bench = Bench::new();
    let top = bench.run(&["--help"]).stdout;
    let commands = top
        .split_once("Commands:\n")
        .unwrap()
        .1
        .split("\n\n")
        .next()
        .unwrap();
    let commands = commands.lines().filter(|line| !line.starts_with("   "));
    let mut known: BTreeSet<String> = OPTIONS_OF_OTHERS.iter().map(ToString::to_string).collect();
    for command in commands.map(|line| line.split_whitespace().next().unwrap()) {
        let help = bench.run(&["help", command]).stdout;
        known.extend(options(&help));
    }
    for (name, document) in documents() {
        for span in document.split('`').skip(1).step_by(2) {
            for option in options(span) {
                assert!(known.contains(&option), "{name}: {option}");
            }
        }
    }
}

fn options(text: &str) -> Vec<String> {
    let words = text.split(|part: char| !(part.is_ascii_alphanumeric() || part == '-'));
    let options = words.filter(|word| word.len() > 2 && word.starts_with("--"));
    options.map(ToOwned::to_owned).collect()
}
