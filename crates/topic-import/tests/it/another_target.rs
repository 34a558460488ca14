//! The same input for another app or endpoint than the one that its journal was made for.

use topic_import_emulator::Emulator;
use topic_import_test_postgres::server;

use crate::support::{Bench, GROUP, Ran, named_rows};

const FILE: &str = "rows.jsonl";

/// Where nothing answers.
const NOWHERE: &str = "http://127.0.0.1:1";

fn emulator(faults: &str) -> Emulator {
    let builder = Emulator::builder();
    builder.faults(faults.parse().unwrap()).start().unwrap()
}

/// Imports into this emulator what another bench has.
fn import_into(origin: &str, bench: &Bench, further: &[&str]) -> Ran {
    let import = ["import", FILE, "--skip-preflight", "--endpoint", origin];
    let few = ["--give-up-after", "1s", "--concurrency", "1"];
    bench.run(&[&import[..], &few, further].concat())
}

fn bench(emulator: &Emulator) -> Bench {
    Bench::calling_emulator(emulator).file(FILE, named_rows(3))
}

/// Does so with a journal in a file, and with one in PostgreSQL.
fn with_either_journal(does: impl Fn(&[&str])) {
    does(&[]);
    let database = server().database();
    does(&["--journal", &database.socket_url()]);
}

#[test]
fn an_endpoint_that_was_wrong_is_given_right_with_the_same_journal() {
    with_either_journal(|journal| {
        let right = emulator("");
        let bench = bench(&right);
        let ran = import_into(NOWHERE, &bench, journal);
        assert_eq!(ran.status, 1, "{ran:?}");
        let ran = import_into(&right.origin(), &bench, journal);
        assert_eq!(ran.status, 0, "{ran:?}");
        assert!(ran.stdout.starts_with("3 rows: 3 imported; 3 calls"));
        let said = format!(
            " was made for another run (the endpoint was {NOWHERE}, and is {} now), of which the service accepted nothing: it is replaced\n",
            right.origin()
        );
        assert!(ran.stderr.ends_with(&said), "{}", ran.stderr);
        // From here on, it is the journal of the right one.
        let ran = import_into(&right.origin(), &bench, journal);
        assert!(
            ran.stderr.starts_with("topic-import: continuing with "),
            "{ran:?}"
        );
        assert_eq!(ran.status, 0);
    });
}

#[test]
fn what_another_app_has_refused_is_tried_in_the_right_one() {
    with_either_journal(|journal| {
        let (wrong, right) = (emulator("import_topic:code10004@1-"), emulator(""));
        let bench = bench(&right);
        let ran = import_into(&wrong.origin(), &bench, journal);
        assert!(ran.stdout.starts_with("3 rows: 3 rejected"), "{ran:?}");
        let ran = import_into(&right.origin(), &bench, journal);
        assert!(ran.stdout.starts_with("3 rows: 3 imported"), "{ran:?}");
    });
}

#[test]
fn a_journal_of_which_anything_was_or_may_have_been_accepted_is_kept_with_both_ways_out() {
    for (faults, becomes) in [
        ("import_topic:code10004@2-", "1 imported, 2 rejected"),
        ("import_topic:lost@1-", "(1 of them in flight)"),
    ] {
        with_either_journal(|journal| {
            let (first, second) = (emulator(faults), emulator(""));
            let bench = bench(&second);
            let ran = import_into(&first.origin(), &bench, journal);
            assert!(ran.stdout.contains(becomes), "{ran:?}");
            let ran = import_into(&second.origin(), &bench, journal);
            assert_eq!((ran.status, second.state().calls_len()), (1, 0));
            let said = format!(
                " was made for another run: the endpoint was {}, and is {} now.\n\
                 Rows of that run were imported, or may have been, so its journal is kept.\n\
                 Give the earlier values to continue that run, or begin another run: name another journal with --journal \
                 (in a database, another name with --run), or remove this journal: what it has imported can then no longer be undone, and the map of IDs is lost.\n",
                first.origin(),
                second.origin()
            );
            assert!(ran.stderr.ends_with(&said), "{}", ran.stderr);
            // Both ways lead out.
            first.set_faults("".parse().unwrap());
            let ran = import_into(
                &first.origin(),
                &bench,
                &[journal, &["--retry", "rejected"]].concat(),
            );
            assert_eq!(ran.status, 0, "{ran:?}");
            let other = match journal {
                [] => vec!["--journal", "other.journal"],
                journal => [journal, &["--run", "other"]].concat(),
            };
            let ran = import_into(&second.origin(), &bench, &other);
            assert_eq!((ran.status, second.state().topics_len()), (0, 3), "{ran:?}");
        });
    }
}

#[test]
fn communities_count_as_what_was_accepted() {
    with_either_journal(|journal| {
        let community = format!("{{\"GroupId\":\"{GROUP}\",\"Name\":\"Riverside\"}}\n");
        let second = Emulator::builder()
            .only_listed_communities()
            .start()
            .unwrap();
        let bench = bench(&second).file("communities.jsonl", community);
        let further = [journal, &["--communities", "communities.jsonl"]].concat();
        for (faults, status) in [
            // The community is made, and no topic.
            ("import_group:code10004@2-,import_topic:code10004@1-", 1),
            // Not even the community is made.
            ("import_group:code10004@1-", 0),
        ] {
            let builder = Emulator::builder().only_listed_communities();
            let first = builder.faults(faults.parse().unwrap()).start().unwrap();
            let run = ["--run", faults];
            let further = if journal.is_empty() {
                further.clone()
            } else {
                [&further[..], &run].concat()
            };
            assert_eq!(import_into(&first.origin(), &bench, &further).status, 2);
            let ran = import_into(&second.origin(), &bench, &further);
            assert_eq!(ran.status, status, "{ran:?}");
            if journal.is_empty() {
                let _ = std::fs::remove_file(bench.path("rows.jsonl.journal"));
            }
        }
        assert_eq!(second.state().topics_len(), 3);
    });
}

#[test]
fn what_comes_through_a_pipe_is_made_anew_as_well() {
    let right = emulator("");
    let bench = Bench::calling_emulator(&right).stdin(named_rows(2));
    let import = |origin: &str| {
        let stdin = ["import", "-", "--format", "jsonl", "--skip-preflight"];
        let few = ["--give-up-after", "1s", "--endpoint", origin];
        bench.run(&[&stdin[..], &few].concat())
    };
    assert_eq!(import(NOWHERE).status, 1);
    let ran = import(&right.origin());
    assert_eq!(ran.status, 0, "{ran:?}");
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert!(lines[0].ends_with("of which the service accepted nothing: it is replaced"));
    assert!(lines[1].starts_with("topic-import: the progress is recorded in stdin-"));
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn a_run_on_which_another_machine_works_is_not_taken_from_it() {
    let database = server().database();
    let url = database.socket_url();
    let journal = ["--journal", &*url];
    let (first, second) = (emulator("import_topic:lost@1-"), emulator(""));
    let bench = bench(&second);
    let import = [
        "import",
        FILE,
        "--skip-preflight",
        "--quiet",
        "--endpoint",
        &first.origin(),
    ];
    let mut running = bench
        .command(&[&import[..], &journal].concat())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while first.state().calls_len() == 0 {
        std::thread::yield_now();
    }
    let ran = import_into(&second.origin(), &bench, &journal);
    running.kill().unwrap();
    running.wait().unwrap();
    assert_eq!((ran.status, second.state().calls_len()), (1, 0));
    assert!(
        ran.stderr
            .contains("topic-import: another process is working on the journal "),
        "{ran:?}"
    );
}
