//! What `--help` prints.

use crate::support::Bench;

const COMMANDS: [&str; 13] = [
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

#[test]
fn help_fits_a_screen() {
    assert_fits(&["--help"], 30);
    for command in COMMANDS {
        let most = match command {
            "import" => 52,
            "emulate" => 41,
            _ => 40,
        };
        assert_fits(&[command, "--help"], most);
        assert_fits(&[command, "-h"], 26);
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
    for (command, line) in [
        (
            "import",
            "Exit status: 0 all there, 1 could not start, 2 not all imported, 3 stopped\n",
        ),
        (
            "check",
            "Exit status: 0 no problems, 1 could not start, 2 problems found\n",
        ),
        (
            "probe",
            "Exit status: 0 all agree, 1 could not start, 2 not all agree, 3 stopped\n",
        ),
        (
            "convert",
            "Exit status: 0 done, 1 could not start, 2 problems found; sound rows are written\n  \
             all the same\n",
        ),
        (
            "sign",
            "Exit status: 0 done, 1 could not start, 2 the UserSig does not hold\n",
        ),
    ] {
        let text = help(&[command, "--help"]);
        assert!(text.ends_with(line), "{text}");
    }
}

#[test]
fn help_names_the_variables_and_shows_no_value_of_theirs() {
    let bench = Bench::new()
        .env("TOPIC_IMPORT_IDENTIFIER", "somebody")
        .env("TOPIC_IMPORT_ENDPOINT", "https://somewhere.example.com");
    let text = bench.run(&["import", "--help"]).stdout;
    let (_, variables) = text.split_once("Environment: TOPIC_IMPORT_ with ").unwrap();
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
        assert!(variables.contains(variable), "{variable}");
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
    let version = concat!("topic-import ", env!("CARGO_PKG_VERSION"), "\n");
    Bench::new().run(&["--version"]).assert(0, version, "");
}
