//! Names of files that a shell, or the program itself, could take for something else.

use std::process::Command;

use crate::support::{Bench, Ran, named_rows, row_with};

/// What a shell makes of a command that the program has printed.
fn typed(bench: &Bench, command: &str) -> Ran {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_topic-import"));
    let ran = Command::new("sh")
        .args(["-c", command])
        .current_dir(bench.path(""))
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", program.parent().unwrap().display()),
        )
        .output();
    Ran::from(ran.unwrap())
}

#[test]
fn the_commands_that_are_printed_mean_what_is_meant_whatever_the_file_is_called() {
    for name in [
        "-x.jsonl",
        "a b.jsonl",
        "it's $HOME.jsonl",
        "line\nfeed.jsonl",
        "话题.jsonl",
    ] {
        let emulator = topic_import_emulator::Emulator::builder().start().unwrap();
        let rows = named_rows(1) + &row_with(&"x".repeat(31), "");
        let bench = Bench::calling_emulator(&emulator).file(name, rows);
        let import = bench.run(&["import", "--skip-invalid", "--quiet", "--", name]);
        assert_eq!(import.status, 2, "{import:?}");
        let journal = format!("{name}.journal");
        assert!(bench.path(&journal).exists(), "{journal}");
        let verify = bench.run(&["verify", "--", &journal]);
        let (_, command) = verify
            .stderr
            .trim_end()
            .split_once("For details: ")
            .unwrap();
        let report = typed(&bench, command);
        assert_eq!((report.status, &*report.stderr), (2, ""), "{command}");
        let said = "1 imported, 1 rejected";
        assert!(report.stdout.contains(said), "{report:?}");
    }
}

#[test]
fn a_name_that_begins_with_a_hyphen_is_given_behind_two_of_them_or_with_its_directory() {
    let bench = Bench::new().file("-x.jsonl", named_rows(2));
    for arguments in [&["--", "-x.jsonl"][..], &["./-x.jsonl"]] {
        let ran = bench.run(&[&["import", "--emulator"], arguments].concat());
        ran.assert_summary(0, "2 rows: 2 imported; 2 calls", "");
    }
    for (arguments, tip) in [
        (
            &["check", "-x.jsonl"][..],
            "a file whose name begins with - is written so: ./-x.jsonl\n",
        ),
        (
            &["import", "--fit", "-x.jsonl"],
            "a file whose name begins with - is written so: ./-x.jsonl\n",
        ),
        (
            &["import", "./-x.jsonl", "--emulator", "--journal", "-j"],
            "a value that begins with - is written so: --journal=./-j\n",
        ),
        (
            &["import", "./-x.jsonl", "--emulator", "--journal", "-q"],
            "a value that begins with - is written so: --journal=./-q\n",
        ),
        (
            &["check", "./-x.jsonl", "--group-id", "-it's"],
            "a value that begins with - is written so: --group-id='-it'\\''s'\n",
        ),
    ] {
        let ran = bench.run(arguments);
        assert_eq!(ran.status, 1);
        assert!(ran.stderr.contains(&format!("  tip: {tip}")), "{ran:?}");
        assert!(!ran.stderr.contains("-- -"), "{ran:?}");
    }
    for journal in ["--journal=./-j", "--journal=./-q"] {
        let ran = bench.run(&["import", "./-x.jsonl", "--emulator", journal]);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(bench.path(&journal["--journal=".len()..]).exists());
    }
}

#[test]
fn a_journal_is_never_standard_input_or_output() {
    let why = "a journal is a file or a database, not standard input or output: name one";
    let bench = Bench::new().file("rows.jsonl", named_rows(1));
    for arguments in [
        &["import", "rows.jsonl", "--emulator", "--journal", "-"][..],
        &["import", "rows.jsonl", "--dry-run", "--journal", "-"],
        &["report", "-"],
        &["verify", "-"],
        &["undo", "-"],
        &["work", "--journal", "-"],
    ] {
        let ran = bench.run(arguments);
        assert_eq!(ran.status, 1, "{arguments:?}");
        assert!(ran.stderr.contains(why), "{arguments:?}: {ran:?}");
    }
    assert!(!bench.path("-").exists());
    let ran = bench.run(&["import", "rows.jsonl", "--emulator", "--journal", "./-"]);
    assert_eq!(ran.status, 0, "{ran:?}");
    assert!(bench.path("-").exists());
    let bench = bench.env("TOPIC_IMPORT_JOURNAL", "-");
    let ran = bench.run(&["import", "rows.jsonl", "--emulator"]);
    assert!(ran.status == 1 && ran.stderr.contains(why), "{ran:?}");
}
