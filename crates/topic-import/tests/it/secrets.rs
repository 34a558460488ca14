//! Secrets come from the environment or a file, and are never printed.

use topic_import_emulator::Emulator;

use crate::support::{Bench, CANARY_KEY, CANARY_SIG, ended, start, unnamed_row};

fn refused(argument: &str, variable: &str) -> String {
    format!(
        "topic-import: {argument} is refused: every user of this machine can read the arguments of a running program.\n\
         Set {variable}, or name a file with {argument}-file.\n"
    )
}

#[test]
fn a_secret_among_the_arguments_is_refused_with_the_reason() {
    let bench = Bench::new()
        .env("TOPIC_IMPORT_SECRET_KEY", "another")
        .file("rows.jsonl", unnamed_row("a"));
    let key = refused("--secret-key", "TOPIC_IMPORT_SECRET_KEY");
    for arguments in [
        &["import", "rows.jsonl", "--emulator"][..],
        &["import", "rows.jsonl", "--region", "seoul"],
        &["import", "missing.jsonl"],
        &["sign"],
        &["sign", "--inspect"],
        &["emulate", "--listen", "127.0.0.1:0"],
    ] {
        let secret = ["--secret-key", CANARY_KEY];
        bench
            .run(&[arguments, &secret].concat())
            .assert(1, "", &key);
    }
    let signature = refused("--user-sig", "TOPIC_IMPORT_USER_SIG");
    for target in [
        &["--emulator"][..],
        &["--region", "seoul", "--sdk-app-id", "1"],
    ] {
        let arguments = [&["import", "rows.jsonl", "--user-sig", CANARY_SIG], target].concat();
        bench.run(&arguments).assert(1, "", &signature);
    }
}

#[test]
fn an_argument_that_is_not_understood_is_not_repeated_with_its_secret() {
    let bench = Bench::new().file("rows.jsonl", unnamed_row("a"));
    for arguments in [
        &["report", "rows.jsonl.journal", "--secret-key"][..],
        &["explain", "--secret-key"],
        &["import", "rows.jsonl", "--secret-keys"],
        &["--secret-key"],
        &["import", "rows.jsonl", "--bogus", "--secret-key"],
    ] {
        let (last, others) = arguments.split_last().unwrap();
        let with_value = format!("{last}={CANARY_KEY}");
        let ran = bench.run(&[others, &[&with_value]].concat());
        assert_eq!((ran.status, &*ran.stdout), (1, ""), "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    }
}

/// An import of a service that is never called.
const IMPORT: [&str; 6] = [
    "import",
    "rows.jsonl",
    "--region",
    "seoul",
    "--sdk-app-id",
    "1",
];

#[cfg(unix)]
#[test]
fn a_secret_that_is_no_text_is_not_called_missing() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let bench = Bench::new().file("rows.jsonl", unnamed_row("a"));
    let mut command = bench.command(&IMPORT);
    command.env("TOPIC_IMPORT_SECRET_KEY", OsStr::from_bytes(b"\xff"));
    ended(start(command)).assert(
        1,
        "",
        "topic-import: TOPIC_IMPORT_SECRET_KEY is not text in UTF-8: set it anew\n",
    );
}

#[test]
fn an_empty_secret_is_none() {
    let bench = Bench::new()
        .file("rows.jsonl", unnamed_row("a"))
        .secret_file("empty", "\n");
    bench
        .run(&[&IMPORT[..], &["--secret-key-file", "empty"]].concat())
        .assert(1, "", "topic-import: the secret key is empty: put the key into TOPIC_IMPORT_SECRET_KEY, or into the file that --secret-key-file names\n");
    bench.run(&[&IMPORT[..], &["--user-sig-file", "empty"]].concat()).assert(
        1,
        "",
        "topic-import: this is not a UserSig: it is empty, or contains characters other than A–Z a–z 0–9 * - _\n",
    );
    bench
        .run(&[&IMPORT[..], &["--secret-key-file", "missing"]].concat())
        .assert(
            1,
            "",
            "topic-import: cannot read missing: there is no such file: check the path\n",
        );
}

#[test]
fn a_ready_made_signature_will_do_and_is_refused_where_it_is_not_one() {
    let emulator = Emulator::builder().start().unwrap();
    let trial = Bench::calling_emulator(&emulator);
    let signature = trial.run(&["sign"]).stdout;
    let without_key = || {
        Bench::new()
            .env("TOPIC_IMPORT_ENDPOINT", emulator.origin())
            .env("TOPIC_IMPORT_SDK_APP_ID", "1400000000")
            .file("rows.jsonl", unnamed_row("a"))
    };
    without_key()
        .secret_file("sig", &signature)
        .run(&["import", "rows.jsonl", "--user-sig-file", "sig"])
        .assert_summary(0, "1 row: 1 imported; 1 call", "");
    without_key()
        .env("TOPIC_IMPORT_USER_SIG", signature)
        .run(&["import", "rows.jsonl"])
        .assert_summary(0, "1 row: 1 imported; 1 call", "");
    without_key()
        .env("TOPIC_IMPORT_SECRET_KEY", CANARY_KEY)
        .run(&["import", "rows.jsonl", "--user-sig-file", "missing"])
        .assert(
            1,
            "",
            "topic-import: cannot read missing: there is no such file: check the path\n",
        );
    let ran = without_key()
        .env("TOPIC_IMPORT_USER_SIG", CANARY_SIG)
        .run(&["import", "rows.jsonl"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.stderr
            .starts_with("topic-import: stopped: 70003 the UserSig is invalid or cut short ("),
        "{}",
        ran.stderr
    );
}

#[test]
#[cfg(unix)]
fn a_secret_that_others_can_read_is_used_with_a_warning() {
    use std::os::unix::fs::PermissionsExt as _;
    let emulator = Emulator::builder().start().unwrap();
    let signature = Bench::calling_emulator(&emulator).run(&["sign"]).stdout;
    let bench = Bench::new()
        .env("TOPIC_IMPORT_ENDPOINT", emulator.origin())
        .env("TOPIC_IMPORT_SDK_APP_ID", "1400000000")
        .file("rows.jsonl", unnamed_row("a"))
        .file("key", topic_import_emulator::TRIAL_SECRET_KEY)
        .file("sig", signature);
    for (mode, is_warned) in [
        (0o644, true),
        (0o640, true),
        (0o604, true),
        (0o600, false),
        (0o400, false),
    ] {
        for (file, option) in [("key", "--secret-key-file"), ("sig", "--user-sig-file")] {
            std::fs::set_permissions(bench.path(file), std::fs::Permissions::from_mode(mode))
                .unwrap();
            let stderr = if is_warned {
                format!(
                    "topic-import: other users of this machine can read {file}, which holds a secret: chmod 600 {file}\n"
                )
            } else {
                String::new()
            };
            let ran = bench.run(&["import", "rows.jsonl", option, file]);
            let warning: String = ran
                .stderr
                .split_inclusive('\n')
                .filter(|line| !line.starts_with("topic-import: continuing with "))
                .collect();
            assert_eq!((ran.status, warning), (0, stderr), "{mode:o}");
        }
    }
}
