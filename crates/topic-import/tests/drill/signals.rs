//! Ctrl-C, and what a service manager does: once is polite, twice is at once, and both can be gone on from.

use std::time::Duration;

use fastrand::Rng;
use topic_import_emulator::{Emulator, FaultPlan};

use crate::figures::Figures;
use crate::ledger::Ledger;
use crate::migration::Migration;
use crate::patience;
use crate::rows;
use crate::settlement::Settlement;
use crate::size::size;

const SEED: u64 = 78_371_448;
const SIGNALS: [&str; 2] = ["INT", "TERM"];
const STOPPING: &str =
    "topic-import: stopping: waiting for the calls in flight; a second Ctrl-C stops at once\n";

#[test]
fn a_stop_that_is_asked_for_is_gone_on_from() {
    let (topics, rounds) = size((400, 1), (3000, 5));
    let mut chance = Rng::with_seed(SEED);
    let emulator = Emulator::builder()
        .topics_per_community(None)
        .quota(None)
        .latency(Duration::from_millis(20))
        .start()
        .unwrap();
    let migration = Migration::new(rows::mixed(topics, &mut chance), &emulator.origin())
        .arguments(&["--rate", size("200", "500")]);
    let mut ledger = Ledger::default();
    let (mut in_flight, mut left) = (0, 0);
    // A third of the topics and those left in flight, so that the last stop leaves the run enough to go on with.
    let step = topics / (rounds * SIGNALS.len() * 6);
    for signal in SIGNALS.repeat(rounds) {
        // What the last stop left in flight is settled first.
        ask_once(signal, left + step, &emulator, &migration, &mut ledger);
        left = ask_twice(signal, step, &emulator, &migration, &mut ledger);
        in_flight += left;
    }
    migration.finish(0);
    ledger.look(&migration, &emulator.state());

    let settlement = Settlement::of(&migration, &emulator.state());
    let each = rounds * SIGNALS.len();
    Figures::of("Ctrl-C and SIGTERM", SEED)
        .line(
            "stops",
            format!("{each} polite, {each} at once; {in_flight} rows in flight in all"),
        )
        .settlement(&settlement)
        .print();
    settlement.assert_clean();
    assert_eq!(settlement.topics, topics);
}

/// Calls in flight are awaited: what the summary, the journal and the service say is the same.
#[track_caller]
fn ask_once(
    signal: &str,
    topics: usize,
    emulator: &Emulator,
    migration: &Migration,
    ledger: &mut Ledger,
) {
    let mut importer = migration.start();
    let state = emulator.state();
    importer.runs_for(topics, &state);
    importer.signal(signal);
    let ran = importer.end();
    ran.assert_status(3);
    assert!(ran.stderr.contains(STOPPING), "{ran:?}");
    assert!(
        ran.stderr
            .contains("topic-import: stopped as asked.\nTo continue: "),
        "{ran:?}"
    );
    let left = ledger.look(migration, &state);
    let there = state.topics_len();
    assert_eq!((left.settled, left.in_flight), (there, 0));
    let json = ran.json();
    assert_eq!(
        json["imported"].as_u64().unwrap() + json["existing"].as_u64().unwrap(),
        there as u64
    );
}

/// Calls in flight are not awaited: no answer comes, and there is no summary. Gives how many there were.
#[track_caller]
fn ask_twice(
    signal: &str,
    topics: usize,
    emulator: &Emulator,
    migration: &Migration,
    ledger: &mut Ledger,
) -> usize {
    let mut importer = migration.start();
    let state = emulator.state();
    importer.runs_for(topics, &state);
    let never_answered = "delay-1h@1-".parse().unwrap();
    emulator.set_faults(never_answered);
    // Those that are being dealt with may still be answered.
    let calls = state.calls_len() + 10;
    importer.runs_until("calls hang", || state.calls_len() >= calls);
    importer.signal(signal);
    patience::until("it is stopping", || importer.said().contains(STOPPING));
    patience::until("it has stopped", || {
        // It may take a signal over a little later than it says so.
        importer.signal(signal);
        importer.has_ended()
    });
    emulator.set_faults(FaultPlan::new());
    let ran = importer.end();
    ran.assert_status(3);
    assert_eq!(ran.stdout, "");
    let left = ledger.look(migration, &state);
    assert!(left.in_flight > 0);
    left.in_flight
}
