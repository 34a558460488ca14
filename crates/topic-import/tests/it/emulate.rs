//! `emulate`: the emulator as a program of its own.

use std::io::{BufRead as _, BufReader};
use std::process::Child;

use topic_import_emulator::{SavedState, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::support::{Bench, CANARY_KEY, Ran, named_row, named_rows};

/// A running `emulate`, and what it printed: settings, a line each.
struct Emulating {
    child: Option<Child>,
    settings: Vec<(String, String)>,
}

impl Emulating {
    fn start(bench: &Bench, arguments: &[&str], settings: usize) -> Self {
        let all = [&["emulate", "--listen", "127.0.0.1:0"], arguments].concat();
        let mut child = bench.start(&all);
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
        let settings = lines
            .take(settings)
            .map(|line| {
                let line = line.unwrap();
                let (name, value) = line.split_once('=').unwrap();
                (name.to_owned(), value.to_owned())
            })
            .collect();
        Self {
            child: Some(child),
            settings,
        }
    }

    fn names(&self) -> Vec<&str> {
        self.settings.iter().map(|(name, _)| &**name).collect()
    }

    fn import(&self, bench: &Bench, arguments: &[&str]) -> Ran {
        self.run(bench, &[&["import", "rows.jsonl"], arguments].concat())
    }

    /// Runs a command that calls it.
    fn run(&self, bench: &Bench, arguments: &[&str]) -> Ran {
        let mut command = bench.command(arguments);
        Ran::from(command.envs(self.settings.clone()).output().unwrap())
    }

    /// Ends it as Ctrl-C does.
    #[cfg(unix)]
    fn interrupt(mut self) -> Ran {
        let child = self.child.take().unwrap();
        crate::interrupt::send_interrupt(&child);
        Ran::from(child.wait_with_output().unwrap())
    }
}

impl Drop for Emulating {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }
}

#[test]
fn what_it_prints_is_all_that_an_import_needs_and_a_second_import_finds_the_first() {
    let bench = Bench::new().file("rows.jsonl", named_rows(5));
    let emulating = Emulating::start(&bench, &[], 4);
    assert_eq!(
        emulating.names(),
        [
            "TOPIC_IMPORT_ENDPOINT",
            "TOPIC_IMPORT_SDK_APP_ID",
            "TOPIC_IMPORT_IDENTIFIER",
            "TOPIC_IMPORT_SECRET_KEY",
        ]
    );
    assert!(emulating.settings[0].1.starts_with("http://127.0.0.1:"));
    assert_eq!(emulating.settings[1].1, TRIAL_SDK_APP_ID.to_string());
    assert_eq!(emulating.settings[3].1, TRIAL_SECRET_KEY);

    emulating
        .import(&bench, &[])
        .assert_summary(0, "5 rows: 5 imported; 5 calls", "");
    emulating
        .import(&bench.without_journals(), &[])
        .assert_summary(0, "5 rows: 5 existing; 10 calls", "");
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_with_what_it_has_seen() {
    let bench = Bench::new().file("rows.jsonl", named_rows(1));
    let emulating = Emulating::start(&bench, &[], 4);
    emulating.import(&bench, &[]);
    emulating.interrupt().assert(
        0,
        "",
        "topic-import: listening until Ctrl-C\ntopic-import: 1 topic, 2 calls\n",
    );
}

#[test]
fn a_state_file_survives_a_kill_and_is_one_emulators_at_a_time() {
    let bench = Bench::new().file("rows.jsonl", named_rows(5));
    let state = ["--state", "state.jsonl"];
    // Dropped, it is killed.
    let emulating = Emulating::start(&bench, &state, 4);
    emulating
        .import(&bench, &[])
        .assert_summary(0, "5 rows: 5 imported; 5 calls", "");
    let all = [&["emulate", "--listen", "127.0.0.1:0"], &state[..]].concat();
    bench.run(&all).assert(
        1,
        "",
        "topic-import: the state file state.jsonl is in use by another emulator\n",
    );
    drop(emulating);

    let bench = bench.without_journals();
    let emulating = Emulating::start(&bench, &state, 4);
    emulating
        .import(&bench, &[])
        .assert_summary(0, "5 rows: 5 existing; 10 calls", "");
    drop(emulating);

    let saved = SavedState::read(bench.path("state.jsonl")).unwrap();
    assert_eq!(saved.topics_len(), 5);
    assert!(saved.topics().iter().all(|topic| topic.tries == 2));
}

#[test]
fn a_state_file_that_cannot_be_read_is_refused_with_its_line() {
    let bench = Bench::new().file("state.jsonl", "{\"tried\":\"a\"}\ngarbage\n");
    let listen = ["emulate", "--listen", "127.0.0.1:0"];
    let all = [&listen[..], &["--state", "state.jsonl"]].concat();
    bench.run(&all).assert(
        1,
        "",
        "topic-import: cannot read the state file state.jsonl, line 2: it is not JSON\n",
    );
}

#[cfg(unix)]
#[test]
fn a_key_of_ones_own_is_served_and_not_printed() {
    let bench = Bench::new()
        .env("TOPIC_IMPORT_SECRET_KEY", CANARY_KEY)
        .file("rows.jsonl", named_rows(1));
    let emulating = Emulating::start(&bench, &["--sdk-app-id", "7", "--identifier", "boss"], 3);
    assert_eq!(emulating.names().len(), 3);
    assert_eq!(emulating.settings[1].1, "7");
    assert_eq!(emulating.settings[2].1, "boss");
    emulating
        .import(&bench, &[])
        .assert_summary(0, "1 row: 1 imported; 1 call", "");
    let told = emulating.interrupt();
    assert!(
        told.stderr.starts_with(
            "topic-import: emulating app 7 with the key that is set here, which is not printed\n"
        ),
        "{}",
        told.stderr
    );
}

#[test]
fn communities_are_in_the_condition_that_is_asked_for() {
    let bench = Bench::new()
        .without_preflight()
        .file("rows.jsonl", named_rows(2));
    let emulating = Emulating::start(&bench, &["--community", "@TGS#_riverside=full-at=1"], 4);
    let ran = emulating.import(&bench, &["--output", "json", "--concurrency", "1"]);
    assert_eq!(
        (ran.status, &*ran.counts()),
        (2, "2 rows: 1 imported 1 held")
    );

    let bench = bench.without_journals();
    let emulating = Emulating::start(&bench, &["--only-listed"], 4);
    let ran = emulating.import(&bench, &["--output", "json"]);
    assert_eq!((ran.status, &*ran.counts()), (2, "2 rows: 2 held"));
}

#[test]
fn a_community_takes_as_many_topics_as_it_is_told() {
    for (topics, rows, status, counts) in [
        (&[][..], 201, 2, "201 rows: 200 imported 1 held"),
        (
            &["--topics-per-community", "2"],
            3,
            2,
            "3 rows: 2 imported 1 held",
        ),
        (
            &["--topics-per-community", "0"],
            201,
            0,
            "201 rows: 201 imported",
        ),
    ] {
        let rows: String = (0..rows).map(|row| named_row(&row.to_string())).collect();
        let bench = Bench::new().file("rows.jsonl", rows);
        let emulating = Emulating::start(&bench, topics, 4);
        let any_number = ["--topics-per-community", "1000"];
        let ran = emulating.import(
            &bench,
            &[&["--output", "json", "--concurrency", "1"][..], &any_number].concat(),
        );
        assert_eq!((ran.status, &*ran.counts()), (status, counts));
    }
}

#[test]
fn the_ids_of_destroyed_topics_can_be_taken_again_only_where_it_is_told_so() {
    for (told, is_free) in [(&["--reuse-destroyed-ids"][..], true), (&[], false)] {
        let bench = Bench::new().file("rows.jsonl", named_rows(1));
        let state = [&["--state", "state.jsonl"], told].concat();
        let emulating = Emulating::start(&bench, &state, 4);
        emulating.import(&bench, &[]);
        let undone = emulating.run(&bench, &["undo", "rows.jsonl.journal", "--yes"]);
        assert_eq!(undone.status, 0, "{undone:?}");
        let bench = bench.without_journals();
        let ran = emulating.import(&bench, &[]);
        assert_eq!(ran.status == 0, is_free, "{ran:?}");
        drop(emulating);
        let saved = SavedState::read(bench.path("state.jsonl")).unwrap();
        assert_eq!(saved.topics_len(), usize::from(is_free));
    }
}

#[test]
fn it_departs_from_the_documents_where_it_is_told_to() {
    let bench = Bench::new().file("rows.jsonl", named_row("a") + &named_row("ab"));
    let differ = ["--differ", "max-bytes:TopicName=1", "--differ", "max-ids=1"];
    let emulating = Emulating::start(&bench, &differ, 4);
    let ran = emulating.import(&bench, &["--output", "json"]);
    assert_eq!(
        (ran.status, &*ran.counts()),
        (2, "2 rows: 1 imported 1 rejected")
    );

    let ran = bench.run(&["emulate", "--differ", "max-bytes:TopicName"]);
    assert_eq!((ran.status, &*ran.stdout), (1, ""));
    let says = "\"max-bytes:TopicName\" is not a difference; the differences are max-bytes:TopicName=100, ";
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
}
