//! Many processes that share a quota, in virtual time: the keeper, the lanes, the slots and the clock as they are, over a
//! model of the database's row that a test holds against PostgreSQL. How they claim rows is a model as well.
//!
//! In short with every test run; for longer, with a table of the figures, with `cargo xtask simulate`.

#![allow(
    clippy::cast_precision_loss,
    reason = "what is counted here is far below 2^52"
)]

mod journal;
mod pauses;
mod service;
mod shared_row;
mod worker;
mod world;

use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use tokio::task::LocalSet;
use tokio::time::{sleep, timeout};

use self::pauses::Pausing;
use self::world::World;

/// The share of the quota is counted from this time on, until nine tenths of the rows are imported.
const WARM_UP: Duration = Duration::from_secs(5);
const HEAD: &str = "\
| quota, calls a second | processes | calls | of the quota used | refused | slots unused | rows looked up | rows imported twice |
| --- | --- | --- | --- | --- | --- | --- | --- |";

/// Who works on a run, and what happens to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Processes {
    /// One, with the pacer that each client has.
    Alone,
    Shared,
    SharedWithPauses,
    SharedWithDeaths,
}

impl Processes {
    const ALL: [Self; 4] = [
        Self::Alone,
        Self::Shared,
        Self::SharedWithPauses,
        Self::SharedWithDeaths,
    ];

    const fn words(self) -> &'static str {
        match self {
            Self::Alone => "1, its own quota",
            Self::Shared => "64",
            Self::SharedWithPauses => "64, with pauses",
            Self::SharedWithDeaths => "64, of which some die",
        }
    }

    const fn count(self) -> usize {
        match self {
            Self::Alone => 1,
            _ => 64,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Scenario {
    per_second: u32,
    processes: Processes,
    /// For how many seconds there are rows.
    seconds: u32,
}

impl Scenario {
    fn rows(self) -> u64 {
        u64::from(self.per_second) * u64::from(self.seconds)
    }

    fn run(self, seed: u64) -> Figures {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        LocalSet::new().block_on(&runtime, self.simulate(seed))
    }

    async fn simulate(self, seed: u64) -> Figures {
        let world = World::new(self.per_second, self.rows(), seed);
        let processes: Vec<_> = (0..self.processes.count())
            .map(|_| {
                let chance = world.chance.borrow_mut().fork();
                tokio::task::spawn_local(self.lives(Rc::clone(&world), chance))
            })
            .collect();
        for process in processes {
            process.await.unwrap();
        }
        Figures::of(&world)
    }

    /// One process, and another one in its place if it dies.
    async fn lives(self, world: Rc<World>, mut chance: Rng) {
        let per_second = NonZeroU32::new(self.per_second).unwrap();
        sleep(Duration::from_millis(chance.u64(..1_000))).await;
        let live = || worker::live_among_others(Rc::clone(&world), per_second);
        match self.processes {
            Processes::Alone => worker::live_alone(Rc::clone(&world), per_second).await,
            Processes::Shared => live().await,
            Processes::SharedWithPauses => {
                Pausing::new(live(), Duration::from_mins(1), chance).await;
            }
            Processes::SharedWithDeaths => loop {
                let dies_after = Duration::from_millis(chance.u64(1_000..300_000));
                if timeout(dies_after, live()).await.is_ok() {
                    return;
                }
                sleep(Duration::from_secs(chance.u64(1..10))).await;
            },
        }
    }
}

#[derive(Debug, PartialEq)]
struct Figures {
    calls: usize,
    /// In percent of the quota.
    share: f64,
    /// In percent of the calls.
    refused: f64,
    /// Slots that passed because a process was late.
    wasted: u64,
    /// Rows of processes that died or were stopped for too long: others look them up before they import them.
    looked_up: u64,
    imported: u64,
    twice: usize,
    recorded: u64,
}

impl Figures {
    fn of(world: &World) -> Self {
        let (service, journal) = (world.service.borrow(), world.journal.borrow());
        let accepted = &service.accepted;
        let until = accepted[accepted.len() / 10 * 9];
        let counted = accepted.iter().filter(|at| (WARM_UP..until).contains(*at));
        let quota = (until.as_secs_f64() - WARM_UP.as_secs_f64()) * service.quota as f64;
        let calls = accepted.len() + service.refused;
        Self {
            calls,
            share: 100.0 * counted.count() as f64 / quota,
            refused: 100.0 * service.refused as f64 / calls as f64,
            wasted: world.wasted.load(Relaxed),
            looked_up: journal.taken_over,
            imported: service.rows(),
            twice: service.twice(),
            recorded: journal.recorded,
        }
    }

    fn print(&self, scenario: Scenario) {
        let Scenario {
            per_second,
            processes,
            ..
        } = scenario;
        let Self {
            calls,
            share,
            refused,
            wasted,
            looked_up,
            twice,
            ..
        } = self;
        let processes = processes.words();
        println!(
            "| {per_second} | {processes} | {calls} | {share:.1}% | {refused:.2}% | {wasted} | {looked_up} | {twice} |"
        );
    }
}

#[test]
fn processes_that_share_a_quota_use_it_and_keep_to_it_and_import_every_row_once() {
    let is_whole = std::env::var("TOPIC_IMPORT_SIMULATE").is_ok_and(|value| value == "whole");
    let lengths: &[(u32, u32)] = if is_whole {
        &[(200, 600), (2_000, 120), (20_000, 60)]
    } else {
        &[(200, 60), (2_000, 10)]
    };
    let scenarios: Vec<Scenario> = lengths
        .iter()
        .flat_map(|&(per_second, seconds)| {
            Processes::ALL.map(|processes| Scenario {
                per_second,
                processes,
                seconds,
            })
        })
        .collect();
    let figures: Vec<Figures> = thread::scope(|scope| {
        let run = |scenario: Scenario| scope.spawn(move || scenario.run(1));
        let running: Vec<_> = scenarios.iter().copied().map(run).collect();
        let ended = running.into_iter().map(|running| running.join().unwrap());
        ended.collect()
    });
    println!("{HEAD}");
    for (scenario, figures) in scenarios.iter().zip(&figures) {
        figures.print(*scenario);
    }
    for (scenario, figures) in scenarios.iter().zip(&figures) {
        assert_eq!(figures.imported, scenario.rows(), "{figures:?}");
        assert_eq!(figures.recorded, scenario.rows(), "{figures:?}");
        assert_eq!(figures.twice, 0, "{figures:?}");
        let (least_share, most_refused) = match (scenario.per_second, scenario.processes) {
            (200, _) => (91.0, 1.0),
            // Those that are paused hold slots and rows meanwhile.
            (_, Processes::SharedWithPauses) => (90.0, 0.1),
            _ => (98.0, 0.1),
        };
        assert!(figures.share >= least_share, "{figures:?}");
        assert!(figures.refused <= most_refused, "{figures:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let scenario = Scenario {
        per_second: 200,
        processes: Processes::SharedWithDeaths,
        seconds: 10,
    };
    assert_eq!(scenario.run(7), scenario.run(7));
}
