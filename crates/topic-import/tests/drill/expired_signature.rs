//! The signature expires in the middle of a run.

use std::process::Command;

use fastrand::Rng;
use topic_import_emulator::{Emulator, Outcome, TRIAL_SDK_APP_ID, TRIAL_SECRET_KEY};

use crate::faults;
use crate::figures::Figures;
use crate::importer::Ran;
use crate::ledger::Ledger;
use crate::migration::{Migration, PROGRAM};
use crate::rows;
use crate::settlement::Settlement;
use crate::size::size;

const SEED: u64 = 57_837_144;
const EXPIRED: Outcome = Outcome::ErrorCode(70001);

#[test]
fn with_a_key_the_run_signs_anew_and_goes_on() {
    let (emulator, migration) = stage();
    let renewals = size(1, 3);
    let mut importer = migration.start();
    for renewal in 1..=renewals {
        let place = migration.rows.len() * renewal / (renewals + 3);
        let state = emulator.state();
        importer.runs_until("topics are there", || state.topics_len() >= place);
        let before = expired(&emulator);
        expire_signatures(&emulator, SEED + renewal as u64);
        importer.runs_until("a signature has expired", || expired(&emulator) > before);
    }
    importer.end().assert_status(0);
    conclude(
        "The signature expires, and the key is there",
        &emulator,
        &migration,
    );
}

#[test]
fn a_ready_made_signature_stops_the_run_which_goes_on_with_a_fresh_one() {
    let (emulator, mut migration) = stage();
    migration.sign_with(&user_sig());
    let mut ledger = Ledger::with_refusals();
    let stops = size(1, 3);
    for stop in 1..=stops {
        let place = migration.rows.len() * stop / (stops + 3);
        let mut importer = migration.start();
        let state = emulator.state();
        importer.runs_until("topics are there", || state.topics_len() >= place);
        expire_signatures(&emulator, SEED + stop as u64);
        let ran = importer.end();
        assert_says_what_to_do(&ran);
        ledger.look(&migration, &emulator.state());
        migration.sign_with(&user_sig());
    }
    migration.finish(0);
    ledger.look(&migration, &emulator.state());
    conclude(
        "A ready-made signature expires, and is replaced",
        &emulator,
        &migration,
    );
}

fn stage() -> (Emulator, Migration) {
    let mut chance = Rng::with_seed(SEED);
    let emulator = faults::failing_emulator(SEED);
    // Longer than a signature takes to expire.
    let (topics, rate) = size((400, "100"), (3000, "200"));
    let migration = Migration::new(rows::mixed(topics, &mut chance), &emulator.origin())
        .arguments(&["--rate", rate]);
    (emulator, migration)
}

/// A second from now; a signature is as old as the second in which it was made.
fn expire_signatures(emulator: &Emulator, seed: u64) {
    let plan = format!("{},expire-signatures=1s", faults::plan(seed));
    emulator.set_faults(plan.parse().unwrap());
}

/// Calls whose signature the service took for expired, not those that a fault made look so.
fn expired(emulator: &Emulator) -> usize {
    let calls = emulator.state().calls();
    let expired = calls
        .iter()
        .filter(|call| call.outcome == EXPIRED && call.fault.is_none());
    expired.count()
}

fn user_sig() -> String {
    let output = Command::new(PROGRAM)
        .args(["sign", "--sdk-app-id", &TRIAL_SDK_APP_ID.to_string()])
        .env_clear()
        .env("TOPIC_IMPORT_SECRET_KEY", TRIAL_SECRET_KEY)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[track_caller]
fn assert_says_what_to_do(ran: &Ran) {
    ran.assert_status(3);
    for text in [
        "70001",
        "the UserSig has expired",
        "give a new UserSig",
        "run the same command again",
    ] {
        assert!(ran.stderr.contains(text), "{ran:?}");
    }
}

#[track_caller]
fn conclude(drill: &str, emulator: &Emulator, migration: &Migration) {
    let state = emulator.state();
    let settlement = Settlement::of(migration, &state);
    Figures::of(drill, SEED)
        .line("expired", format!("{} calls", expired(emulator)))
        .line("calls", faults::calls(&state, migration.rows.len()))
        .line("faults", faults::suffered(&state))
        .settlement(&settlement)
        .print();
    settlement.assert_clean();
    assert_eq!(settlement.topics, migration.rows.len());
    faults::assert_each_was_created_once(&state);
}
