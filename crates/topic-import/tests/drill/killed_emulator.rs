//! The service dies and comes back with what it had, again and again; at times the importer dies with it.

use std::thread;
use std::time::Duration;

use fastrand::Rng;

use crate::emulation::Emulation;
use crate::figures::Figures;
use crate::importer::Importer;
use crate::ledger::Ledger;
use crate::migration::Migration;
use crate::moment::Moment;
use crate::rows;
use crate::settlement::Settlement;
use crate::size::size;

const SEED: u64 = 14_483_578;
/// How long the service stays away at most.
const AWAY: Duration = Duration::from_millis(300);

#[test]
fn a_service_that_dies_and_comes_back_costs_no_topic() {
    let (topics, strikes) = size((300, 6), (3000, 40));
    let mut chance = Rng::with_seed(SEED);
    let mut emulation = Emulation::start(SEED);
    let migration = Migration::new(rows::mixed(topics, &mut chance), &emulation.origin())
        .arguments(&["--rate", size("200", "500"), "--give-up-after", "10m"]);
    let mut ledger = Ledger::default();
    let mut deaths = Deaths::default();

    let mut importer = migration.start();
    let victims = Victim::ALL.into_iter().cycle();
    // The last strike leaves the run enough to go on with.
    let moments = Moment::draw(strikes, topics * 9 / 10, &mut chance);
    for (moment, victim) in moments.iter().zip(victims) {
        let topics_now = || emulation.saved().topics_len();
        if !moment.comes(&mut importer, &migration, topics_now) {
            break;
        }
        let away = AWAY.mul_f64(chance.f64());
        importer = victim.dies(&mut emulation, importer, away, &migration, &mut ledger);
        deaths.count(victim);
    }
    importer.end().assert_status(0);
    ledger.look(&migration, &emulation.saved());

    let settlement = Settlement::of(&migration, &emulation.saved());
    let saved = emulation.saved();
    let tries: u32 = saved.topics().iter().map(|topic| topic.tries).sum();
    Figures::of("The emulator is killed, the importer, or both", SEED)
        .line("kills", deaths.words())
        .line(
            "imports",
            format!(
                "{tries}: {topics} rows, {} repeats",
                tries as usize - topics
            ),
        )
        .settlement(&settlement)
        .print();
    settlement.assert_clean();
    assert_eq!(settlement.topics, topics);
    deaths.assert_enough(strikes);
}

#[derive(Clone, Copy, PartialEq)]
enum Victim {
    Emulator,
    Importer,
    Both,
}

impl Victim {
    const ALL: [Self; 3] = [Self::Emulator, Self::Importer, Self::Both];

    /// Kills, looks, and brings back to life.
    fn dies(
        self,
        emulation: &mut Emulation,
        importer: Importer,
        away: Duration,
        migration: &Migration,
        ledger: &mut Ledger,
    ) -> Importer {
        if self != Self::Importer {
            emulation.kill();
        }
        let survivor = if self == Self::Emulator {
            Some(importer)
        } else {
            importer.kill();
            None
        };
        ledger.look(migration, &emulation.saved());
        if self != Self::Importer {
            thread::sleep(away);
            emulation.restart();
        }
        survivor.unwrap_or_else(|| migration.start())
    }
}

#[derive(Default)]
struct Deaths {
    emulator: usize,
    importer: usize,
    both: usize,
}

impl Deaths {
    fn count(&mut self, victim: Victim) {
        *match victim {
            Victim::Emulator => &mut self.emulator,
            Victim::Importer => &mut self.importer,
            Victim::Both => &mut self.both,
        } += 1;
    }

    /// A machine may be so slow that the last moments are missed.
    #[track_caller]
    fn assert_enough(&self, strikes: usize) {
        let all = self.emulator + self.importer + self.both;
        assert!(all * 2 > strikes, "{}", self.words());
    }

    fn words(&self) -> String {
        let Self {
            emulator,
            importer,
            both,
        } = self;
        format!("{emulator} of the emulator, {importer} of the importer, {both} of both")
    }
}
