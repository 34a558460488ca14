//! Files that the program makes: whose they are, and what they never replace.

use std::fs::{self, Permissions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;
use topic_import_emulator::Emulator;

use crate::interrupt::started_by;
use crate::support::{Bench, CANARY_KEY, Ran, ended, named_rows, start, wait_until};

const FILE: &str = "rows.jsonl";
const JOURNAL: &str = "rows.jsonl.journal";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// A run that came to its end.
fn finished() -> Bench {
    let bench = Bench::new().file(FILE, named_rows(3));
    let import = ["import", FILE, "--emulator", "--journal", JOURNAL];
    assert_eq!(bench.run(&import).status, 0);
    bench
}

/// The same program under a umask that hides nothing from others.
fn run_with_open_umask(bench: &Bench, arguments: &[&str]) -> Ran {
    let program = bench.command(arguments);
    let output = Command::new("/bin/sh")
        .args(["-c", "umask 022; exec \"$@\"", "sh"])
        .arg(program.get_program())
        .args(program.get_args())
        .current_dir(bench.path(""))
        .env_clear()
        .output()
        .unwrap();
    Ran::from(output)
}

#[test]
fn an_input_that_lies_beside_its_journal_is_not_touched() {
    let bench = Bench::new()
        .file("data-spare", named_rows(3))
        .file("data-lock", named_rows(3));
    let import = |file| {
        let format = ["--format", "jsonl", "--journal", "data", "--emulator"];
        bench.run(&[&["import", file], &format[..]].concat())
    };
    let ran = import("data-lock");
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert!(
        ran.stderr.ends_with(
            "data-lock is in the way of the journal data: it is not one of its files.\n\
             Move that file away, or name another journal.\n"
        ),
        "{}",
        ran.stderr
    );
    assert!(!bench.path("data").exists());
    fs::rename(bench.path("data-lock"), bench.path("moved")).unwrap();
    import("data-spare").assert_summary(0, "3 rows: 3 imported; 3 calls", "");
    for file in ["data-spare", "moved"] {
        let content = fs::read_to_string(bench.path(file)).unwrap();
        assert_eq!(content, named_rows(3), "{file}");
    }
}

#[test]
fn files_with_topics_in_them_are_for_their_owner_alone() {
    let bench = Bench::new().file(FILE, named_rows(3) + "{}\n");
    let import = [
        "import",
        FILE,
        "--emulator",
        "--journal",
        JOURNAL,
        "--skip-invalid",
    ];
    assert_eq!(run_with_open_umask(&bench, &import).status, 2);
    let report = [
        "report",
        JOURNAL,
        "--rows",
        "map.csv",
        "--failed",
        "failed.jsonl",
        "--html",
        "page.html",
    ];
    assert_eq!(run_with_open_umask(&bench, &report).status, 2);
    let lock = format!("{JOURNAL}-lock");
    for file in [JOURNAL, &lock, "map.csv", "failed.jsonl", "page.html"] {
        assert_eq!(mode(&bench.path(file)), 0o600, "{file}");
    }

    // What was there keeps its mode.
    fs::write(bench.path("shared.csv"), "").unwrap();
    fs::set_permissions(bench.path("shared.csv"), Permissions::from_mode(0o664)).unwrap();
    fs::set_permissions(bench.path(JOURNAL), Permissions::from_mode(0o640)).unwrap();
    let ran = run_with_open_umask(&bench, &["report", JOURNAL, "--rows", "shared.csv"]);
    assert_eq!(ran.status, 2);
    assert_eq!(mode(&bench.path("shared.csv")), 0o664);
    assert_eq!(mode(&bench.path(JOURNAL)), 0o640);
    assert!(fs::metadata(bench.path("shared.csv")).unwrap().len() > 0);
}

#[test]
fn a_journal_of_two_names_is_refused_with_what_to_do() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, named_rows(3));
    assert_eq!(bench.run(&["import", FILE]).status, 0);
    let calls = emulator.state().calls_len();
    fs::hard_link(bench.path(JOURNAL), bench.path("other")).unwrap();
    for arguments in [
        &["import", FILE][..],
        &["import", FILE, "--journal", "other"],
        &["undo", "other"],
        &["verify", "other"],
        &["report", "other"],
    ] {
        let ran = bench.run(arguments);
        assert_eq!((ran.status, &*ran.stdout), (1, ""), "{arguments:?}");
        let refusal = "has 2 names (hard links), and may have only one.\n\
                       Remove the other names (find -samefile shows them), or copy the file and name the copy.\n";
        assert!(ran.stderr.ends_with(refusal), "{}", ran.stderr);
    }
    assert_eq!(emulator.state().calls_len(), calls);
}

#[test]
fn a_file_that_is_no_certificate_is_not_replaced_by_one() {
    let bench = Bench::new()
        .file("notes.pem", "notes")
        .file("target.pem", "");
    symlink("target.pem", bench.path("link.pem")).unwrap();
    for path in ["notes.pem", "link.pem"] {
        let ran = bench.run(&["emulate", "--listen", "127.0.0.1:0", "--ca-out", path]);
        let refusal = format!(
            "topic-import: {path} exists already and is not replaced: name another file, or remove it\n"
        );
        ran.assert(1, "", &refusal);
    }
    assert_eq!(fs::read(bench.path("notes.pem")).unwrap(), b"notes");
    assert_eq!(fs::read(bench.path("target.pem")).unwrap(), b"");
    let mut earlier = Vec::new();
    for _ in 0..2 {
        emulate(&bench, &["--ca-out", "ca.pem"]);
        let certificate = fs::read(bench.path("ca.pem")).unwrap();
        assert!(certificate.starts_with(b"-----BEGIN CERTIFICATE-----"));
        assert_ne!(certificate, earlier);
        earlier = certificate;
    }
}

/// Starts an emulator, and ends it once it is there.
fn emulate(bench: &Bench, further: &[&str]) {
    let mut emulator = bench.start(&[&["emulate", "--listen", "127.0.0.1:0"], further].concat());
    let mut line = String::new();
    let stdout = emulator.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    emulator.kill().unwrap();
    emulator.wait().unwrap();
}

#[test]
fn a_state_file_is_for_its_owner_alone() {
    let bench = Bench::new();
    emulate(&bench, &["--state", "state.jsonl"]);
    assert_eq!(mode(&bench.path("state.jsonl")), 0o600);
}

/// Root may not read or write what its permissions forbid here either. It stays root, since others may be kept from the program, as below `/root`.
fn run_without_privileges(bench: &Bench, arguments: &[&str]) -> Ran {
    let command = bench.command(arguments);
    let owner = fs::metadata(bench.path("")).unwrap();
    let starter = if std::os::unix::fs::MetadataExt::uid(&owner) == 0 {
        &[
            "setpriv",
            "--bounding-set",
            "-dac_override,-dac_read_search",
        ][..]
    } else {
        &["env"]
    };
    ended(started_by(starter, &command))
}

#[test]
fn a_journal_where_nothing_can_be_written_is_read_all_the_same() {
    for with_log in [false, true] {
        let bench = finished();
        let shown = bench.run(&["report", JOURNAL]).stdout;
        let alive = with_log.then(|| {
            // What a process leaves that was killed: the last row is in the log alone.
            let connection = Connection::open(bench.path(JOURNAL)).unwrap();
            let script = "PRAGMA wal_autocheckpoint = 0; UPDATE progress SET state = 'held' WHERE number = 3";
            connection.execute_batch(script).unwrap();
            let log = format!("{JOURNAL}-wal");
            fs::copy(bench.path(JOURNAL), bench.path("copy")).unwrap();
            fs::copy(bench.path(&log), bench.path("copy-wal")).unwrap();
            connection
        });
        let journal = if with_log { "copy" } else { JOURNAL };
        let shown = if with_log {
            shown.replace("3 imported", "2 imported, 1 held")
        } else {
            for suffix in ["-wal", "-shm"] {
                fs::remove_file(bench.path(&format!("{JOURNAL}{suffix}"))).unwrap();
            }
            shown
        };
        for file in fs::read_dir(bench.path("")).unwrap() {
            fs::set_permissions(file.unwrap().path(), Permissions::from_mode(0o444)).unwrap();
        }
        for directory in [0o555, 0o777] {
            if directory == 0o777 && with_log {
                continue;
            }
            fs::set_permissions(bench.path(""), Permissions::from_mode(directory)).unwrap();
            let before = fs::read_dir(bench.path("")).unwrap().count();
            let ran = run_without_privileges(&bench, &["report", journal]);
            assert_eq!(ran.stderr, "");
            assert!(
                ran.stdout.starts_with(shown.split(" s: ").next().unwrap()),
                "{} {shown}",
                ran.stdout
            );
            assert_eq!(fs::read_dir(bench.path("")).unwrap().count(), before);
        }
        fs::set_permissions(bench.path(""), Permissions::from_mode(0o755)).unwrap();
        drop(alive);
    }
}

#[test]
fn who_has_to_write_a_journal_says_what_it_takes() {
    let bench = finished().env("TOPIC_IMPORT_SECRET_KEY", CANARY_KEY);
    for file in fs::read_dir(bench.path("")).unwrap() {
        fs::set_permissions(file.unwrap().path(), Permissions::from_mode(0o444)).unwrap();
    }
    for directory in [0o555, 0o777] {
        fs::set_permissions(bench.path(""), Permissions::from_mode(directory)).unwrap();
        for arguments in [
            &["import", FILE, "--emulator", "--journal", JOURNAL][..],
            &[
                "undo",
                JOURNAL,
                "--yes",
                "--region",
                "seoul",
                "--sdk-app-id",
                "1",
            ],
        ] {
            let ran = run_without_privileges(&bench, arguments);
            assert_eq!(
                (ran.status, &*ran.stdout),
                (1, ""),
                "{arguments:?}: {ran:?}"
            );
            let remedy = "Get permission to write the file and its directory; only report and verify do without it.\n";
            assert!(ran.stderr.ends_with(remedy), "{}", ran.stderr);
            assert_eq!(ran.stderr.lines().count(), 2, "{}", ran.stderr);
        }
    }
    fs::set_permissions(bench.path(""), Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_dry_run_says_where_no_journal_can_be_created() {
    let bench = Bench::new().file(FILE, named_rows(1));
    let import = ["import", FILE, "--emulator", "--journal", "new.journal"];
    let dry_run = [&import[..], &["--dry-run"]].concat();
    assert_eq!(bench.run(&dry_run).status, 0);
    fs::set_permissions(bench.path(""), Permissions::from_mode(0o555)).unwrap();
    assert_eq!(run_without_privileges(&bench, &import).status, 1);
    let ran = run_without_privileges(&bench, &dry_run);
    let told = "topic-import: cannot create the journal new.journal: permission denied: \
                check the permissions of the file and its directory, or name another place with --journal\n";
    assert_eq!((ran.status, &*ran.stderr), (1, told));
    assert!(
        ran.stdout
            .contains("1 topic would be created in 1 community")
    );
    fs::set_permissions(bench.path(""), Permissions::from_mode(0o755)).unwrap();
    assert_eq!(fs::read_dir(bench.path("")).unwrap().count(), 1);
}

#[test]
fn a_journal_that_may_not_be_read_is_refused_in_words() {
    let bench = finished();
    fs::set_permissions(bench.path(JOURNAL), Permissions::from_mode(0o000)).unwrap();
    fs::set_permissions(bench.path(""), Permissions::from_mode(0o777)).unwrap();
    let import = &["import", FILE, "--emulator", "--journal", JOURNAL][..];
    for arguments in [&["report", JOURNAL][..], import] {
        run_without_privileges(&bench, arguments).assert(
            1,
            "",
            &format!(
                "topic-import: cannot open the journal {JOURNAL}: Permission denied.\n\
                 Check the disk, its quotas, and the permissions of the file and its directory.\n"
            ),
        );
    }
}

/// What the program has in the directory for as long as it works.
fn temporary(bench: &Bench) -> Vec<String> {
    let names = fs::read_dir(bench.path("")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names
        .filter(|name| name.starts_with(".topic-import-"))
        .collect()
}

#[test]
fn a_file_that_is_not_complete_is_nowhere_whatever_ends_the_program() {
    let bench = Bench::new();
    let check = [
        "check",
        "-",
        "--format",
        "jsonl",
        "--fit",
        "--problems",
        "all.csv",
    ];
    let mut child = bench.start(&check);
    let long = named_rows(1).replace("\"0\"", &format!("\"{}\"", "x".repeat(31)));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(long.as_bytes()).unwrap();
    let mut said = String::new();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    stderr.read_line(&mut said).unwrap();
    // The file was begun before the first row was read.
    assert!(said.contains("shortened from"), "{said}");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(fs::read_dir(bench.path("")).unwrap().count(), 0);
    // The same, read to its end, is there.
    let bench = bench.stdin(long);
    assert_eq!(bench.run(&check).status, 0);
    assert_eq!(mode(&bench.path("all.csv")), 0o600);
    let all = fs::read_to_string(bench.path("all.csv")).unwrap();
    assert!(all.contains(",shortened,30,31,"), "{all}");
    assert_eq!(temporary(&bench), Vec::<String>::new());
}

#[test]
fn a_temporary_journal_is_removed_where_one_signal_ends_the_program_at_once() {
    for emulator in [None, Some("--emulator")] {
        let bench = Bench::calling("https://127.0.0.1:9");
        let mut import = vec!["import", "-", "--format", "jsonl"];
        import.extend(emulator);
        let mut command = bench.command(&import);
        command.env("TMPDIR", bench.path(""));
        let mut child = start(command);
        while temporary(&bench).is_empty() {
            std::thread::yield_now();
        }
        crate::interrupt::send_interrupt(&child);
        let _open = child.stdin.take();
        let ran = ended(child);
        let said = "topic-import: stopped while the rows were read and checked: none was sent.";
        assert!(ran.status == 1 && ran.stderr.starts_with(said), "{ran:?}");
        assert_eq!(temporary(&bench), Vec::<String>::new());
    }
}

#[test]
fn a_journal_that_was_moved_away_from_its_log_is_not_begun_again() {
    let emulator = Emulator::builder().start().unwrap();
    let bench = Bench::calling_emulator(&emulator).file(FILE, named_rows(400));
    let mut running = bench.start(&["import", FILE, "--rate", "50", "--quiet"]);
    wait_until(|| emulator.state().topics_len() >= 20);
    running.kill().unwrap();
    running.wait().unwrap();
    fs::rename(bench.path(JOURNAL), bench.path("moved")).unwrap();
    let calls = emulator.state().calls_len();
    for dry_run in [&[][..], &["--dry-run"]] {
        let ran = bench.run(&[&["import", FILE, "--quiet"], dry_run].concat());
        assert_eq!(ran.status, 1, "{ran:?}");
        let log = fs::canonicalize(bench.path(&format!("{JOURNAL}-wal"))).unwrap();
        let said = format!(
            "topic-import: {} is there, but {JOURNAL} is not: the journal was moved or removed.\n\
             Put the journal back and run the same command again. To begin another run instead, move that file away.\n",
            log.display()
        );
        assert!(ran.stderr.ends_with(&said), "{ran:?}");
        assert!(!bench.path(JOURNAL).exists());
    }
    assert_eq!(emulator.state().calls_len(), calls);
    fs::rename(bench.path("moved"), bench.path(JOURNAL)).unwrap();
    let ran = bench.run(&["import", FILE, "--quiet"]);
    assert_eq!((ran.status, emulator.state().topics_len()), (0, 400));
}
