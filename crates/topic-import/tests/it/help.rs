//! What `--help` prints.

use std::process::Command;

use crate::support::Bench;

const COMMANDS: [&str; 14] = [
    "sources",
    "import",
    "work",
    "check",
    "convert",
    "verify",
    "undo",
    "report",
    "probe",
    "explain",
    "sign",
    "emulate",
    "completions",
    "man",
];

fn help(arguments: &[&str]) -> String {
    let ran = Bench::new().run(arguments);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    ran.stdout
}

fn assert_fits(arguments: &[&str], most: usize) {
    let text = help(arguments);
    assert!(text.lines().count() <= most, "{arguments:?}:\n{text}");
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

/// What is needed daily fits on a screen. `--help` may take more lines: it explains each option to somebody who has not
/// read the guide.
#[test]
fn short_help_fits_a_screen_and_the_whole_help_a_few() {
    assert_fits(&["--help"], 31);
    for command in COMMANDS {
        let most = match command {
            "import" => 150,
            "check" => 125,
            _ => 100,
        };
        assert_fits(&[command, "--help"], most);
        assert_fits(&[command, "-h"], 40);
    }
}

#[test]
fn help_has_an_example_of_each_command() {
    for command in COMMANDS {
        let text = help(&[command, "--help"]);
        let (_, examples) = text.split_once("\nExample").unwrap();
        assert!(
            examples.contains(&format!("  topic-import {command} ")),
            "{text}"
        );
    }
}

#[test]
fn the_short_help_leaves_out_what_is_rarely_needed() {
    let (short, long) = (help(&["import", "-h"]), help(&["import", "--help"]));
    for option in ["--from ", "--dry-run", "--region"] {
        assert!(short.contains(option) && long.contains(option), "{option}");
    }
    for option in ["--give-up-after", "--retry", "--ca-file"] {
        assert!(!short.contains(option) && long.contains(option), "{option}");
    }
    assert!(short.contains("see more with '--help'"));
    assert_eq!(help(&["help", "import"]), long);
}

#[test]
fn help_says_what_the_exit_status_means_where_there_is_more_than_done_or_not() {
    for (command, lines) in [
        (
            "import",
            "  0  every topic is there; with --limit, every one of the first N rows\n  1  could not start: nothing was imported\n\
             \u{20}\u{20}2  done, but not every row was imported\n  3  stopped: run the same command again to continue\n",
        ),
        (
            "check",
            "  0  no problems\n  1  could not start\n  2  problems found\n",
        ),
        (
            "probe",
            "  0  all agree\n  1  could not start\n  2  not all agree\n  3  stopped\n",
        ),
        (
            "convert",
            "  0  done\n  1  could not start\n\
             \u{20}\u{20}2  problems found; only the valid rows were written\n",
        ),
        (
            "sign",
            "  0  done\n  1  could not start\n  2  the UserSig was not made with the key\n",
        ),
    ] {
        let text = help(&[command, "--help"]);
        assert!(
            text.ends_with(&format!("\nExit status:\n{lines}")),
            "{text}"
        );
    }
}

#[test]
fn help_names_the_variables_and_shows_no_value_of_theirs() {
    let bench = Bench::new()
        .env("TOPIC_IMPORT_IDENTIFIER", "somebody")
        .env("TOPIC_IMPORT_ENDPOINT", "https://somewhere.example.com");
    let text = bench.run(&["import", "--help"]).stdout;
    let (_, variables) = text.split_once("\nEnvironment").unwrap();
    for variable in [
        "SDK_APP_ID",
        "IDENTIFIER",
        "SECRET_KEY",
        "USER_SIG",
        "REGION",
        "ENDPOINT",
        "SERVICE",
        "RATE",
        "CONCURRENCY",
        "CA_FILE",
        "TOPIC_IDS",
        "JOURNAL",
    ] {
        let variable = format!("\n  TOPIC_IMPORT_{variable} ");
        assert!(variables.contains(&variable), "{variable}");
    }
    assert!(!text.contains("somebody") && !text.contains("somewhere"));
}

#[test]
fn without_a_command_help_goes_to_standard_error() {
    let ran = Bench::new().run(&[]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    assert_eq!(ran.stderr, help(&["--help"]));
}

#[test]
fn the_version_is_told() {
    let version = concat!("topic-import ", env!("CARGO_PKG_VERSION"), " (");
    let told = help(&["--version"]);
    let build = told.strip_prefix(version).unwrap();
    assert!(build.contains(" build for "), "{told}");
    assert_eq!((told.lines().count(), help(&["-V"])), (1, told.clone()));
    let head = Command::new("git").args(["rev-parse", "HEAD"]).output();
    let head = String::from_utf8(head.map_or_else(|_| Vec::new(), |ran| ran.stdout)).unwrap();
    if !head.is_empty() {
        assert!(
            build.starts_with(&format!("commit {}", &head[..12])),
            "{told}"
        );
    }
}

#[test]
fn each_command_says_which_run_it_takes_where_none_is_named() {
    for (command, default) in [
        ("import", "(default: the name of FILE)"),
        ("work", "(default: the only one)"),
        ("report", "(default: the only one)"),
        ("verify", "(default: the only one)"),
        ("undo", "(default: the only one)"),
    ] {
        let help = help(&[command, "--help"]);
        let (_, run) = help.split_once("--run <NAME>").unwrap();
        let words: Vec<&str> = run.split_whitespace().take(24).collect();
        assert!(words.join(" ").contains(default), "{command}: {run}");
    }
}
