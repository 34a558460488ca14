//! The table of scenarios, played by both clients, over plain HTTP and HTTPS.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex};
use std::{panic, thread};

use crate::client::Kind;
use crate::outcome::Outcome;
use crate::scenario::Scenario;
use crate::stage::Over;
use crate::{echoes, emulator_faults, failure_table, odd_answers, send_failures};

/// Scenarios played at once; most of them wait for most of their time.
const AT_ONCE: usize = 48;

/// A scenario that was played.
pub(crate) struct Played {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) over: Over,
    /// `None` where it panicked.
    pub(crate) outcome: Option<Outcome>,
    problems: Vec<String>,
}

/// Every scenario, played once for all tests of this process.
static PLAYED: LazyLock<Vec<Played>> = LazyLock::new(play_all);

/// The whole table.
fn scenarios() -> Vec<Scenario> {
    [
        failure_table::scenarios(),
        emulator_faults::scenarios(),
        odd_answers::scenarios(),
        send_failures::scenarios(),
        echoes::scenarios(),
    ]
    .concat()
}

fn play_all() -> Vec<Played> {
    let mut scenarios = scenarios();
    scenarios.sort_by_key(|scenario| !scenario.is_long);
    let mut jobs = Vec::new();
    for scenario in &scenarios {
        for kind in Kind::BOTH {
            for over in [Over::PlainHttp, Over::Https] {
                if scenario.is_over(over) {
                    jobs.push((scenario, kind, over));
                }
            }
        }
    }

    let next = AtomicUsize::new(0);
    let played = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some((scenario, kind, over)) =
                    jobs.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let play = panic::AssertUnwindSafe(|| scenario.play(*kind, *over));
                    let (outcome, problems) = match panic::catch_unwind(play) {
                        Ok((outcome, problems)) => (Some(outcome), problems),
                        Err(_) => (None, vec!["panicked".to_owned()]),
                    };
                    played.lock().unwrap().push(Played {
                        name: scenario.name.clone(),
                        kind: *kind,
                        over: *over,
                        outcome,
                        problems,
                    });
                }
            });
        }
    });
    played.into_inner().unwrap()
}

/// Every scenario as it was played.
pub(crate) fn played() -> &'static [Played] {
    &PLAYED
}

fn assert_conforms(kind: Kind, over: Over) {
    let mut played = 0;
    let mut problems = Vec::new();
    for scenario in PLAYED.iter() {
        if (scenario.kind, scenario.over) == (kind, over) {
            played += 1;
            let name = &scenario.name;
            let found = scenario.problems.iter();
            problems.extend(found.map(|problem| format!("{name}: {problem}")));
        }
    }
    problems.sort_unstable();
    eprintln!("{kind:?} over {over:?}: {played} scenarios");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(played > 150, "only {played} scenarios were played");
}

#[test]
fn the_async_client_conforms_over_plain_http() {
    assert_conforms(Kind::Async, Over::PlainHttp);
}

#[test]
fn the_async_client_conforms_over_https() {
    assert_conforms(Kind::Async, Over::Https);
}

#[test]
fn the_blocking_client_conforms_over_plain_http() {
    assert_conforms(Kind::Blocking, Over::PlainHttp);
}

#[test]
fn the_blocking_client_conforms_over_https() {
    assert_conforms(Kind::Blocking, Over::Https);
}

#[test]
fn no_two_scenarios_have_the_same_name() {
    let mut names: Vec<String> = scenarios()
        .into_iter()
        .map(|scenario| scenario.name)
        .collect();
    names.sort_unstable();
    for pair in names.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
}
