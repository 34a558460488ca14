//! Arguments and settings that cannot hold.

use topic_import_emulator::Emulator;

use crate::support::{Bench, named_rows, unnamed_row};

fn bench() -> Bench {
    Bench::new().file("rows.jsonl", unnamed_row("a"))
}

#[test]
fn what_is_missing_is_named_with_the_ways_to_give_it() {
    for (arguments, stderr) in [
        (
            &["import", "rows.jsonl"][..],
            "topic-import: nothing says which service to call: give --region (or --endpoint), or use import or probe with --emulator\n",
        ),
        (
            &["import", "rows.jsonl", "--region", "seoul"],
            "topic-import: the SDKAppID is missing: give --sdk-app-id or set TOPIC_IMPORT_SDK_APP_ID\n",
        ),
        (
            &[
                "import",
                "rows.jsonl",
                "--region",
                "seoul",
                "--sdk-app-id",
                "1",
            ],
            "topic-import: the secret key is missing: set TOPIC_IMPORT_SECRET_KEY or give --secret-key-file\n\
             (or a ready-made UserSig: TOPIC_IMPORT_USER_SIG, --user-sig-file)\n",
        ),
        (
            &["sign"],
            "topic-import: the SDKAppID is missing: give --sdk-app-id or set TOPIC_IMPORT_SDK_APP_ID\n",
        ),
        (
            &["sign", "--sdk-app-id", "1"],
            "topic-import: the secret key is missing: set TOPIC_IMPORT_SECRET_KEY or give --secret-key-file\n",
        ),
        (
            &["sign", "--sdk-app-id", "1", "--identifier", ""],
            "topic-import: --identifier is \"\": it must be a user ID: 1 to 32 bytes of printable ASCII\n",
        ),
    ] {
        bench().run(arguments).assert(1, "", stderr);
    }
}

#[test]
fn a_value_that_cannot_hold_is_named_with_what_can() {
    for (arguments, message) in [
        (["--give-up-after", "90"], "write it as 90s, 10m or 1h"),
        (["--give-up-after", "0s"], "write it as 90s, 10m or 1h"),
        (["--give-up-after", "soon"], "write it as 90s, 10m or 1h"),
        (["--rate", "-1"], "write it as a whole number in digits"),
        (["--rate", "fast"], "write it as a whole number in digits"),
        (["--concurrency", "0"], "write it as a whole number from 1"),
        (
            ["--region", "moon"],
            "no such region: choose china, singapore, seoul, frankfurt, mumbai, silicon-valley, jakarta, tokyo or riyadh",
        ),
        (["--region", ""], "no such region: choose china,"),
        (
            ["--service", "group"],
            "no such service: choose group_open_http_svc or million_group_open_http_svc",
        ),
        (
            ["--topics-per-community", "0"],
            "write it as a whole number from 1",
        ),
        (
            ["--topics-per-community", "many"],
            "write it as a whole number from 1",
        ),
        (
            ["--format", "xml"],
            "[possible values: jsonl, csv, spreadsheet, json]",
        ),
        (
            ["--group-id", "riverside"],
            "it must be printable ASCII that starts with `@TGS#_`",
        ),
    ] {
        let ran = bench().run(&[
            "import",
            "rows.jsonl",
            "--emulator",
            arguments[0],
            arguments[1],
        ]);
        assert_eq!((ran.status, &*ran.stdout), (1, ""), "{arguments:?}");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
    }
}

#[test]
fn a_region_and_a_service_are_found_however_they_are_written() {
    for region in ["riyadh", "KSA", "Silicon Valley", "siliconvalley", "sgp"] {
        bench()
            .env("TOPIC_IMPORT_SERVICE", "Million-Group-Open-Http-Svc")
            .run(&["import", "rows.jsonl", "--region", region])
            .assert(
                1,
                "",
                "topic-import: the SDKAppID is missing: give --sdk-app-id or set TOPIC_IMPORT_SDK_APP_ID\n",
            );
    }
}

#[test]
fn an_endpoint_that_cannot_hold_is_not_repeated() {
    for (endpoint, message) in [
        ("http://chat.example.com", "this machine"),
        ("chat.example.com", "https://"),
        (
            "https://chat.example.com/v4?usersig=canary",
            "scheme, host and port",
        ),
    ] {
        let ran = bench().run(&["import", "rows.jsonl", "--endpoint", endpoint]);
        assert_eq!((ran.status, &*ran.stdout), (1, ""), "{endpoint}");
        assert!(
            ran.stderr.starts_with("topic-import: --endpoint: "),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains(message), "{}", ran.stderr);
        assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
    }
}

#[test]
fn the_command_line_comes_before_the_environment() {
    let emulator = Emulator::builder().start().unwrap();
    let origin = emulator.origin();
    Bench::calling_emulator(&emulator)
        .env("TOPIC_IMPORT_ENDPOINT", "https://chat.example.com/")
        .env("TOPIC_IMPORT_REGION", "seoul")
        .file("rows.jsonl", named_rows(1))
        .run(&["import", "rows.jsonl", "--endpoint", &origin])
        .assert_summary(0, "1 row: 1 imported; 1 call", "");
    let both = [
        "import",
        "rows.jsonl",
        "--endpoint",
        &origin,
        "--region",
        "seoul",
    ];
    Bench::new()
        .file("rows.jsonl", named_rows(1))
        .run(&both)
        .assert(
            1,
            "",
            "topic-import: --region and --endpoint cannot be used together: give one of them\n",
        );
}

#[test]
fn times_are_taken_in_every_unit() {
    for time in ["90s", "10m", "1h", "1h30m", "500ms"] {
        bench()
            .run(&[
                "import",
                "rows.jsonl",
                "--emulator",
                "--give-up-after",
                time,
            ])
            .assert_summary(0, "1 row: 1 imported; 1 call", "");
    }
}

#[test]
fn a_rate_is_taken_from_none_to_the_largest() {
    for rate in ["0", "1", "4294967295"] {
        bench()
            .run(&["import", "rows.jsonl", "--emulator", "--rate", rate])
            .assert_summary(0, "1 row: 1 imported; 1 call", "");
    }
}

#[test]
fn a_file_of_certificates_that_holds_none_is_named() {
    let bench = Bench::calling("https://127.0.0.1:1")
        .file("rows.jsonl", unnamed_row("a"))
        .file("ca.pem", "no certificate");
    bench
        .run(&["import", "rows.jsonl", "--ca-file", "ca.pem"])
        .assert(
            1,
            "",
            "topic-import: --ca-file ca.pem: no certificate could be read from the PEM text.\nIt must hold a certificate as PEM: -----BEGIN CERTIFICATE-----.\n",
        );
    bench
        .run(&["import", "rows.jsonl", "--ca-file", "missing.pem"])
        .assert(
            1,
            "",
            "topic-import: --ca-file missing.pem: there is no such file: check the path\n",
        );
}

#[test]
fn a_community_in_no_known_condition_is_named() {
    let ran = Bench::new().run(&[
        "emulate",
        "--listen",
        "127.0.0.1:0",
        "--community",
        "@TGS#_a=gone",
    ]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert!(
        ran.stderr
            .contains("\"gone\" is not normal, deleted, no-topics or full-at=N"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_emulator_listens_on_this_machine_alone() {
    Bench::new()
        .run(&["emulate", "--listen", "0.0.0.0:0"])
        .assert(1, "", "topic-import: 0.0.0.0:0 is not an address of this machine alone: listen on 127.0.0.1 or ::1\n");
}

#[test]
fn a_mistyped_address_of_a_database_makes_no_file() {
    for address in [
        "postgres//ada@db.example.com/chat",
        "postgres:/ada@db.example.com/chat",
        "postgre://ada@db.example.com/chat",
        "postgress://ada@db.example.com/chat",
        "psql://db.example.com/chat",
        "host=db.example.com dbname=chat",
    ] {
        for command in [&["import", "rows.jsonl", "--emulator"][..], &["work"]] {
            let bench = bench();
            let ran = bench.run(&[command, &["--journal", address]].concat());
            ran.assert(
                1,
                "",
                "topic-import: --journal: the database's address is not of the form postgres://user@host/database.\n\
                 Write the address in that form, or name a file: one whose name is like an address, as ./NAME.\n",
            );
            let files = std::fs::read_dir(bench.path("")).unwrap();
            assert_eq!(files.count(), 1, "{address}");
        }
    }
    let bench = bench();
    let journal = ["--journal", "./host=a"];
    let ran = bench.run(&[&["import", "rows.jsonl", "--emulator"][..], &journal].concat());
    assert!(ran.status == 0 && bench.path("host=a").exists(), "{ran:?}");
}

#[test]
fn a_region_beside_an_emulator_is_refused_unless_the_environment_says_it() {
    let rehearse = ["import", "rows.jsonl", "--emulator"];
    for (option, value) in [
        ("--region", "seoul"),
        ("--endpoint", "https://chat.example.com"),
    ] {
        let probe = ["probe", "--group-id", "@TGS#_a", "--emulator"];
        let dry = ["import", "rows.jsonl", "--emulator", "--dry-run"];
        for command in [&rehearse[..], &dry, &probe] {
            bench().run(&[command, &[option, value]].concat()).assert(
                1,
                "",
                &format!(
                    "topic-import: {option} and --emulator cannot be used together: \
                     leave out {option} to rehearse with an emulator, or --emulator to call the service\n"
                ),
            );
        }
    }
    for region in ["seoul", "Seoul", "KR"] {
        bench()
            .env("TOPIC_IMPORT_REGION", region)
            .run(&rehearse)
            .assert_summary(0, "1 row: 1 imported; 1 call", "");
    }
}

#[test]
fn a_second_rehearsal_with_the_same_journal_says_that_its_emulator_is_empty() {
    let bench = bench();
    let rehearse = ["import", "rows.jsonl", "--emulator", "--journal", "k"];
    bench
        .run(&rehearse)
        .assert_summary(0, "1 row: 1 imported; 1 call", "");
    bench.run(&rehearse).assert_summary(
        0,
        "1 row: 1 imported; 0 calls",
        "topic-import: continuing with k\n\
         topic-import: 1 topic imported by the journal is gone with the emulator of that run: this one is empty.\n\
         To rehearse from the beginning, leave out --journal, or name another.\n",
    );
}

#[test]
fn a_journal_is_no_directory() {
    let bench = Bench::new().file("rows.jsonl", unnamed_row("a"));
    bench
        .run(&["import", "rows.jsonl", "--emulator", "--journal", "."])
        .assert(
            1,
            "",
            "topic-import: --journal: . is a directory: name a file, in it or elsewhere\n",
        );
}
