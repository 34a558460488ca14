//! What `--help` prints.

use crate::support::Bench;

const COMMANDS: [&str; 10] = [
    "import", "check", "convert", "verify", "undo", "report", "probe", "explain", "sign", "emulate",
];

fn help(arguments: &[&str]) -> String {
    let ran = Bench::new().run(arguments);
    assert_eq!((ran.status, &*ran.stderr), (0, ""));
    ran.stdout
}

#[test]
fn help_fits_a_terminal() {
    let all = COMMANDS.map(|command| help(&[command, "--help"]));
    for text in all.iter().chain([&help(&["--help"])]) {
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
    for (command, text) in COMMANDS.iter().zip(&all) {
        let most = match *command {
            "import" => 90,
            "verify" | "undo" => 60,
            "probe" | "emulate" => 50,
            _ => 45,
        };
        assert!(text.lines().count() <= most, "{command}:\n{text}");
    }
}

#[test]
fn help_says_what_the_exit_status_means_where_there_is_more_than_done_or_not() {
    for (command, line) in [
        (
            "import",
            "Exit status: 0 all there, 1 could not start, 2 some rows not imported, 3 stopped\n\
             (the same command goes on)\n",
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
            "Exit status: 0 done, 1 could not start, 2 problems found; sound rows are written\n\
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
    ] {
        assert!(
            text.contains(&format!("TOPIC_IMPORT_{variable}")),
            "{variable}"
        );
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
