//! The importer is killed while the service names the topics: what is in flight then can never be settled, and is
//! never sent again.

use fastrand::Rng;
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::StoredRow;
use topic_import_emulator::Emulator;

use crate::faults;
use crate::figures::Figures;
use crate::killer::Killer;
use crate::migration::Migration;
use crate::moment::Moment;
use crate::rows;
use crate::settlement::Settlement;
use crate::size::size;

const SEED: u64 = 83_578_371;

#[test]
fn a_killed_importer_sends_nothing_twice_that_the_service_names() {
    let (topics, kills) = size((300, 6), (3000, 40));
    let mut chance = Rng::with_seed(SEED);
    let emulator = faults::failing_emulator(SEED);
    let migration = Migration::new(rows::unnamed(topics, &mut chance), &emulator.origin())
        .arguments(&["--rate", size("200", "500"), "--topic-ids", "service"]);
    let mut killer = Killer::of(&migration, emulator.state());
    // A third of the topics may never come to be there.
    killer.kill_at(&Moment::draw(kills, topics * 6 / 10, &mut chance));
    killer.finish(2);

    let settlement = Settlement::of(&migration, &emulator.state());
    let unknown = unknown(&migration);
    let there = settlement.topics - settlement.outcomes["imported"];
    Figures::of(
        "The importer is killed, and the service names the topics",
        SEED,
    )
    .line("kills", killer.words())
    .line(
        "resumed",
        format!(
            "{} times, {} of them after it gave up: its first answer was lost",
            killer.resumptions(),
            killer.stops()
        ),
    )
    .line("calls", faults::calls(&emulator.state(), topics))
    .line("faults", faults::suffered(&emulator.state()))
    .line(
        "unknown",
        format!("{}, of which {there} are there", unknown.len()),
    )
    .settlement(&settlement)
    .print();
    settlement.assert_clean();
    assert_eq!(
        settlement.outcomes["imported"] + unknown.len(),
        topics,
        "{:?}",
        settlement.outcomes
    );
    assert!(there > 0 && there < unknown.len(), "some of each kind");
    killer.assert_enough(kills);

    assert_listed(&migration, &unknown);
    assert_never_sent_again(&migration, &emulator);
}

fn unknown(migration: &Migration) -> Vec<StoredRow> {
    let mut journal = migration.journal().unwrap();
    journal.retain(|row| row.outcome == Outcome::Unknown);
    journal
}

/// Every row whose outcome nobody knows is named to whoever asks.
fn assert_listed(migration: &Migration, unknown: &[StoredRow]) {
    let report = migration.report();
    let failed = report["failed"].as_array().unwrap();
    let listed: Vec<u64> = failed
        .iter()
        .filter(|row| row["outcome"] == "unknown")
        .map(|row| row["line"].as_u64().unwrap())
        .collect();
    let lines: Vec<u64> = unknown.iter().map(|row| row.place.line).collect();
    assert_eq!(listed, lines);
}

/// The same command once more has nothing to do.
fn assert_never_sent_again(migration: &Migration, emulator: &Emulator) {
    let calls = emulator.state().calls_len();
    migration.finish(2);
    assert_eq!(emulator.state().calls_len(), calls);
}
