//! The log that `--log-file` writes.

use serde_json::Value;
use topic_import_emulator::{Emulator, TRIAL_SECRET_KEY};

use crate::support::{Bench, CANARY_KEY, CANARY_SIG, named_rows};

fn log(bench: &Bench) -> String {
    std::fs::read_to_string(bench.path("run.log")).unwrap()
}

/// The messages of the lines, each of which must be JSON, and none of which may hold a secret.
fn messages(log: &str) -> Vec<String> {
    for secret in [CANARY_KEY, CANARY_SIG, TRIAL_SECRET_KEY, "usersig=", "eJ"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter_map(|line: Value| line["fields"]["message"].as_str().map(str::to_owned))
        .collect()
}

#[test]
fn it_has_what_is_said_and_how_calls_end_and_goes_on_with_the_next_run() {
    let plan = "code80001@2,code60008@4,lost@6".parse().unwrap();
    let emulator = Emulator::builder().faults(plan).start().unwrap();
    let bench = Bench::calling_emulator(&emulator)
        .without_preflight()
        .file("rows.jsonl", named_rows(6));
    let import = ["import", "rows.jsonl", "--log-file", "run.log"];
    let first = bench.run(&import);
    assert_eq!(first.status, 2);
    let said = messages(&log(&bench));
    for message in first.stderr.lines().chain(first.stdout.lines()) {
        assert!(said.iter().any(|said| said.contains(message)), "{message}");
    }
    let ended = |what: &str| said.iter().filter(|said| *said == what).count() as u64;
    assert_eq!(ended("a call has ended"), 6);
    assert_eq!(ended("an attempt has ended"), emulator.state().calls_len());
    assert!(log(&bench).contains(r#""code":60008"#));

    let length = log(&bench).len();
    assert_eq!(bench.run(&import).status, 2);
    let both = log(&bench);
    assert!(
        both.len() > length
            && both[length..].contains("topic-import: continuing with rows.jsonl.journal")
    );
    messages(&both);
}

#[test]
fn no_secret_is_in_it_whatever_the_service_answers() {
    let emulator = Emulator::builder().start().unwrap();
    let key = Bench::calling(&emulator.origin());
    let signature = Bench::calling(&emulator.origin()).secret_file("sig", CANARY_SIG);
    let nobody = Bench::calling("http://127.0.0.1:9");
    for (bench, further) in [
        (key, &[][..]),
        (signature, &["--user-sig-file", "sig"]),
        (nobody, &["--give-up-after", "50ms"]),
    ] {
        let bench = bench.file("rows.jsonl", named_rows(1));
        for command in ["import", "check"] {
            let online: &[&str] = if command == "check" {
                &["--online"]
            } else {
                &[]
            };
            let arguments = [command, "rows.jsonl", "--log-file", "run.log"];
            let ran = bench.run(&[&arguments, online, further].concat());
            assert_eq!(ran.status, 1, "{ran:?}");
            let log = log(&bench);
            let said = messages(&log);
            let last = ran.stderr.lines().last().unwrap();
            assert!(said.iter().any(|said| said.contains(last)), "{log}");
            let why = r#""repeated_after":"could not connect to the service: the connection was refused (http://"#;
            assert_eq!(log.contains(why), further.contains(&"--give-up-after"));
        }
    }
}

#[test]
fn nothing_else_is_written_to_or_followed() {
    let bench = Bench::new().file("rows.jsonl", named_rows(1));
    assert_eq!(
        bench
            .run(&["check", "rows.jsonl", "--log-file", "run.log"])
            .status,
        0
    );
    let refused = |name: &str| {
        format!(
            "topic-import: {name} exists already and is no log of this program: name another file with --log-file, or remove it\n"
        )
    };
    let before = log(&bench);
    let mut names = vec!["rows.jsonl", "."];
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        symlink("run.log", bench.path("link.log")).unwrap();
        symlink("nothing", bench.path("broken.log")).unwrap();
        names.extend(["link.log", "broken.log"]);
        let mode = bench
            .path("run.log")
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    for name in names {
        let ran = bench.run(&["check", "rows.jsonl", "--log-file", name]);
        ran.assert(1, "", &refused(name));
    }
    assert_eq!(log(&bench), before);
    assert!(!bench.path("nothing").exists());
    bench
        .run(&["check", "rows.jsonl", "--log-file", "no/where.log"])
        .assert(
            1,
            "",
            "topic-import: cannot write no/where.log: there is no such directory: check the path\n",
        );
}
