//! Several workers share a run in a database, its communities first: they are killed, stopped for longer than their lease, and started, and
//! the database is restarted, at a service that fails at every seventh call and has a strict quota.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;
use topic_import_bulk::Outcome;
use topic_import_bulk::journal::{Journal as _, Order, Pages as _, PostgresJournal, StoredRow};
use topic_import_bulk::request::Kind;
use topic_import_emulator::{Call, Command, Emulator, Outcome as Answered, State};
use topic_import_shared_quota::Database;
use topic_import_test_postgres::Server;

use crate::communities;
use crate::faults;
use crate::figures::Figures;
use crate::fleet::Fleet;
use crate::rows;
use crate::settlement::Settlement;
use crate::size::{is_full, size};

const SEED: u64 = 20_261_123;
const QUOTA: u32 = 200;
const TOO_FREQUENT: Answered = Answered::ErrorCode(60007);
/// Of 100 calls, 15. None says that calls are too frequent: that does only the quota.
const FAULTS: &str = "\
    lost=0.03,reset-before=0.03,reset-after=0.02,truncated=0.01,cut-json=0.01,not-json=0.005,\
    http502=0.02,http502-done=0.01,code10002-done=0.01,code60014=0.005";

fn emulator() -> Emulator {
    Emulator::builder()
        .only_listed_communities()
        .quota(QUOTA)
        .topics_per_community(None)
        .latency(Duration::from_millis(20))
        .faults(format!("seed={SEED},{FAULTS}").parse().unwrap())
        .start()
        .unwrap()
}

#[test]
fn workers_that_come_and_go_make_every_community_and_import_every_topic_once() {
    let (topics, empty, every, lease) = size(
        (600, 400, Duration::from_millis(400), Duration::from_secs(1)),
        (5_000, 3_000, Duration::from_secs(2), Duration::from_secs(2)),
    );
    let mut chance = Rng::with_seed(SEED);
    let rows = rows::mixed(topics, &mut chance);
    let communities = communities::of(&rows, empty, &mut chance);
    let server = Server::start();
    let database = server.database();
    let emulator = emulator();
    let state = emulator.state();

    let (url, origin) = (database.socket_url(), emulator.origin());
    let mut fleet = Fleet::begin(&rows, &communities, &url, &origin, lease);
    let has_begun = || state.groups_len() > 0;
    fleet.first().runs_until("a community is there", has_begun);
    fleet.fill();
    let mut restart = Some(topics / 2);
    let mut away = Duration::ZERO;
    while !fleet.has_ended() {
        thread::sleep(every);
        if restart.take_if(|at| state.topics_len() >= *at).is_some() {
            let stopped = Instant::now();
            server.stop();
            server.start_again();
            away = stopped.elapsed();
        }
        fleet.disturb(&mut chance);
    }
    let (kills, pauses) = (fleet.kills, fleet.pauses);
    let workers = fleet.finish(0);

    let (kept, own) = journal(&database.socket_url());
    let settlement = Settlement::between(&rows, &kept, &state);
    let calls = imports(&state);
    let refused = refused(&calls);
    let repeated = answered_in_vain(&calls);
    let losses = kills + pauses;
    Figures::of("Several workers", SEED)
        .line(
            "workers",
            format!(
                "{workers} started, {kills} killed, {pauses} stopped for longer than their lease"
            ),
        )
        .line(
            "database",
            format!("restarted once, away for {:.1} s", away.as_secs_f64()),
        )
        .line("calls", faults::calls(&state, topics))
        .line("communities", communities::calls(&state))
        .line("faults", faults::suffered(&state))
        .line(
            "refused",
            format!("{refused} of {} calls as too frequent", calls.len()),
        )
        .line(
            "repeated",
            format!(
                "{repeated} rows that were answered: {:.1} for each worker lost",
                ratio(repeated, losses)
            ),
        )
        .line("rate", rates(&calls))
        .settlement(&settlement)
        .print();
    settlement.assert_clean();
    assert_eq!(settlement.topics, topics);
    faults::assert_each_was_created_once(&state);
    communities::assert_settled(&communities, &own, &state);
    assert!(restart.is_none(), "the database was not restarted");
    assert!(losses > 0, "no worker was lost");
    // On a machine that others use, calls that left evenly come in bunches.
    let most = if is_full() {
        calls.len() / 200
    } else {
        calls.len() / 10
    };
    assert!(
        refused <= most,
        "{refused} of {} calls refused",
        calls.len()
    );
}

/// For comparison: nothing happens to them.
#[test]
fn one_worker_undisturbed() {
    undisturbed("One worker undisturbed", |_| {});
}

#[test]
fn four_workers_undisturbed() {
    undisturbed("Four workers undisturbed", Fleet::fill);
}

fn undisturbed(name: &'static str, join: impl FnOnce(&mut Fleet)) {
    let topics = size(200, 2_000);
    let mut chance = Rng::with_seed(SEED);
    let rows = rows::mixed(topics, &mut chance);
    let communities = communities::of(&rows, 0, &mut chance);
    let server = Server::start();
    let database = server.database();
    let emulator = emulator();
    let lease = Duration::from_secs(30);
    let (url, origin) = (database.socket_url(), emulator.origin());
    let mut fleet = Fleet::begin(&rows, &communities, &url, &origin, lease);
    fleet.first().runs_for(1, &emulator.state());
    join(&mut fleet);
    fleet.finish(0);
    let calls = imports(&emulator.state());
    let refused = refused(&calls);
    Figures::of(name, SEED)
        .line("rate", rates(&calls))
        .line(
            "refused",
            format!("{refused} of {} calls as too frequent", calls.len()),
        )
        .print();
    let (kept, own) = journal(&database.socket_url());
    Settlement::between(&rows, &kept, &emulator.state()).assert_clean();
    communities::assert_settled(&communities, &own, &emulator.state());
}

/// Its topics and its communities.
fn journal(url: &str) -> (Vec<StoredRow>, Vec<StoredRow>) {
    let database = Database::parse(url).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let journal = PostgresJournal::open(&database, "rows.jsonl")
            .await
            .unwrap();
        let mut pages = journal.rows(&Outcome::ALL, Order::Input).await.unwrap();
        let mut rows = Vec::new();
        loop {
            let page = pages.next_page().await.unwrap();
            if page.is_empty() {
                return rows
                    .into_iter()
                    .partition(|row: &StoredRow| row.kind() == Kind::Topic);
            }
            rows.extend(page);
        }
    })
}

fn imports(state: &State) -> Vec<Call> {
    let mut calls = state.calls();
    calls.retain(|call| call.command == Some(Command::ImportTopic));
    calls
}

/// By the quota, and by no fault.
fn refused(calls: &[Call]) -> usize {
    let is_refused = |call: &&Call| call.outcome == TOO_FREQUENT && call.fault.is_none();
    calls.iter().filter(is_refused).count()
}

/// Rows that were called again though the service had answered: who called had died, or had lost its lease.
fn answered_in_vain(calls: &[Call]) -> usize {
    let mut answered: BTreeMap<&str, bool> = BTreeMap::new();
    let mut in_vain = 0;
    for call in calls {
        let Some(id) = call.topic_id.as_deref() else {
            continue;
        };
        let was_answered = answered.entry(id).or_default();
        in_vain += usize::from(*was_answered);
        *was_answered = call.fault.is_none() && call.outcome == Answered::ErrorCode(0);
    }
    in_vain
}

/// Calls per second that came to the service: in all; up to the last ones, which may have to wait for the end of a dead
/// worker's lease; and in the second that lies in the middle of all by them.
fn rates(calls: &[Call]) -> String {
    let most = &calls[..calls.len() * 98 / 100];
    let mut by_second: BTreeMap<u64, usize> = BTreeMap::new();
    for call in calls {
        *by_second.entry(call.at.as_secs()).or_default() += 1;
    }
    let mut seconds: Vec<usize> = by_second.into_values().collect();
    seconds.sort_unstable();
    format!(
        "{:.1} of {QUOTA} calls a second in all, {:.1} without the last 2%, {} in the median second",
        rate(calls),
        rate(most),
        seconds.get(seconds.len() / 2).copied().unwrap_or_default()
    )
}

#[allow(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
fn rate(calls: &[Call]) -> f64 {
    match (calls.first(), calls.last()) {
        (Some(first), Some(last)) => {
            calls.len() as f64 / last.at.saturating_sub(first.at).as_secs_f64()
        }
        _ => 0.0,
    }
}

#[allow(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
fn ratio(part: usize, of: usize) -> f64 {
    part as f64 / of.max(1) as f64
}
